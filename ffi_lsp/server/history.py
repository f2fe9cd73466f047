"""The last runs of each call, kept for each workspace, so that a run can be set beside the one before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ffi_lsp.server.state import read_object, short_name, state_folder, write_object

if TYPE_CHECKING:
    from ffi_core.bench import RunReport, RunRequest
    from ffi_core.bench.comparison import Sampled

RUNS_KEPT = 10
"""Of each call."""
CALLS_KEPT = 500
"""Of each workspace; the one that was not run for longest goes first."""


@dataclass(frozen=True, slots=True)
class Record:
    """A run that was timed.

    Parameters
    ----------
    at: when it ended, in words.
    build: what tells that build of the library from another.
    median_ns, mad_ns: its figures.
    lost: the share of its time that it lost to other processes.
    quiet: whether its machine was quiet.
    samples_ns: its batches; kept of a call's newest run alone.
    """

    at: str
    build: str
    median_ns: float
    mad_ns: float
    lost: float
    quiet: bool
    samples_ns: Sequence[float] = ()

    @property
    def sampled(self) -> Sampled | None:
        """What a comparison needs; None where the samples are gone."""
        from ffi_core.bench.comparison import Sampled

        if not self.samples_ns or not self.median_ns > 0:
            return None
        return Sampled(self.median_ns, tuple(self.samples_ns), self.lost, self.quiet)

    @classmethod
    def of(cls, report: RunReport, at: str, build: str) -> Record | None:
        """A report's record; None where nothing was timed."""
        if report.median_ns is None or report.mad_ns is None:
            return None
        noise = report.noise
        lost, quiet = (noise.lost, noise.quiet) if noise is not None else (0.0, True)
        return cls(at, build, report.median_ns, report.mad_ns, lost, quiet, report.samples_ns)


class History:
    """What was measured in one workspace.

    Parameters
    ----------
    workspace: the folder.
    folder: where histories are kept; `history` in the folder of state if None.
    """

    def __init__(self, workspace: Path, folder: Path | None = None) -> None:
        self._workspace = str(workspace)
        self._file = (folder or state_folder() / "history") / f"{short_name(self._workspace)}.json"

    def runs(self, request: RunRequest) -> tuple[Record, ...]:
        """The kept runs of this very call, the newest first."""
        return _records(self._calls().get(_key(request)))

    def add(self, request: RunRequest, record: Record) -> None:
        """Keep a run."""
        calls = self._calls()
        earlier = [asdict(entry) | {"samples_ns": []} for entry in _records(calls.pop(_key(request), None))]
        # The newest call stands last, so that the first is the one that was not run for longest.
        calls[_key(request)] = [asdict(record), *earlier][:RUNS_KEPT]
        kept = dict(list(calls.items())[-CALLS_KEPT:])
        write_object(self._file, {"workspace": self._workspace, "calls": kept})

    def _calls(self) -> dict[str, Any]:
        found = read_object(self._file).get("calls")
        return found if isinstance(found, dict) else {}


def _key(request: RunRequest) -> str:
    """The same for runs that measure the same: library, signature, arguments and what is done first."""
    from ffi_core.bench.script import spell_arguments
    from ffi_core.bench.steps import spell_step

    steps = "; ".join(spell_step(step) for step in request.setup)
    call = f"{request.declaration.symbol}{request.declaration.signature} ({spell_arguments(request.arguments)})"
    return f"{request.library}: {call}; {steps}; {'confined' if request.sandbox else 'free'}"


def _records(entries: object) -> tuple[Record, ...]:
    """Those entries that are records; whoever wrote others."""
    found = []
    for entry in entries if isinstance(entries, list) else ():
        try:
            record = Record(**entry)
            float(record.median_ns), float(record.mad_ns), float(record.lost), [float(x) for x in record.samples_ns]
        except (TypeError, ValueError):
            continue
        found.append(record)
    return tuple(found)

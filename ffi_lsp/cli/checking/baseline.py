"""Findings that are known already: a file that holds their fingerprints, so that only new ones are reported."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ffi_core.errors import FFIError
from ffi_lsp.cli.checking.judge import Outcome
from ffi_lsp.diagnostic import Diagnostic
from ffi_lsp.report.fingerprint import fingerprints

_VERSION = 1


class BaselineError(FFIError):
    """A file is no baseline, or cannot be read or written; the message says what and why."""


@dataclass
class Baseline:
    """Known findings, by file.

    Parameters
    ----------
    file: where they are kept; the names of files in it start at its folder.
    known: for each file, the fingerprints of its known findings, each with code and message for people.
    seen: for each file that was judged in this run, what was found in it.
    hidden: how many findings were known.
    """

    file: Path
    known: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    seen: dict[str, dict[str, str]] = field(default_factory=dict)
    hidden: int = 0

    @classmethod
    def read(cls, file: Path) -> Baseline:
        """The baseline in a file.

        Raises
        ------
        BaselineError: it cannot be read, or is none.
        """
        try:
            data = json.loads(file.read_bytes())
        except OSError as error:
            raise BaselineError(f"{file}: {error.strerror or error}; --write-baseline makes one") from error
        except (ValueError, RecursionError) as error:
            raise BaselineError(f"{file}: it is no baseline: {error}") from error
        if not isinstance(data, dict) or data.get("version") != _VERSION or not _is_sound(data.get("files")):
            raise BaselineError(f"{file}: it is no baseline of version {_VERSION}; --write-baseline makes one")
        return cls(file, data["files"])

    def without_known(self, outcome: Outcome) -> Outcome:
        """The outcome without the findings that are known; all of them are noted as seen."""
        if not outcome.judged:
            return outcome
        name = self._name(outcome.path)
        found = dict(zip(fingerprints(outcome.text, outcome.diagnostics), outcome.diagnostics, strict=True))
        self.seen[name] = {mark: _words(entry) for mark, entry in found.items()}
        known = self.known.get(name, {})
        new = tuple(entry for mark, entry in found.items() if mark not in known)
        self.hidden += len(found) - len(new)
        return replace(outcome, diagnostics=new)

    def stale(self) -> Iterator[str]:
        """The known findings that are gone, a sentence each; those of files that this run did not judge are left be."""
        for name, marks in self.known.items():
            if name in self.seen:
                gone = [words for mark, words in marks.items() if mark not in self.seen[name]]
            else:
                gone = [] if (self.file.parent / name).exists() else list(marks.values())
            yield from (f"{name}: {words}" for words in gone)

    def write(self) -> int:
        """Keep what was seen, and what is known of files that are there and were not judged; gives how many.

        Raises
        ------
        BaselineError: it cannot be written.
        """
        kept = {name: marks for name, marks in self.known.items() if (self.file.parent / name).exists()}
        files = {name: dict(marks) for name, marks in sorted({**kept, **self.seen}.items()) if marks}
        text = json.dumps({"version": _VERSION, "files": files}, indent=2) + "\n"
        try:
            self.file.write_text(text, encoding="utf-8")
        except OSError as error:
            raise BaselineError(f"{self.file}: {error.strerror or error}") from error
        return sum(map(len, files.values()))

    def _name(self, path: Path) -> str:
        return Path(os.path.relpath(path, self.file.parent)).as_posix()


def _words(entry: Diagnostic) -> str:
    """A finding for people, without what differs from machine to machine."""
    return f"{entry.code} {entry.name}" + (f": {entry.symbol}" if entry.symbol else "")


def _is_sound(files: Any) -> bool:
    if not isinstance(files, dict):
        return False
    return all(
        isinstance(marks, dict) and all(isinstance(words, str) for words in marks.values()) for marks in files.values()
    )

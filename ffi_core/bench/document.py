"""A run's report as a Markdown document that stands by itself: figures, spread, machine, library, how to repeat it.

It measures, reads and writes nothing; `ffi_core.bench.text` is the short form for a terminal.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ffi_core.bench.arguments import spell_result
from ffi_core.bench.comparison import Comparison, Verdict
from ffi_core.bench.distribution import histogram, summarise
from ffi_core.bench.machine import Machine
from ffi_core.bench.report import RunReport, RunRequest, Status
from ffi_core.bench.script import spell_arguments
from ffi_core.bench.text import duration, slower
from ffi_core.errors import FFIError
from ffi_core.library import Library

_BINS, _BAR = 16, 40
_MOST_OUTPUT = 4000

Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Earlier:
    """A run of the same call in the past.

    Parameters
    ----------
    at: when it ended, in words.
    median_ns, mad_ns: its figures.
    build: what tells one build of the library from another.
    quiet: whether its machine was quiet.
    """

    at: str
    median_ns: float
    mad_ns: float
    build: str
    quiet: bool


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a report tells beside what the run itself gave.

    Parameters
    ----------
    at: when the run ended, in words.
    machine: where.
    library: the library's file as it was read, or None where it could not be.
    build: what tells this build of the library from another.
    repeat: the command line that repeats the run.
    comparison: with the last run of the same call, or None where there is none.
    earlier: runs of the same call, the newest first.
    """

    at: str
    machine: Machine
    library: Library | None
    build: str
    repeat: str
    comparison: Comparison | None = None
    earlier: Sequence[Earlier] = ()


def write_document(request: RunRequest, report: RunReport, around: Surroundings) -> str:
    """The document, with a newline at its end.

    Parameters
    ----------
    request: what was asked for.
    report: what came of it.
    around: what else is told.
    """
    parts = [f"# {code(str(request.declaration))}", _lead(request, report, around)]
    if report.median_ns is not None:
        parts.append(_table(("figure", "value"), _figures(report)))
        parts.append(f"## How the batches spread\n\n{fence(draw_histogram(report.samples_ns))}")
    if around.comparison is not None and around.earlier:
        parts.append(f"## Beside the last run\n\n{_beside(around.comparison, around.earlier[0], around.build)}")
    parts.append(f"## Library\n\n{_table(('', ''), _library(request, around))}")
    parts.append(f"## Machine\n\n{_table(('', ''), _machine(report, around.machine))}")
    parts.append(f"## Protection\n\n{_protection(report)}")
    for name, printed in (("printed", report.stdout), ("wrote to standard error", report.stderr)):
        if printed:
            parts.append(f"## What it {name}\n\n{fence(_cut(printed))}")
    parts.append(f"## Once more\n\n{fence(around.repeat, 'sh')}")
    if around.earlier:
        rows = [
            (entry.at, duration(entry.median_ns), duration(entry.mad_ns), code(entry.build), _quiet(quiet=entry.quiet))
            for entry in around.earlier
        ]
        parts.append(f"## Earlier runs\n\n{_table(('when', 'median', 'MAD', 'build', 'machine'), rows)}")
    return "\n\n".join(parts) + "\n"


def repeat_command(file: Path, request: RunRequest, *, given: bool) -> str:
    """The `ffi-core bench` that repeats a run.

    Parameters
    ----------
    file: the file that declares the function.
    request: the run.
    given: whether its arguments came with the request, so that the file does not tell them.
    """
    words = ["ffi-core", "bench", str(file), "--symbol", request.declaration.name]
    if given:
        words += ["--args", json.dumps(list(request.arguments))]
    words += ["--timeout", f"{request.timeout:g}"]
    usual = RunRequest(request.library, request.declaration, ())
    if request.memory != usual.memory:
        words += ["--memory", str(request.memory >> 20)]
    if not request.sandbox:
        words.append("--no-sandbox")
    return shlex.join(words)


def draw_histogram(samples: Sequence[float], bins: int = _BINS) -> str:
    """How many samples took how long: a line for each bin with a bar, and last how many are far slower.

    Parameters
    ----------
    samples: nanoseconds, at least one.
    bins: how many lines.
    """
    counted = histogram(samples, bins)
    most = max(count for _, _, count in counted.bins)
    edges = [duration(low) for low, _, _ in counted.bins]
    width, digits = max(len(edge) for edge in edges), len(str(most))
    lines = [
        f"{edge:>{width}} {count:>{digits}} {'█' * -(-count * _BAR // most)}".rstrip()
        for edge, (_, _, count) in zip(edges, counted.bins, strict=True)
    ]
    return "\n".join([*lines, f"and {slower(counted)}"] if counted.beyond else lines)


def code(text: str) -> str:
    """Text as Markdown code in a line, whatever backticks it holds."""
    marks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    flat = text.replace("\r", " ").replace("\n", " ")
    return f"{marks}{pad}{flat}{pad}{marks}"


def fence(text: str, language: str = "text") -> str:
    """Text as a block of Markdown code, whatever backticks it holds."""
    marks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{marks}{language}\n{text.rstrip()}\n{marks}"


def _lead(request: RunRequest, report: RunReport, around: Surroundings) -> str:
    called = code(f"{request.declaration.symbol}({spell_arguments(request.arguments)})")
    if report.status is not Status.DONE:
        return f"{called}: **{report.status.value}**. {_escape(report.message)}\n\n{around.at}"
    gave = f"{called} gave {code(spell_result(request.declaration, report.result))}"
    time = f", **{duration(report.median_ns)}** per call" if report.median_ns is not None else ""
    return f"{gave}{time}{_against(around.comparison)}.\n\n{around.at}"


def _steadiness(report: RunReport) -> str:
    if not report.steady:
        return "no: the halves of the run differ by more than 5%"
    return f"after {report.warm_up_batches} batches, which are left out" if report.warm_up_batches else "yes"


def _against(comparison: Comparison | None) -> str:
    if comparison is None:
        return ""
    if comparison.verdict is Verdict.WITHIN_NOISE:
        return ", within noise of the last time"
    return f", {comparison} than the last time"


def _figures(report: RunReport) -> list[Row]:
    found = summarise(report.samples_ns)
    rows = [
        ("median", duration(found.median)),
        ("median absolute deviation", duration(found.mad)),
        ("fastest batch", duration(found.minimum)),
        ("99th percentile", duration(found.p99)),
        ("calls per second", f"{report.calls_per_second or 0.0:,.0f}"),
        ("calls", f"{report.calls:,}"),
        ("batches", f"{len(report.samples_ns):,} of {report.batch_size or 1:,} calls"),
        ("outliers", f"{found.high_outliers} slow, {found.low_outliers} fast"),
        ("steady", _steadiness(report)),
    ]
    if report.empty_ns is not None:
        rows.append(("an empty call in the same loop (not subtracted)", duration(report.empty_ns)))
    if report.python_ns is not None:
        rows.append(("the same call from Python through ffi_core", duration(report.python_ns)))
        rows.append(("of that, what Python adds", duration(max(0.0, report.python_ns - found.median))))
    return rows


def _beside(comparison: Comparison, last: Earlier, build: str) -> str:
    rebuilt = "; the library was built anew in between" if last.build != build else ""
    return (
        f"**{str(comparison).capitalize()}**: {comparison.ratio:.3f} times the median of {last.at} "
        f"({duration(last.median_ns)}){rebuilt}. Differences count beyond {comparison.margin:.0%}, and where Mann and "
        f"Whitney's U test finds less than 1% for chance (here {comparison.p:.2g})."
    )


def _library(request: RunRequest, around: Surroundings) -> list[Row]:
    rows = [("file", code(request.library))]
    if around.library is not None:
        real = str(around.library.path.resolve())
        rows += [("links to", code(real))] if real != request.library else []
        rows += [("soname", code(around.library.soname))] if around.library.soname else []
        version = _version(around.library, request.declaration.symbol)
        rows += [("symbol version", code(version))] if version else []
    rows.append(("build", code(around.build)))
    if request.setup:
        rows.append(("functions called first", str(sum(step.declaration is not None for step in request.setup))))
    return rows


def _version(library: Library, name: str) -> str | None:
    try:
        symbol = library.find(name)
    except FFIError:
        # The file was replaced since it was read.
        return None
    return None if symbol is None else symbol.version


def _machine(report: RunReport, machine: Machine) -> list[Row]:
    rows = [
        ("processor", f"{_escape(machine.processor)}, {machine.processors} in use"),
        ("system", _escape(machine.system)),
        ("clock", machine.remark or (f"governor {machine.governor}" if machine.governor else "unknown")),
        ("interpreter", _escape(machine.python)),
        ("calls made by", report.backend or "nothing"),
    ]
    noise = report.noise
    if noise is not None:
        rows.append(("quiet", "yes" if noise.quiet else f"no: {'; '.join(noise.reasons)}"))
        shares = (("load", noise.load), ("others", noise.others), ("waited", noise.waited), ("steal", noise.steal))
        known = [f"{name} {share:.0%}" for name, share in shares if share is not None]
        rows += [("noise", ", ".join(known))] if known else []
    return rows


def _protection(report: RunReport) -> str:
    held = f"Held: {', '.join(report.protections)}." if report.protections else "Nothing was loaded."
    return held + (f"\n\n**Not held**: {_escape('; '.join(report.unprotected))}." if report.unprotected else "")


def _quiet(*, quiet: bool) -> str:
    return "quiet" if quiet else "not quiet"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(headings)} |", "|---" * len(headings) + "|"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines)


def _escape(text: str) -> str:
    return re.sub(r"([\\`*_<>\[\]#])", r"\\\1", text.replace("\n", " "))


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_OUTPUT else f"{text[:_MOST_OUTPUT]}\n... and {len(text) - _MOST_OUTPUT:,} more"

"""Whole programs in Markdown documents: one run with what it printed, or a comparison of runtimes with its chart."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from ffi_core.bench.compare import Contender, Run
from ffi_core.bench.document import code, fence
from ffi_core.bench.machine import Machine
from ffi_core.bench.table import Table

_BAR = 40
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def write_program_document(file: Path, contender: Contender, run: Run, at: str, machine: Machine) -> str:
    """One run of a program, with a newline at its end.

    Parameters
    ----------
    file: the program.
    contender: what ran it.
    run: how it went.
    at: when, in words.
    machine: where.
    """
    how = "ended well" if run.failure is None else f"**{run.failure}**"
    parts = [
        f"# {code(file.name)} on {contender.name} {contender.version}",
        f"{how}, {run.wall_ms:,.0f} ms from start to end.\n\n{at}; {_where(machine)}",
        f"## What it printed\n\n{_output(run.output)}",
    ]
    if run.errors:
        parts.append(f"## What it wrote to standard error\n\n{_output(run.errors)}")
    repeat = shlex.join(["ffi-core", "run", str(file), "--runtime", contender.name])
    parts.append(f"## Once more\n\n{fence(repeat, 'sh')}")
    return "\n\n".join(parts) + "\n"


def write_comparison_document(file: Path, table: Table, command: Sequence[str], at: str, machine: Machine) -> str:
    """A comparison of runtimes, with a newline at its end; beside it belongs its chart as ``chart.svg``.

    Parameters
    ----------
    file: the program.
    table: the comparison.
    command: what repeats it.
    at: when, in words.
    machine: where.
    """
    programs = [(result.contender.name, result.wall_ms.median) for result in table.results if result.wall_ms]
    slowest = max((wall for _, wall in programs), default=1.0)
    width = max((len(name) for name, _ in programs), default=0)
    bars = [f"{name:<{width}} {wall:>9.1f} ms {'█' * max(1, round(_BAR * wall / slowest))}" for name, wall in programs]
    parts = [f"# {code(file.name)} on {len(table.results)} runtimes", f"{at}; {_where(machine)}", table.to_markdown()]
    if bars:
        lines = "\n".join(bars)
        parts.append(f"## Wall time\n\n{fence(lines)}\n\n![wall time of each runtime](chart.svg)")
    if table.outputs_equal and table.outputs:
        printed = "\n".join(next(iter(table.outputs.values())))
        parts.append(f"## What all of them printed\n\n{_output(printed)}")
    parts.append(f"## Once more\n\n{fence(shlex.join(command), 'sh')}")
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def _output(text: str) -> str:
    return fence(_COLOUR.sub("", text)) if text.strip() else "Nothing."


def _where(machine: Machine) -> str:
    remark = f" ({machine.remark})" if machine.remark else ""
    return f"{machine.processor}, {machine.processors} processors, {machine.system}{remark}"

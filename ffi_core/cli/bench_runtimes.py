"""`ffi-core bench FILE --runtimes`: a whole file on several runtimes, in turns. A part of the command `bench`."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from ffi_core.bench.programs import compare_programs, gather
from ffi_core.bench.table import Table
from ffi_core.cli.program import INTERRUPTED


def compare_runtimes(arguments: argparse.Namespace) -> int:
    """Run the file on each runtime and print the table; exit codes as for `ffi-core bench`."""
    from ffi_core.dialects import read

    file: Path = arguments.file
    try:
        text = file.read_bytes()
    except OSError as error:
        print(f"ffi-core bench: {file}: {error.strerror or error}", file=sys.stderr)
        return 2
    calls = read(text, file)
    dialects = frozenset(call.dialect for call in calls)
    with tempfile.TemporaryDirectory(prefix="ffi-core-") as folder:
        try:
            present, absent = gather(file, dialects, arguments.runtimes, Path(folder))
        except KeyboardInterrupt:
            print("ffi-core bench: interrupted before the first run", file=sys.stderr)
            return INTERRUPTED
        if not present:
            for entry in absent:
                print(f"ffi-core bench: {entry.name}: {entry.reason} ({entry.remedy})", file=sys.stderr)
            return 2
        total = len(present) * (arguments.runs + 1 + arguments.counts)
        with _progress(total) as progress:
            table = compare_programs(
                present,
                absent,
                calls,
                runs=arguments.runs,
                timeout=arguments.timeout,
                folder=Path(folder),
                counted=arguments.counts,
                progress=lambda done, _: progress(done),
            )
    if arguments.json:
        print(json.dumps(table.to_json(), indent=2))
    else:
        _show(table)
    if not _export(table, arguments):
        return 2
    if table.interrupted:
        return INTERRUPTED
    return 0 if table.succeeded else 1


def _export(table: Table, arguments: argparse.Namespace) -> bool:
    """Write what is to be written; whether all could be."""
    texts = (
        (arguments.export_markdown, table.to_markdown),
        (arguments.export_svg, lambda: table.to_svg(arguments.file.name)),
    )
    for path, make in texts:
        if path is None:
            continue
        try:
            path.write_text(make(), encoding="utf-8")
        except OSError as error:
            print(f"ffi-core bench: {path}: {error.strerror or error}", file=sys.stderr)
            return False
    return True


def _show(table: Table) -> None:
    from rich.console import Console
    from rich.table import Table as RichTable

    runs = max(len(result.runs) for result in table.results)
    drawn = RichTable(title=f"wall time, median of {runs} interleaved runs", title_justify="left", box=None)
    for heading in ("runtime", "version", "wall time", "x fastest"):
        justify: Literal["right", "left"] = "right" if heading.startswith(("wall", "x ")) else "left"
        # In a narrow terminal the version goes into two lines; figures stay whole.
        drawn.add_column(heading, justify=justify, no_wrap=heading != "version")
    failed = any(result.failures for result in table.results)
    # Where something failed, that is what there is room for.
    drawn.add_column("failures" if failed else "", no_wrap=not failed, min_width=12)
    for *figures, failures, bar in table.rows():
        drawn.add_row(*figures, failures if failed else bar)
    console = Console()
    console.print(drawn)
    if rows := table.symbol_rows():
        title = "native calls, and the time inside of one: mean of an extra run"
        counted = RichTable(title=title, title_justify="left", box=None)
        counted.add_column("symbol", overflow="fold")
        for name in ("calls", *table.counts):
            counted.add_column(name, justify="right", no_wrap=True)
        for row in rows:
            counted.add_row(*row)
        console.print()
        console.print(counted)
    for remark in table.remarks():
        console.print(remark, markup=False, highlight=False)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal's standard error; silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("running (Ctrl-C ends it with what is known)", total=total)
        yield lambda done: bar.update(task, completed=done)

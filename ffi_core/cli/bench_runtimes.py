"""`ffi-core bench FILE --runtimes`: a whole file on several runtimes, in turns. A part of the command `bench`."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ffi_core.bench.compare import take_turns
from ffi_core.bench.programs import gather
from ffi_core.bench.table import Table


def compare_runtimes(arguments: argparse.Namespace) -> int:
    """Run the file on each runtime and print the table; exit codes as for `ffi-core bench`."""
    from ffi_core.dialects import read

    file: Path = arguments.file
    try:
        text = file.read_bytes()
    except OSError as error:
        print(f"ffi-core bench: {file}: {error.strerror or error}", file=sys.stderr)
        return 2
    dialects = frozenset(call.dialect for call in read(text, file))
    with tempfile.TemporaryDirectory(prefix="ffi-core-") as folder:
        present, absent = gather(file, dialects, arguments.runtimes, Path(folder))
        if not present:
            for entry in absent:
                print(f"ffi-core bench: {entry.name}: {entry.reason} ({entry.remedy})", file=sys.stderr)
            return 2
        with _progress(len(present) * (arguments.runs + 1)) as progress:
            table = Table.of(take_turns(present, arguments.runs, arguments.timeout, progress), absent)
    if arguments.json:
        print(json.dumps(table.to_json(), indent=2))
    else:
        _show(table, arguments.runs)
    if arguments.export_markdown is not None:
        try:
            arguments.export_markdown.write_text(table.to_markdown(), encoding="utf-8")
        except OSError as error:
            print(f"ffi-core bench: {arguments.export_markdown}: {error.strerror or error}", file=sys.stderr)
            return 2
    return 0 if table.succeeded else 1


def _show(table: Table, runs: int) -> None:
    from rich.console import Console
    from rich.table import Table as RichTable

    drawn = RichTable(title=f"wall time, median of {runs} interleaved runs", title_justify="left", box=None)
    for heading in ("runtime", "version", "wall time", "x fastest", ""):
        drawn.add_column(heading, justify="right" if heading.startswith(("wall", "x ")) else "left", no_wrap=True)
    drawn.add_column("failures" if any(result.failures for result in table.results) else "")
    for *figures, failures, bar in table.rows():
        drawn.add_row(*figures, bar, failures)
    console = Console()
    console.print(drawn)
    for remark in table.remarks():
        console.print(remark, markup=False, highlight=False)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal's standard error; silence elsewhere. Ctrl-C ends the comparison."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("running", total=total)
        yield lambda done: bar.update(task, completed=done)

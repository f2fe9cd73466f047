"""`ffi-lsp check`: judge files without an editor, and mend what has one safe answer."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ffi_lsp.cli.files import discover
from ffi_lsp.fixing import apply_safe_fixes
from ffi_lsp.prototypes import HeaderPrototypes
from ffi_lsp.workspace import Snapshot, Workspace

_MOST_ROUNDS = 10  # a fix may uncover another mistake; two rules that undo each other must not go on for ever


@dataclass
class _Tally:
    """What one run came to."""

    files: int = 0
    findings: int = 0
    files_with_findings: int = 0
    fixable: int = 0
    fixed: int = 0
    unreadable: int = 0

    @property
    def exit_code(self) -> int:
        if self.unreadable:
            return 2
        return 1 if self.findings else 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a directory to search")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what to print (default: text)")
    parser.add_argument("--fix", action="store_true", help="make the safe fixes in the files, and report what is left")


def run(arguments: argparse.Namespace) -> int:
    """Check the paths; 0 nothing found, 1 findings, 2 a path could not be read."""
    tally = _Tally()
    snapshots = _judge(arguments.paths, fix=arguments.fix, tally=tally)
    if arguments.format == "json":
        _report_json(snapshots)
    else:
        _report_text(snapshots, tally)
    return tally.exit_code


def _judge(paths: Iterable[Path], *, fix: bool, tally: _Tally) -> Iterator[Snapshot]:
    """A snapshot for each file that has findings."""
    workspace = Workspace(prototypes=HeaderPrototypes())
    for path in _files(paths, tally):
        try:
            data = path.read_bytes()
            snapshot = workspace.snapshot(path, data)
            if fix:
                snapshot = _mend(workspace, snapshot, tally)
        except OSError as error:
            _complain(path, error, tally)
            continue
        finally:
            workspace.forget(path)
        tally.files += 1
        if snapshot.diagnostics:
            tally.files_with_findings += 1
            tally.findings += len(snapshot.diagnostics)
            tally.fixable += sum(any(fix.safe for fix in entry.fixes) for entry in snapshot.diagnostics)
            yield snapshot


def _files(paths: Iterable[Path], tally: _Tally) -> Iterator[Path]:
    seen = set()
    for path in paths:
        try:
            for file in discover(path):
                if file not in seen:
                    seen.add(file)
                    yield file
        except OSError as error:
            _complain(path, error, tally)


def _mend(workspace: Workspace, snapshot: Snapshot, tally: _Tally) -> Snapshot:
    before = snapshot.text.data
    for _ in range(_MOST_ROUNDS):
        data, made = apply_safe_fixes(snapshot.text.data, snapshot.diagnostics)
        if not made:
            break
        tally.fixed += made
        snapshot = workspace.snapshot(snapshot.path, data)
    if snapshot.text.data != before:
        snapshot.path.write_bytes(snapshot.text.data)
    return snapshot


def _report_json(snapshots: Iterable[Snapshot]) -> None:
    from ffi_lsp.report.json import dump, to_json

    print(dump(to_json(str(entry.path), entry.text, found) for entry in snapshots for found in entry.diagnostics))


def _report_text(snapshots: Iterable[Snapshot], tally: _Tally) -> None:
    from ffi_lsp.report.text import Style, render

    style = Style(colour=_wants_colour())
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    for entry in snapshots:
        for found in entry.diagnostics:
            print(render(str(entry.path), entry.text, found, style), end="\n\n")
    if tally.fixed:
        print(f"{_count(tally.fixed, 'mistake')} mended.")
    if tally.findings:
        mend = f", {tally.fixable} of which --fix can mend" if tally.fixable else ""
        print(f"{_count(tally.findings, 'finding')} in {_count(tally.files_with_findings, 'file')}{mend}.")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _wants_colour() -> bool:
    """Colour on a terminal, unless NO_COLOR (https://no-color.org) or a dumb terminal says otherwise."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _complain(path: Path, error: OSError, tally: _Tally) -> None:
    tally.unreadable += 1
    print(f"ffi-lsp: {error.filename or path}: {error.strerror or error}", file=sys.stderr)

"""`ffi-lsp check`: judge files without an editor, and mend what has one safe answer."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from ffi_lsp.cli.files import discover
from ffi_lsp.diagnostic import Severity
from ffi_lsp.fixing import apply_safe_fixes, first_fix
from ffi_lsp.prototypes import HeaderPrototypes
from ffi_lsp.selection import Selection, UnknownRuleError, select
from ffi_lsp.workspace import LARGEST_TEXT, Snapshot, Workspace

_MOST_ROUNDS = 10  # a fix may uncover another mistake; two rules that undo each other must not go on for ever


@dataclass
class Tally:
    """What one run came to."""

    files: int = 0
    by_rule: Counter[str] = field(default_factory=Counter)
    files_with_findings: int = 0
    fixable: int = 0
    fixed: int = 0
    unreadable: int = 0

    @property
    def findings(self) -> int:
        """How many findings there are."""
        return self.by_rule.total()

    @property
    def exit_code(self) -> int:
        """0 nothing found, 1 findings, 2 something could not be read."""
        if self.unreadable:
            return 2
        return 1 if self.findings else 0


@dataclass(frozen=True, slots=True)
class _Mending:
    """Which fixes are made, and whether the files are written or the changes shown."""

    fix: bool
    unsafe: bool
    diff: bool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="a file, a directory to search, or - for standard input"
    )
    formats = ("text", "json", "sarif", "github")
    parser.add_argument("--format", choices=formats, default="text", help="what to print (default: text)")
    parser.add_argument("--fix", action="store_true", help="make the safe fixes in the files, and report what is left")
    parser.add_argument("--unsafe-fixes", action="store_true", help="with --fix and --diff: the other fixes as well")
    parser.add_argument("--diff", action="store_true", help="print what --fix would change, and change nothing")
    codes = "rules by code, beginning of a code, or name; several with commas"
    parser.add_argument("--select", action="append", default=[], metavar="RULES", help=f"report only these {codes}")
    parser.add_argument("--ignore", action="append", default=[], metavar="RULES", help="do not report these")
    severities = [severity.value for severity in Severity]
    parser.add_argument("--min-severity", choices=severities, default="hint", help="report nothing below this")
    parser.add_argument("--statistics", action="store_true", help="print how many findings each rule has")
    parser.add_argument(
        "--stdin-filename", type=Path, default=Path("stdin.ts"), metavar="PATH", help="the name of what - reads"
    )


def run(arguments: argparse.Namespace) -> int:
    """Check the paths; 0 nothing found, 1 findings, 2 a path could not be read or a rule is unknown."""
    tally = Tally()
    try:
        selection = select(_words(arguments.select), _words(arguments.ignore), Severity(arguments.min_severity))
    except UnknownRuleError as error:
        print(f"ffi-lsp: {error}", file=sys.stderr)
        return 2
    mending = _Mending(arguments.fix and not arguments.diff, arguments.unsafe_fixes, arguments.diff)
    snapshots = _judge(arguments.paths, arguments.stdin_filename, selection, mending, tally)
    if arguments.diff:
        _print_diffs(snapshots, arguments.unsafe_fixes)
    elif arguments.statistics:
        _print_statistics(snapshots, tally)
    else:
        from ffi_lsp.cli.printing import print_report

        print_report(arguments.format, snapshots, tally)
    return tally.exit_code


def _words(options: Iterable[str]) -> list[str]:
    return [word.strip() for option in options for word in option.split(",") if word.strip()]


def _judge(
    paths: Collection[Path], name_of_stdin: Path, selection: Selection, mending: _Mending, tally: Tally
) -> Iterator[Snapshot]:
    """A snapshot for each file that has findings."""
    workspace = Workspace(prototypes=HeaderPrototypes(), follow_imports=True)
    for path in _files(paths, tally):
        from_stdin = path == Path("-")
        name = name_of_stdin if from_stdin else path
        try:
            data = sys.stdin.buffer.read() if from_stdin else path.read_bytes()
            snapshot = _selected(workspace.snapshot(name, data), selection)
            if snapshot.too_large:
                _complain(path, f"longer than {LARGEST_TEXT >> 20} MiB, and passed over", tally, fatal=path in paths)
            if mending.fix:
                snapshot = _mend(workspace, snapshot, selection, mending, tally, write=not from_stdin)
        except OSError as error:
            _complain(Path(error.filename or path), error.strerror or str(error), tally)
            continue
        finally:
            workspace.forget(name)
        tally.files += 1
        if snapshot.diagnostics:
            tally.files_with_findings += 1
            tally.by_rule.update(entry.code for entry in snapshot.diagnostics)
            tally.fixable += sum(any(fix.safe for fix in entry.fixes) for entry in snapshot.diagnostics)
            yield snapshot


def _selected(snapshot: Snapshot, selection: Selection) -> Snapshot:
    return replace(snapshot, diagnostics=selection.of(snapshot.diagnostics))


def _files(paths: Iterable[Path], tally: Tally) -> Iterator[Path]:
    seen = set()
    for path in paths:
        try:
            for file in [path] if path == Path("-") else discover(path):
                if file not in seen:
                    seen.add(file)
                    yield file
        except OSError as error:
            _complain(Path(error.filename or path), error.strerror or str(error), tally)


def _mend(
    workspace: Workspace, snapshot: Snapshot, selection: Selection, mending: _Mending, tally: Tally, *, write: bool
) -> Snapshot:
    before = snapshot.text.data
    for _ in range(_MOST_ROUNDS):
        data, made = apply_safe_fixes(snapshot.text.data, snapshot.diagnostics, unsafe=mending.unsafe)
        if not made:
            break
        tally.fixed += made
        snapshot = _selected(workspace.snapshot(snapshot.path, data), selection)
    if snapshot.text.data != before and write:
        snapshot.path.write_bytes(snapshot.text.data)
    return snapshot


def _print_diffs(snapshots: Iterable[Snapshot], unsafe: bool) -> None:
    """What the fixes of one round would change, as a patch."""
    for snapshot in snapshots:
        if any(first_fix(entry, unsafe=unsafe) for entry in snapshot.diagnostics):
            data, _ = apply_safe_fixes(snapshot.text.data, snapshot.diagnostics, unsafe=unsafe)
            old, new = (text.decode("utf-8", "replace").splitlines(True) for text in (snapshot.text.data, data))
            print("".join(difflib.unified_diff(old, new, str(snapshot.path), str(snapshot.path))), end="")


def _print_statistics(snapshots: Iterable[Snapshot], tally: Tally) -> None:
    from ffi_lsp.rules import RULES

    for _ in snapshots:
        pass  # the tally is kept while they are judged
    for code, count in tally.by_rule.most_common():
        print(f"{count:>6}  {code}  {RULES[code].name}")


def _complain(path: Path, why: str, tally: Tally, *, fatal: bool = True) -> None:
    tally.unreadable += fatal
    print(f"ffi-lsp: {path}: {why}", file=sys.stderr)

"""What `ffi-lsp check` prints: each format, and for people the sum at the end."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ffi_lsp.workspace import Snapshot

if TYPE_CHECKING:
    from ffi_lsp.cli.check import Tally


def print_report(form: str, snapshots: Iterable[Snapshot], tally: Tally) -> None:
    """Print what was found.

    Parameters
    ----------
    form: ``"text"``, ``"json"``, ``"sarif"`` or ``"github"``.
    snapshots: one for each file that has findings; files are judged as these are taken.
    tally: what the run came to, complete behind the last snapshot.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    if form == "json":
        from ffi_lsp.report.json import dump, to_json

        print(dump(to_json(str(entry.path), entry.text, found) for entry in snapshots for found in entry.diagnostics))
    elif form == "sarif":
        from ffi_lsp.report import sarif

        results = (
            sarif.result(str(entry.path), entry.text, found) for entry in snapshots for found in entry.diagnostics
        )
        print(sarif.dump(results))
    elif form == "github":
        from ffi_lsp.report import github

        for entry in snapshots:
            for found in entry.diagnostics:
                print(github.render(str(entry.path), entry.text, found))
    else:
        _print_text(snapshots, tally)


def _print_text(snapshots: Iterable[Snapshot], tally: Tally) -> None:
    from ffi_lsp.report.text import Style, render

    style = Style(colour=_wants_colour())
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

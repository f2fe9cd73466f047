"""What `ffi-lsp check` prints: each format, and for people the sum at the end."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterable, Iterator

from ffi_lsp.cli.checking.judge import Outcome
from ffi_lsp.cli.checking.run import Tally
from ffi_lsp.fixing import apply_safe_fixes, first_fix

FORMATS = ("text", "json", "sarif", "github")


def print_report(form: str, outcomes: Iterable[Outcome], tally: Tally) -> None:
    """Print what was found.

    Parameters
    ----------
    form: one of `FORMATS`.
    outcomes: one for each file; files are judged as these are taken.
    tally: what the run came to, complete behind the last outcome.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    if form == "json":
        from ffi_lsp.report.json import dump, to_json

        print(dump(to_json(str(entry.path), entry.text, found) for entry in outcomes for found in entry.diagnostics))
    elif form == "sarif":
        print(_sarif(outcomes))
    elif form == "github":
        from ffi_lsp.report import github

        for entry in outcomes:
            for found in entry.diagnostics:
                print(github.render(str(entry.path), entry.text, found))
    else:
        _print_text(outcomes, tally)


def print_statistics(form: str, outcomes: Iterable[Outcome], tally: Tally) -> None:
    """Print how many findings each rule has, most first."""
    from ffi_lsp.rules import RULES

    for _ in outcomes:
        pass  # the tally is kept while they are judged
    rows = [(code, RULES[code].name, count) for code, count in sorted(tally.by_rule.items(), key=lambda row: -row[1])]
    if form == "json":
        print(json.dumps([dict(zip(("code", "name", "count"), row, strict=True)) for row in rows], indent=2))
        return
    for code, name, count in rows:
        print(f"{count:>6}  {code}  {name}")


def print_diffs(outcomes: Iterable[Outcome], *, unsafe: bool) -> None:
    """Print what the fixes of one round would change, as a patch."""
    from difflib import unified_diff

    for outcome in outcomes:
        if any(first_fix(entry, unsafe=unsafe) for entry in outcome.diagnostics):
            data, _ = apply_safe_fixes(outcome.text.data, outcome.diagnostics, unsafe=unsafe)
            old, new = (_lines(text.decode("utf-8", "replace")) for text in (outcome.text.data, data))
            name = str(outcome.path)
            for line in unified_diff(old, new, name, name):
                print(line, end="" if line.endswith("\n") else "\n\\ No newline at end of file\n")


def _lines(text: str) -> list[str]:
    return [f"{line}\n" for line in text.split("\n")[:-1]] + [rest for rest in text.split("\n")[-1:] if rest]


def _sarif(outcomes: Iterable[Outcome]) -> str:
    from ffi_lsp.report import sarif
    from ffi_lsp.report.fingerprint import fingerprints

    def results() -> Iterator[dict[str, object]]:
        for entry in outcomes:
            marks = fingerprints(entry.text, entry.diagnostics)
            for found, mark in zip(entry.diagnostics, marks, strict=True):
                yield sarif.result(str(entry.path), entry.text, found, mark)

    return sarif.dump(results())


def _print_text(outcomes: Iterable[Outcome], tally: Tally) -> None:
    from ffi_lsp.report.text import Style, render

    style = Style(colour=wants_colour())
    for entry in outcomes:
        for found in entry.diagnostics:
            print(render(str(entry.path), entry.text, found, style), end="\n\n")
    if tally.fixed:
        print(f"{count(tally.fixed, 'mistake')} mended.")
    if tally.findings:
        mend = f", {tally.fixable} of which --fix can mend" if tally.fixable else ""
        print(f"{count(tally.findings, 'finding')} in {count(tally.files_with_findings, 'file')}{mend}.")


def count(number: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def wants_colour() -> bool:
    """Colour on a terminal, unless NO_COLOR (https://no-color.org) or a dumb terminal says otherwise."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

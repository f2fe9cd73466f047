"""Reports: for people a line, a caret and help; for programs the fixed JSON."""

from __future__ import annotations

import json

from ffi_core.model import Span
from ffi_lsp.diagnostic import Diagnostic, Edit, Fix, Severity
from ffi_lsp.report.json import dump, to_json
from ffi_lsp.report.text import Style, printable, render
from ffi_lsp.text import SourceText

TEXT = SourceText("first\n\tlet é😀 = 'int';\nlast".encode())
SPAN = Span(TEXT.data.index(b"'int'"), TEXT.data.index(b"'int'") + 5)
FIX = Fix("Replace by 'i32'", (Edit(SPAN, "'i32'"),))
RISKY = Fix("Take it away", (Edit(SPAN, ""),), safe=False)
FOUND = Diagnostic("FFI101", "unknown-type", Severity.ERROR, SPAN, "no such type", "f", (FIX, RISKY))


def test_json_has_exactly_the_fields_that_were_promised() -> None:
    (entry,) = json.loads(dump([to_json("a.ts", TEXT, FOUND)]))
    assert entry == {
        "file": "a.ts",
        "line": 2,
        "column": 11,
        "end_line": 2,
        "end_column": 16,
        "code": "FFI101",
        "name": "unknown-type",
        "severity": "error",
        "message": "no such type",
        "symbol": "f",
        "fixes": ["Replace by 'i32'", "Take it away"],
    }


def test_json_of_nothing_is_an_empty_array() -> None:
    assert json.loads(dump([])) == []


def test_text_shows_place_line_caret_and_help() -> None:
    assert render("a.ts", TEXT, FOUND, Style()).splitlines() == [
        "a.ts:2:11: error[FFI101] no such type",
        "    2 |     let é😀 = 'int';",
        "      |               ^^^^^",
        "      = help: Replace by 'i32'",
        "      = help: Take it away (look at it first: not a safe fix)",
    ]


def test_colour_changes_nothing_but_the_colour() -> None:
    import re

    coloured = render("a.ts", TEXT, FOUND, Style(colour=True))
    assert "\x1b[1;31m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render("a.ts", TEXT, FOUND, Style())


def test_an_empty_span_and_one_over_several_lines_have_a_caret() -> None:
    for span, carets in ((Span(3, 3), 1), (Span(3, len(TEXT)), 2)):
        shown = render("a.ts", TEXT, Diagnostic("FFI101", "n", Severity.HINT, span, "m"), Style())
        assert shown.count("^") == carets


def test_a_very_long_line_is_shown_around_the_mistake() -> None:
    text = SourceText(b"x" * 100_000 + b"'int'" + b"y" * 100_000)
    shown = render("a.js", text, Diagnostic("FFI101", "n", Severity.ERROR, Span(100_000, 100_005), "m"), Style())
    _head, line, caret = shown.splitlines()
    assert len(line) < 200
    assert line[caret.index("^") : caret.rindex("^") + 1] == "'int'"


def test_what_would_move_the_cursor_is_written_as_an_escape() -> None:
    assert printable("a\x1b[2Jb\u202ec") == "a\\x1b[2Jb\\u202ec"
    text = SourceText(b"'\x1b[31m'")
    shown = render("a\nb.ts", text, Diagnostic("FFI101", "n", Severity.ERROR, Span(0, 7), "m\x07"), Style())
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert shown.count("\n") == 2

"""Diagnostics for people: place, code and message, the line with a caret under the mistake, and what helps."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from ffi_lsp.diagnostic import Diagnostic, Severity
from ffi_lsp.text import SourceText

_WIDEST_LINE = 160
_TAB = "    "


@dataclass(frozen=True, slots=True)
class Style:
    """How to mark parts of the report; without colour nothing is marked.

    Parameters
    ----------
    colour: whether ANSI escape sequences may be written.
    """

    colour: bool = False

    def severity(self, severity: Severity, text: str) -> str:
        """Text in the colour of a severity."""
        code = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFORMATION: "1;34"}.get(severity, "1;36")
        return self._mark(code, text)

    def strong(self, text: str) -> str:
        """Text that the eye should find first."""
        return self._mark("1", text)

    def faint(self, text: str) -> str:
        """Text that frames the rest."""
        return self._mark("2", text)

    def _mark(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text


def render(file: str, text: SourceText, diagnostic: Diagnostic, style: Style) -> str:
    """One diagnostic as a few lines.

    Parameters
    ----------
    file: the name to report.
    text: the text that the diagnostic is about.
    diagnostic: it.
    style: whether to use colour.
    """
    line, column = text.position(diagnostic.span.start, "utf-32")
    place = printable(f"{file}:{line + 1}:{column + 1}")
    severity = style.severity(diagnostic.severity, f"{diagnostic.severity}[{diagnostic.code}]")
    head = f"{style.strong(place)}: {severity} {printable(diagnostic.message)}"
    return "\n".join([head, *_excerpt(text, diagnostic, style), *_help(diagnostic, style)])


def printable(text: str) -> str:
    """The text with what would move a terminal's cursor written as escapes."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def _excerpt(text: SourceText, diagnostic: Diagnostic, style: Style) -> Iterator[str]:
    line, column = text.position(diagnostic.span.start, "utf-32")
    end_line, end_column = text.position(diagnostic.span.end, "utf-32")
    content = text.line_text(line)
    stop = end_column if end_line == line else len(content)
    start = 0 if stop <= _WIDEST_LINE else max(0, column - _WIDEST_LINE // 4)
    before, marked = content[start:column], content[column:stop][: _WIDEST_LINE // 2]
    shown = content[start : start + _WIDEST_LINE]
    number = f"{line + 1:>5}"
    bar = style.faint("|")
    yield f"{style.faint(number)} {bar} {_flat(shown)}"
    caret = style.severity(diagnostic.severity, "^" * max(_width(marked), 1))
    yield f"{' ' * len(number)} {bar} {' ' * _width(before)}{caret}"


def _help(diagnostic: Diagnostic, style: Style) -> Iterator[str]:
    for fix in diagnostic.fixes:
        unsafe = "" if fix.safe else " (look at it first: not a safe fix)"
        yield f"      {style.faint('=')} help: {printable(fix.title)}{unsafe}"


def _flat(content: str) -> str:
    return printable(content.replace("\t", _TAB))


def _width(content: str) -> int:
    """Columns of a terminal: East Asian wide characters take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in _flat(content)
    )

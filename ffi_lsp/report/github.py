"""Diagnostics as commands of GitHub's workflows, which become annotations beside the lines of a pull request.

Form: https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from ffi_lsp.diagnostic import Diagnostic, Severity
from ffi_lsp.report.text import printable
from ffi_lsp.text import SourceText

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def render(file: str, text: SourceText, diagnostic: Diagnostic) -> str:
    """One diagnostic as one line.

    Parameters
    ----------
    file: the name to report.
    text: the text that the diagnostic is about.
    diagnostic: it.
    """
    line, column = text.position(diagnostic.span.start, "utf-32")
    end_line, end_column = text.position(diagnostic.span.end, "utf-32")
    properties = {"file": file, "line": line + 1, "endLine": end_line + 1}
    if line == end_line:  # GitHub knows columns within one line alone
        properties |= {"col": column + 1, "endColumn": end_column + 1}
    properties["title"] = f"{diagnostic.code} {diagnostic.name}"
    command = _COMMANDS.get(diagnostic.severity, "notice")
    words = ",".join(f"{name}={_escape(str(value), ':,')}" for name, value in properties.items())
    return f"::{command} {words}::{_escape(diagnostic.message)}"


def _escape(text: str, more: str = "") -> str:
    """As GitHub asks for it; what would move a terminal's cursor is written as an escape."""
    marks = f"%\r\n{more}"
    return "".join(f"%{ord(letter):02X}" if letter in marks else printable(letter) for letter in text)

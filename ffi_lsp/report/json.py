"""Diagnostics as JSON, for other programs. The shape is fixed: fields are added, never renamed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ffi_lsp.diagnostic import Diagnostic
from ffi_lsp.text import SourceText


def to_json(file: str, text: SourceText, diagnostic: Diagnostic) -> dict[str, Any]:
    """One diagnostic as an object of the report.

    Parameters
    ----------
    file: the name to report.
    text: the text that the diagnostic is about.
    diagnostic: it.

    Returns
    -------
    ``file``, ``line``, ``column``, ``end_line``, ``end_column`` (from 1; columns count characters, the end is
    exclusive), ``code``, ``name``, ``severity``, ``message``, ``symbol`` (or None), ``fixes`` (titles).
    """
    line, column = text.position(diagnostic.span.start, "utf-32")
    end_line, end_column = text.position(diagnostic.span.end, "utf-32")
    return {
        "file": file,
        "line": line + 1,
        "column": column + 1,
        "end_line": end_line + 1,
        "end_column": end_column + 1,
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "symbol": diagnostic.symbol,
        "fixes": [fix.title for fix in diagnostic.fixes],
    }


def dump(entries: Iterable[dict[str, Any]]) -> str:
    """The whole report: an array, in ASCII, so that any terminal or pipe can carry it."""
    return json.dumps(list(entries), indent=2)

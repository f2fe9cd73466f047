"""Diagnostics as a SARIF 2.1.0 log, which code hosts and CI systems show beside the lines.

Standard: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from ffi_core import __version__
from ffi_core.model import Span
from ffi_lsp.diagnostic import Diagnostic, Fix, Severity
from ffi_lsp.rules import RULES, Rule
from ffi_lsp.text import SourceText

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_FINGERPRINT = "ffiLspFinding/v1"
_LEVELS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "note",
    Severity.HINT: "note",
}


def result(file: str, text: SourceText, diagnostic: Diagnostic, fingerprint: str | None = None) -> dict[str, Any]:
    """One diagnostic as a ``result`` object (section 3.27).

    Parameters
    ----------
    file: the name to report; a relative one stays relative.
    text: the text that the diagnostic is about.
    diagnostic: it.
    fingerprint: by which a later log knows it again, or None.
    """
    artifact = {"uri": _uri(file)}
    found: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": list(RULES).index(diagnostic.code),
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": diagnostic.message},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": _region(text, diagnostic.span)}}],
    }
    if fingerprint is not None:
        found["partialFingerprints"] = {_FINGERPRINT: fingerprint}
    if diagnostic.fixes:
        found["fixes"] = [_fix(artifact, text, fix) for fix in diagnostic.fixes]
    return found


def dump(results: Iterable[dict[str, Any]]) -> str:
    """The whole log, with one run that describes every rule; in ASCII."""
    driver = {
        "name": "ffi-lsp",
        "semanticVersion": __version__,
        "rules": [_descriptor(rule) for rule in RULES.values()],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": list(results)}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _descriptor(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "help": {"text": rule.documentation, "markdown": rule.documentation},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _region(text: SourceText, span: Span) -> dict[str, int]:
    line, column = text.position(span.start, "utf-32")
    end_line, end_column = text.position(span.end, "utf-32")
    return {"startLine": line + 1, "startColumn": column + 1, "endLine": end_line + 1, "endColumn": end_column + 1}


def _fix(artifact: dict[str, str], text: SourceText, fix: Fix) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(text, edit.span), "insertedContent": {"text": edit.text}} for edit in fix.edits
    ]
    changes = [{"artifactLocation": artifact, "replacements": replacements}]
    return {"description": {"text": fix.title}, "artifactChanges": changes}


def _uri(file: str) -> str:
    path = PurePath(file)
    if path.is_absolute():
        return path.as_uri()
    return quote(path.as_posix().encode("utf-8", "surrogateescape"))

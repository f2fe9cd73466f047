"""Diagnostics in the protocol's words, with what the client can show of them: tags, a link to the rule, C's side."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

from lsprotocol import types

from ffi_lsp.diagnostic import Diagnostic, Related, Severity, Tag
from ffi_lsp.server.client import Client
from ffi_lsp.server.pages import page_of
from ffi_lsp.server.positions import Positions
from ffi_lsp.server.words import SOURCE
from ffi_lsp.workspace import Snapshot

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFORMATION: types.DiagnosticSeverity.Information,
    Severity.HINT: types.DiagnosticSeverity.Hint,
}
_TAGS = {Tag.UNNECESSARY: types.DiagnosticTag.Unnecessary, Tag.DEPRECATED: types.DiagnosticTag.Deprecated}


def diagnostics(snapshot: Snapshot, positions: Positions, client: Client) -> list[types.Diagnostic]:
    """Everything that is said about a text."""
    return [diagnostic(each, positions, client) for each in snapshot.diagnostics]


def diagnostic(found: Diagnostic, positions: Positions, client: Client) -> types.Diagnostic:
    """A finding; its `data` holds the rule's name."""
    tags = [_TAGS[tag] for tag in found.tags if _TAGS[tag] in client.diagnostic_tags]
    page = page_of(found.code) if client.code_descriptions else None
    related = [_related(each) for each in found.related] if client.related_information else []
    return types.Diagnostic(
        range=positions.range(found.span),
        message=found.message,
        severity=_SEVERITIES[found.severity],
        code=found.code,
        code_description=types.CodeDescription(page) if page else None,
        source=SOURCE,
        tags=tags or None,
        related_information=related or None,
        data={"name": found.name},
    )


def state_of(items: list[types.Diagnostic]) -> str:
    """A name for what a client has been told, the same for the same diagnostics."""
    return blake2b(repr(items).encode("utf-8", "replace"), digest_size=12).hexdigest()


def _related(other: Related) -> types.DiagnosticRelatedInformation:
    # Only the line is known of a place in another file.
    place = types.Position(max(other.line - 1, 0), 0)
    uri = Path(other.file).as_uri()
    return types.DiagnosticRelatedInformation(types.Location(uri, types.Range(place, place)), other.message)

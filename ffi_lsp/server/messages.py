"""Answers of `ffi_lsp.ide` as objects of the protocol, in the forms that the connected client understands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lsprotocol import types

from ffi_lsp.diagnostic import Diagnostic, Edit, Severity
from ffi_lsp.ide.code_action import CodeAction
from ffi_lsp.ide.completion import Completions, Item, ItemKind
from ffi_lsp.ide.hover import Hover
from ffi_lsp.ide.signature_help import SignatureHelp
from ffi_lsp.server.client import Client
from ffi_lsp.server.documents import Document
from ffi_lsp.server.positions import Positions
from ffi_lsp.server.words import SOURCE

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFORMATION: types.DiagnosticSeverity.Information,
    Severity.HINT: types.DiagnosticSeverity.Hint,
}
_ITEM_KINDS = {
    ItemKind.FUNCTION: types.CompletionItemKind.Function,
    ItemKind.FIELD: types.CompletionItemKind.Property,
    ItemKind.TYPE: types.CompletionItemKind.TypeParameter,
}


def diagnostic(found: Diagnostic, positions: Positions) -> types.Diagnostic:
    """A finding; its `data` holds the rule's name."""
    return types.Diagnostic(
        range=positions.range(found.span),
        message=found.message,
        severity=_SEVERITIES[found.severity],
        code=found.code,
        source=SOURCE,
        data={"name": found.name},
    )


def hover(answer: Hover, positions: Positions, client: Client) -> types.Hover:
    """A hover: its first line as code, the rest as sentences."""
    code = f"```ts\n{answer.code}\n```" if client.markdown_hover else answer.code
    return types.Hover(_prose((code, *answer.lines), markdown=client.markdown_hover), positions.range(answer.span))


def completion(answer: Completions, positions: Positions, client: Client) -> types.CompletionList:
    """The proposals, in the order that the answer gives them."""
    items = [_item(item, place, positions, client) for place, item in enumerate(answer.items)]
    return types.CompletionList(is_incomplete=not answer.complete, items=items)


def signature_help(answer: SignatureHelp, client: Client) -> types.SignatureHelp:
    """One signature; a cursor behind the last parameter marks none."""
    parameters = [
        types.ParameterInformation(
            (_width(answer.label[: each.start]), _width(answer.label[: each.end]))
            if client.label_offsets
            else answer.label[each.start : each.end],
            _prose(each.lines, markdown=client.markdown_signature),
        )
        for each in answer.parameters
    ]
    active = len(parameters) if answer.active is None else answer.active
    signature = types.SignatureInformation(answer.label, parameters=parameters)
    return types.SignatureHelp([signature], active_signature=0, active_parameter=active)


def code_action(action: CodeAction, document: Document, positions: Positions, client: Client) -> types.CodeAction:
    """An action with its edit."""
    return types.CodeAction(
        title=action.title,
        kind=action.kind.value,
        diagnostics=[diagnostic(action.diagnostic, positions)] if action.diagnostic else None,
        is_preferred=action.preferred or None,
        edit=workspace_edit(action.edits, document, positions, client),
    )


def workspace_edit(
    edits: Iterable[Edit], document: Document, positions: Positions, client: Client
) -> types.WorkspaceEdit:
    """Edits of one document; bound to its version where the client can check it."""
    changes = [types.TextEdit(positions.range(edit.span), edit.text) for edit in edits]
    if not client.versioned_edits:
        return types.WorkspaceEdit(changes={document.uri: changes})
    name = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(name, changes)])


def _item(item: Item, place: int, positions: Positions, client: Client) -> types.CompletionItem:
    snippet = item.snippet if client.snippets else None
    return types.CompletionItem(
        label=item.label,
        kind=_ITEM_KINDS[item.kind],
        detail=item.detail,
        documentation=_prose(item.lines, markdown=client.markdown_completion) if item.lines else None,
        sort_text=f"{place:05}",
        filter_text=item.label,
        insert_text_format=types.InsertTextFormat.Snippet if snippet else None,
        text_edit=types.TextEdit(positions.range(item.edit.span), snippet or item.edit.text),
    )


def _width(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _prose(lines: Sequence[str], *, markdown: bool) -> types.MarkupContent:
    if markdown:
        return types.MarkupContent(types.MarkupKind.Markdown, "\n\n".join(lines))
    return types.MarkupContent(types.MarkupKind.PlainText, "\n".join(line.replace("`", "") for line in lines))

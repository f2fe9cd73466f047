"""Answers of `ffi_lsp.ide` as objects of the protocol, in the forms that the connected client understands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from lsprotocol import types

from ffi_core.model import Span
from ffi_lsp.diagnostic import Edit
from ffi_lsp.ide.action import ActionKind, CodeAction
from ffi_lsp.ide.hover import HeaderPlace, Hover
from ffi_lsp.ide.inlay_hints import Hint
from ffi_lsp.ide.proposals import Completions, Exported, Item, ItemKind
from ffi_lsp.ide.signature_help import SignatureHelp
from ffi_lsp.server import prose
from ffi_lsp.server.client import Client
from ffi_lsp.server.diagnosing import diagnostic
from ffi_lsp.server.documents import Document
from ffi_lsp.server.positions import Positions
from ffi_lsp.server.words import OPEN_HEADER, Source

_ITEM_KINDS = {
    ItemKind.FUNCTION: types.CompletionItemKind.Function,
    ItemKind.VARIABLE: types.CompletionItemKind.Variable,
    ItemKind.FIELD: types.CompletionItemKind.Property,
    ItemKind.TYPE: types.CompletionItemKind.TypeParameter,
    ItemKind.FILE: types.CompletionItemKind.File,
    ItemKind.FOLDER: types.CompletionItemKind.Folder,
}


def hover(answer: Hover, positions: Positions, client: Client) -> types.Hover:
    """A hover: the declaration as code, what C says of it, sentences."""
    text = prose.join(
        (
            prose.code(answer.code, "ts"),
            prose.c_side(answer.prototype, answer.place),
            prose.sentences(answer.lines),
            prose.comment(answer.comment),
        ),
        markdown=client.markdown_hover,
    )
    return types.Hover(text, positions.range(answer.span))


def completion(answer: Completions, positions: Positions, client: Client, source: Source) -> types.CompletionList:
    """The proposals, in the order that the answer gives them.

    Parameters
    ----------
    source: the text that they are for, by which more can be asked about one of them.
    """
    range_of = cache(positions.range)  # one and the same for all proposals
    items = [
        completion_item(item, place, answer.typed, range_of, client, source) for place, item in enumerate(answer.items)
    ]
    return types.CompletionList(is_incomplete=not answer.complete, items=items)


def completion_item(
    item: Item, place: int, typed: Span, range_of: Callable[[Span], types.Range], client: Client, source: Source
) -> types.CompletionItem:
    """One proposal.

    Parameters
    ----------
    item: the proposal.
    place: its number in the list.
    typed: the text that it matches.
    range_of: gives the range of a span.
    source: the text that it is for.
    """
    snippet = item.snippet if client.snippets else None
    text = snippet or item.edit.text
    whole = range_of(item.edit.span)
    note = item.note if client.label_details else ""
    return types.CompletionItem(
        label=item.label,
        label_details=types.CompletionItemLabelDetails(description=note) if note else None,
        kind=_ITEM_KINDS[item.kind],
        detail=item.detail if note or not item.note else ", ".join(filter(None, (item.detail, item.note))),
        documentation=documentation(item, client),
        preselect=item.preferred or None,
        sort_text=f"{place:05}",
        filter_text=item.label,
        insert_text_format=types.InsertTextFormat.Snippet if snippet else None,
        text_edit=types.InsertReplaceEdit(text, range_of(typed), whole)
        if client.insert_replace and typed != item.edit.span
        else types.TextEdit(whole, text),
        additional_text_edits=[types.TextEdit(range_of(edit.span), edit.text) for edit in item.also] or None,
        data=None if item.exported is None else _data(item.exported, source),
    )


def _data(exported: Exported, source: Source) -> dict[str, object]:
    return {
        **source,
        "library": str(exported.library.path),
        "dialect": exported.dialect,
        "symbol": exported.name,
        "key": exported.key,
        "behind": exported.behind,
    }


def documentation(item: Item, client: Client) -> types.MarkupContent | None:
    """What a proposal says of itself; None where that is nothing."""
    parts = (prose.c_side(item.prototype, item.place), prose.sentences(item.lines), prose.comment(item.comment))
    return prose.join(parts, markdown=client.markdown_completion) if any(parts) else None


def signature_help(answer: SignatureHelp, client: Client) -> types.SignatureHelp:
    """One signature; a cursor behind the last parameter marks none."""
    markdown = client.markdown_signature
    parameters = [
        types.ParameterInformation(
            (_width(answer.label[: each.start]), _width(answer.label[: each.end]))
            if client.label_offsets
            else answer.label[each.start : each.end],
            prose.join((prose.sentences(each.lines),), markdown=markdown),
        )
        for each in answer.parameters
    ]
    active = len(parameters) if answer.active is None else answer.active
    said = (prose.c_side(answer.prototype, None), prose.comment(answer.comment))
    signature = types.SignatureInformation(
        answer.label,
        documentation=prose.join(said, markdown=markdown) if any(said) else None,
        parameters=parameters,
    )
    return types.SignatureHelp([signature], active_signature=0, active_parameter=active)


def inlay_hint(hint: Hint, positions: Positions, client: Client) -> types.InlayHint:
    """A hint; a name of C leads to its header where the client can follow it."""
    tooltip = prose.join((prose.sentences(hint.tooltip),), markdown=client.markdown_hover)
    location = header_location(hint.place)
    label = [types.InlayHintLabelPart(hint.text, tooltip, location)] if location is not None else hint.text
    return types.InlayHint(
        positions.position(hint.offset),
        label,
        kind=types.InlayHintKind.Parameter if hint.is_name else types.InlayHintKind.Type,
        tooltip=None if location is not None else tooltip,
        padding_left=not hint.before,
        padding_right=hint.before,
    )


def header_location(place: HeaderPlace | None) -> types.Location | None:
    """The start of a header's line; None where it is no file."""
    if place is None or place.file is None:
        return None
    start = types.Position(max(place.line - 1, 0), 0)
    return types.Location(place.file.as_uri(), types.Range(start, start))


def code_action(
    action: CodeAction, selection: Span, document: Document, positions: Positions, client: Client
) -> types.CodeAction:
    """An action with its edit, its command, or what it takes to ask for the edit."""
    source = {"uri": document.uri, "version": document.version}
    # What rewrites much is written out when it is chosen, where the client can ask for it then.
    later = action.make is not None or (client.action_resolves and action.kind is ActionKind.REWRITE)
    edit = workspace_edit(action.edits, document, positions, client) if action.edits and not later else None
    order = None if action.opens is None else {"uri": document.uri, "call": action.opens}
    return types.CodeAction(
        title=action.title,
        kind=action.kind.value,
        diagnostics=[diagnostic(action.diagnostic, positions, client)] if action.diagnostic else None,
        is_preferred=action.preferred or None,
        edit=edit,
        command=None if order is None else types.Command(action.title, OPEN_HEADER, arguments=[order]),
        data={**source, "start": selection.start, "end": selection.end} if later else None,
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


def _width(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2

"""One function a request: the question goes to `ffi_lsp.ide`, its answer into the protocol's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from ffi_core.model import Prototype
from ffi_lsp.ide import code_action, completion, hover, links, outline, references, rename, signature_help
from ffi_lsp.ide.action import ActionError, CodeAction
from ffi_lsp.ide.cursor import Role
from ffi_lsp.ide.inlay_hints import inlay_hints
from ffi_lsp.ide.semantic_tokens import semantic_tokens
from ffi_lsp.server import diagnosing, headers, lenses, messages, symbols
from ffi_lsp.server.question import Question


def on_hover(question: Question) -> types.Hover | None:
    """Answer `textDocument/hover`."""
    answer = hover.hover(question.snapshot, question.offset, question.is_undeclared)
    return None if answer is None else messages.hover(answer, question.positions, question.client)


def on_completion(question: Question) -> types.CompletionList | None:
    """Answer `textDocument/completion`."""
    answer = completion.completion(
        question.snapshot, question.offset, question.reread, question.known, question.surroundings
    )
    if answer is None:
        return None
    return messages.completion(answer, question.positions, question.client, question.source)


def on_signature_help(question: Question) -> types.SignatureHelp | None:
    """Answer `textDocument/signatureHelp`."""
    answer = signature_help.signature_help(question.snapshot, question.offset)
    return None if answer is None else messages.signature_help(answer, question.client)


def on_code_action(question: Question) -> list[types.CodeAction]:
    """Answer `textDocument/codeAction`."""
    if not question.client.action_literals:
        return []
    selection = question.positions.span(question.params.range)
    found = code_action.actions(question.snapshot, selection, question.params.context.only or ())
    return [
        messages.code_action(each, selection, question.document, question.positions, question.client)
        for each in (found if question.client.action_resolves else _made(question, found))
    ]


def _made(question: Question, found: Iterable[CodeAction]) -> Iterator[CodeAction]:
    """The actions with their edits, for clients that cannot ask for those; without what is not known now."""
    for action in found:
        if action.make is None:
            yield action
            continue
        prototypes: dict[str, Prototype] = {}
        for library, name in action.wanted:
            prototypes.update(question.known(library, (name,))[0])
        if prototypes.keys() >= {name for _, name in action.wanted}:
            with suppress(ActionError):
                yield replace(action, edits=action.make(prototypes), make=None)


def on_code_lens(question: Question) -> list[types.CodeLens]:
    """Answer `textDocument/codeLens`."""
    return lenses.on_code_lens(question)


def on_diagnostic(
    question: Question,
) -> types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport:
    """Answer `textDocument/diagnostic`."""
    items = diagnosing.diagnostics(question.snapshot, question.positions, question.client)
    state = diagnosing.state_of(items)
    if question.params.previous_result_id == state:
        return types.RelatedUnchangedDocumentDiagnosticReport(state)
    return types.RelatedFullDocumentDiagnosticReport(items, result_id=state)


def on_definition(question: Question) -> headers.Found:
    """Answer `textDocument/definition`."""
    found = references.definition(question.snapshot, question.offset)
    if found is None:
        return None
    there = question.positions.range(found)
    if not question.client.location_links:
        return types.Location(question.document.uri, there)
    asked = references.asked(question.snapshot, question.offset)
    return [types.LocationLink(question.document.uri, there, there, question.positions.range(asked or found))]


def on_references(question: Question) -> list[types.Location] | None:
    """Answer `textDocument/references`."""
    declaration = question.params.context.include_declaration
    return [
        types.Location(question.document.uri, question.positions.range(mention.span))
        for mention in references.references(question.snapshot, question.offset)
        if declaration or mention.role is not Role.KEY
    ] or None


def on_document_highlight(question: Question) -> list[types.DocumentHighlight] | None:
    """Answer `textDocument/documentHighlight`."""
    read, write = types.DocumentHighlightKind.Read, types.DocumentHighlightKind.Write
    return [
        types.DocumentHighlight(question.positions.range(mention.span), read if mention.role is Role.USE else write)
        for mention in references.references(question.snapshot, question.offset)
    ] or None


def on_prepare_rename(question: Question) -> types.PrepareRenamePlaceholder | None:
    """Answer `textDocument/prepareRename`."""
    found = rename.prepare_rename(question.snapshot, question.offset)
    return None if found is None else types.PrepareRenamePlaceholder(question.positions.range(found[0]), found[1])


def on_rename(question: Question) -> types.WorkspaceEdit | None:
    """Answer `textDocument/rename`; JsonRpcException where the new name cannot be used."""
    try:
        edits = rename.rename(question.snapshot, question.offset, question.params.new_name)
    except rename.RenameError as error:
        raise JsonRpcException(str(error), types.LSPErrorCodes.RequestFailed) from None
    if edits is None:
        return None
    return messages.workspace_edit(edits, question.document, question.positions, question.client)


def on_document_symbol(question: Question) -> list[types.DocumentSymbol] | list[types.SymbolInformation]:
    """Answer `textDocument/documentSymbol`."""
    entries = outline.outline(question.snapshot)
    if question.client.symbol_trees:
        return [symbols.tree(entry, question.positions) for entry in entries]
    return [flat for entry in entries for flat in symbols.flat(entry, question.document.uri, question.positions)]


def on_folding_range(question: Question) -> list[types.FoldingRange]:
    """Answer `textDocument/foldingRange`."""
    lines = [
        (question.positions.position(span.start).line, question.positions.position(span.end).line)
        for span in outline.foldings(question.snapshot)
    ]
    # The closing bracket stays to be seen.
    return [types.FoldingRange(first, last - 1) for first, last in dict.fromkeys(lines) if last - 1 > first]


def on_document_link(question: Question) -> list[types.DocumentLink]:
    """Answer `textDocument/documentLink`."""
    return [
        types.DocumentLink(
            question.positions.range(link.span),
            None if link.file is None else link.file.as_uri(),
            tooltip=str(link.file) if link.file is not None and question.client.link_tooltips else None,
            data=None if link.header is None else {**question.source, "header": link.header},
        )
        for link in links.links(question.snapshot)
    ]


def on_selection_range(question: Question) -> list[types.SelectionRange] | None:
    """Answer `textDocument/selectionRange`; null where one of the positions is outside of our text."""
    found = []
    for position in question.params.positions:
        inner: types.SelectionRange | None = None
        for span in reversed(outline.selections(question.snapshot, question.positions.offset(position))):
            inner = types.SelectionRange(question.positions.range(span), inner)
        if inner is None:
            return None
        found.append(inner)
    return found


def on_declaration(question: Question) -> headers.Found:
    """Answer `textDocument/declaration`."""
    return headers.declaration(question)


async def on_type_definition(question: Question) -> headers.Found:
    """Answer `textDocument/typeDefinition`."""
    return await headers.type_definition(question)


def on_semantic_tokens(question: Question) -> types.SemanticTokens:
    """Answer `textDocument/semanticTokens/full`."""
    data = symbols.token_data(semantic_tokens(question.snapshot), question.positions)
    question.document.tokens = data
    return types.SemanticTokens(data, result_id=symbols.state_of(data))


def on_semantic_tokens_delta(question: Question) -> types.SemanticTokens | types.SemanticTokensDelta:
    """Answer `textDocument/semanticTokens/full/delta`; everything, where what the client has is not known any more."""
    before = question.document.tokens
    answer = on_semantic_tokens(question)
    if before is None or symbols.state_of(before) != question.params.previous_result_id:
        return answer
    return types.SemanticTokensDelta(symbols.token_edits(before, answer.data), answer.result_id)


def on_semantic_tokens_range(question: Question) -> types.SemanticTokens:
    """Answer `textDocument/semanticTokens/range`."""
    span = question.positions.span(question.params.range)
    inside = [
        token
        for token in semantic_tokens(question.snapshot)
        if token.span.start <= span.end and span.start <= token.span.end
    ]
    return types.SemanticTokens(symbols.token_data(inside, question.positions))


def on_inlay_hint(question: Question) -> list[types.InlayHint]:
    """Answer `textDocument/inlayHint`."""
    span = question.positions.span(question.params.range)
    return [
        messages.inlay_hint(hint, question.positions, question.client)
        for hint in inlay_hints(question.snapshot, span, question.measured)
    ]

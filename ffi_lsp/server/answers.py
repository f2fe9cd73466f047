"""One function a request: the question goes to `ffi_lsp.ide`, its answer into the protocol's words."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from ffi_lsp.ide import code_action, completion, hover, links, outline, references, rename, signature_help
from ffi_lsp.ide.cursor import Role
from ffi_lsp.ide.inlay_hints import inlay_hints
from ffi_lsp.ide.semantic_tokens import semantic_tokens
from ffi_lsp.server import diagnosing, lenses, messages, symbols
from ffi_lsp.server.question import Question


def on_hover(question: Question) -> types.Hover | None:
    """Answer `textDocument/hover`."""
    answer = hover.hover(question.snapshot, question.offset)
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
    wanted = question.params.context.only
    actions: list[code_action.CodeAction] = []
    if question.client.action_literals and _covers(wanted or [""], code_action.ActionKind.QUICK_FIX):
        actions = code_action.quick_fixes(question.snapshot, question.positions.span(question.params.range))
    # What changes the whole text is made when it is asked for, on saving as a rule; it is no answer to a light bulb.
    if question.client.action_literals and wanted and _covers(wanted, code_action.ActionKind.FIX_ALL):
        everything = code_action.fix_all(question.snapshot)
        actions += [everything] if everything is not None else []
    return [messages.code_action(each, question.document, question.positions, question.client) for each in actions]


def _covers(wanted: Iterable[str], kind: str) -> bool:
    """Whether a kind is among those that are wanted, or below one of them."""
    return any(not each or f"{kind}.".startswith(f"{each}.") for each in wanted)


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


def on_definition(question: Question) -> types.Location | None:
    """Answer `textDocument/definition`."""
    span = references.definition(question.snapshot, question.offset)
    return None if span is None else types.Location(question.document.uri, question.positions.range(span))


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


def on_semantic_tokens(question: Question) -> types.SemanticTokens:
    """Answer `textDocument/semanticTokens/full`."""
    return types.SemanticTokens(symbols.token_data(semantic_tokens(question.snapshot), question.positions))


def on_inlay_hint(question: Question) -> list[types.InlayHint]:
    """Answer `textDocument/inlayHint`."""
    span = question.positions.span(question.params.range)
    return [
        messages.inlay_hint(hint, question.positions, question.client)
        for hint in inlay_hints(question.snapshot, span, question.measured)
    ]

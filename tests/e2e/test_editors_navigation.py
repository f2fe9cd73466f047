"""Every request that leads through a text, once, in both editors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lsprotocol import types

if TYPE_CHECKING:
    from conftest import Session

pytestmark = pytest.mark.asyncio


async def test_signature_help_marks_the_parameter(session: Session) -> None:
    await session.open()
    parameters = types.SignatureHelpParams(session.document, session.position(session.text.index("3), seven")))
    found = await session.client.text_document_signature_help_async(parameters)
    assert found is not None
    assert found.signatures[0].label == "add(i32, i32) -> i32"
    assert [tuple(each.label) for each in found.signatures[0].parameters or []] == [(4, 7), (9, 12)]
    assert found.active_parameter == 1


async def test_a_use_leads_to_its_declaration(session: Session) -> None:
    await session.open()
    found = await session.client.text_document_definition_async(
        types.DefinitionParams(session.document, session.at("add(2"))
    )
    assert found
    (link,) = found
    assert isinstance(link, types.LocationLink)
    assert link.target_range.start == session.position(session.text.index("add: {"))
    assert link.origin_selection_range is not None
    assert link.origin_selection_range.start == session.position(session.text.index("add(2"))


async def test_references_leave_the_declaration_out_where_they_should(session: Session) -> None:
    await session.open()
    for wanted, count in ((True, 3), (False, 2)):
        context = types.ReferenceContext(include_declaration=wanted)
        parameters = types.ReferenceParams(context, session.document, session.at("add(2"))
        assert len(await session.client.text_document_references_async(parameters) or ()) == count


async def test_highlights_tell_reading_from_writing(session: Session) -> None:
    await session.open()
    found = await session.client.text_document_document_highlight_async(
        types.DocumentHighlightParams(session.document, session.at("add(2"))
    )
    write, read = types.DocumentHighlightKind.Write, types.DocumentHighlightKind.Read
    assert [each.kind for each in found or ()] == [write, write, read]


async def test_a_symbol_is_renamed_everywhere(session: Session) -> None:
    await session.open()
    at = session.at("add(2")
    prepared = await session.client.text_document_prepare_rename_async(types.PrepareRenameParams(session.document, at))
    assert isinstance(prepared, types.PrepareRenamePlaceholder)
    assert prepared.placeholder == "add"
    edit = await session.client.text_document_rename_async(types.RenameParams(session.document, at, "plus"))
    assert len(session.edits_of(edit)) == 3
    with pytest.raises(Exception, match="is declared in this schema already"):
        await session.client.text_document_rename_async(types.RenameParams(session.document, at, "seven"))


async def test_the_outline_is_a_tree(session: Session) -> None:
    await session.open()
    found = await session.client.text_document_document_symbol_async(types.DocumentSymbolParams(session.document))
    assert found
    (library,) = found
    assert isinstance(library, types.DocumentSymbol)
    assert [child.name for child in library.children or ()] == ["add", "seven", "talk", "crash", "leave", "spin"]


async def test_the_schema_folds_down_to_its_last_line(session: Session) -> None:
    await session.open()
    found = await session.client.text_document_folding_range_async(types.FoldingRangeParams(session.document))
    assert [(each.start_line, each.end_line) for each in found or ()] == [(0, 6)]


async def test_the_library_is_a_link(session: Session) -> None:
    await session.open()
    (link,) = await session.client.text_document_document_link_async(types.DocumentLinkParams(session.document)) or ()
    assert link.target is not None
    assert link.target.endswith("/libplay.so")


async def test_selections_grow(session: Session) -> None:
    await session.open()
    parameters = types.SelectionRangeParams(session.document, [session.at('i32"')])
    (found,) = await session.client.text_document_selection_range_async(parameters) or ()
    sizes = []
    step: types.SelectionRange | None = found
    while step is not None:
        sizes.append(
            (step.range.end.line - step.range.start.line, step.range.end.character - step.range.start.character)
        )
        step = step.parent
    assert sizes[:2] == [(0, 3), (0, 5)]
    assert sizes[-1][0] == 7


async def test_tokens_are_those_of_the_schema(session: Session) -> None:
    await session.open()
    found = await session.client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(session.document))
    assert found is not None
    assert list(found.data[:10]) == [1, 2, 3, 0, 3, 0, 21, 3, 2, 0]
    provider = session.client.advertised.semantic_tokens_provider
    assert list(provider.legend.token_types) == ["function", "variable", "type"]

"""Every request that leads to C, or writes what C has, once, in both editors; with a header of our own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote, urlsplit

import pytest
from lsprotocol import types

if TYPE_CHECKING:
    from conftest import Session

pytestmark = pytest.mark.asyncio

T = TypeVar("T")
HEADER = """\
/* How a point lies. */
struct point { int x, y; };
/* Adds two numbers. */
int add(int left, int right);
int spin(struct point *where);
"""
SECONDS = 60


@pytest.fixture
def c_session(session: Session, tmp_path: Path) -> Session:
    """The playground's text, which names a header that lies beside it, and uses a function without declaring it."""
    (tmp_path / "play.h").write_text(HEADER)
    without = session.text.replace('  seven: { parameters: [], result: "i32" },\n', "")
    session.text = f"// ffi-header: play.h\n{without}"
    return session


async def until(ask: Callable[[], Awaitable[T]], is_right: Callable[[T], bool]) -> T:
    """The first answer that is right: what C says is looked for beside the requests."""
    async with asyncio.timeout(SECONDS):
        while not is_right(answer := await ask()):
            await asyncio.sleep(0)
    return answer


async def knowing_c(session: Session) -> str:
    """Open the text; what a hover says once the header has been read."""
    await session.open()

    async def ask() -> str:
        parameters = types.HoverParams(session.document, session.at("add: {"))
        hover = await session.client.text_document_hover_async(parameters)
        assert hover is not None
        assert isinstance(hover.contents, types.MarkupContent)
        return hover.contents.value

    return await until(ask, lambda text: "int left" in text)


def lines_of(uri: str) -> list[str]:
    return Path(unquote(urlsplit(uri).path)).read_text().splitlines()


async def test_a_hover_shows_the_prototype_its_place_and_its_comment(c_session: Session, tmp_path: Path) -> None:
    text = await knowing_c(c_session)
    assert "```c\nint add(int left, int right)\n```" in text
    assert f"<{(tmp_path / 'play.h').as_uri()}#L4>" in text
    assert text.endswith("Adds two numbers.")


async def test_a_symbol_leads_to_its_header_and_one_without_to_a_header_that_is_made(c_session: Session) -> None:
    await knowing_c(c_session)
    for word, text in (("add(2", "int add(int left, int right)"), ("talk: {", "int32_t talk(void)")):
        parameters = types.DeclarationParams(c_session.document, c_session.at(word))
        (found,) = await c_session.client.text_document_declaration_async(parameters) or ()
        assert isinstance(found, types.LocationLink)
        assert text in lines_of(found.target_uri)[found.target_range.start.line]


async def test_a_type_leads_to_the_struct_that_the_address_is_of(c_session: Session) -> None:
    c_session.text = c_session.text.replace("spin: { parameters: []", 'spin: { parameters: ["pointer"]')
    await knowing_c(c_session)
    parameters = types.TypeDefinitionParams(c_session.document, c_session.at('pointer"'))
    (found,) = await c_session.client.text_document_type_definition_async(parameters) or ()
    assert isinstance(found, types.LocationLink)
    assert lines_of(found.target_uri)[found.target_range.start.line].startswith("struct point {")


async def test_hints_name_the_parameters(c_session: Session) -> None:
    await knowing_c(c_session)
    whole = types.Range(types.Position(0, 0), types.Position(99, 0))
    parameters = types.InlayHintParams(c_session.document, whole)
    hints = await c_session.client.text_document_inlay_hint_async(parameters)
    labels = [hint.label if isinstance(hint.label, str) else hint.label[0].value for hint in hints or ()]
    assert labels == ["left:", "right:", "left:", "right:"]


async def test_an_accepted_proposal_is_the_whole_declaration_and_tells_more_when_it_is_shown(
    c_session: Session,
) -> None:
    c_session.text = c_session.text.replace('  add: { parameters: ["i32", "i32"], result: "i32" },\n', "  ad\n")
    await c_session.open()
    at = c_session.position(c_session.text.index("  ad\n") + 4)

    async def ask() -> types.CompletionItem:
        parameters = types.CompletionParams(c_session.document, at)
        found = await c_session.client.text_document_completion_async(parameters)
        assert isinstance(found, types.CompletionList)
        return next(item for item in found.items if item.label == "add")

    first = await ask()
    resolved = await c_session.client.completion_item_resolve_async(first)
    assert isinstance(resolved.documentation, types.MarkupContent)
    assert "int add(int left, int right)" in resolved.documentation.value
    item = await until(ask, lambda item: "parameters" in str(item.text_edit) and "$1" not in str(item.text_edit))
    assert item.text_edit is not None
    assert item.text_edit.new_text.replace("\\", "") == 'add: { parameters: ["i32", "i32"], result: "i32" },'


async def test_headers_are_proposed_and_are_links(c_session: Session) -> None:
    await c_session.open()
    position = c_session.position(c_session.text.index("play.h") + 3)
    parameters = types.CompletionParams(c_session.document, position)
    found = await c_session.client.text_document_completion_async(parameters)
    assert isinstance(found, types.CompletionList)
    assert "play.h" in [item.label for item in found.items]
    links = await c_session.client.text_document_document_link_async(types.DocumentLinkParams(c_session.document))
    link = next(each for each in links or () if each.range.start.line == 0)
    resolved = await c_session.client.document_link_resolve_async(link)
    assert resolved.target is not None
    assert resolved.target.endswith("/play.h")


async def test_a_symbol_that_is_used_undeclared_is_declared_when_the_action_is_chosen(c_session: Session) -> None:
    c_session.text = c_session.text.replace('  add: { parameters: ["i32", "i32"], result: "i32" },\n', "")
    await c_session.open()
    at = types.Range(c_session.at("add,"), c_session.at("add,"))
    parameters = types.CodeActionParams(c_session.document, at, types.CodeActionContext([]))
    offered = await c_session.client.text_document_code_action_async(parameters) or ()
    action = next(each for each in offered if each.title == "Declare 'add' as C has it")
    assert isinstance(action, types.CodeAction)
    assert action.edit is None
    resolved = await c_session.client.code_action_resolve_async(action)
    (edit,) = c_session.edits_of(resolved.edit)
    assert edit.new_text.strip() == 'add: { parameters: ["i32", "i32"], result: "i32" },'


async def test_an_action_for_a_text_that_has_changed_is_refused(c_session: Session) -> None:
    await c_session.open()
    at = types.Range(c_session.at("Porffor"), c_session.at("Porffor"))
    parameters = types.CodeActionParams(c_session.document, at, types.CodeActionContext([]))
    offered = await c_session.client.text_document_code_action_async(parameters) or ()
    action = next(each for each in offered if each.title == "Convert to Deno")
    assert isinstance(action, types.CodeAction)
    await c_session.replace("console.log", "console.info")
    with pytest.raises(Exception, match="has changed"):
        await c_session.client.code_action_resolve_async(action)


async def test_the_command_opens_a_header_and_says_what_is_wrong_with_its_arguments(c_session: Session) -> None:
    await knowing_c(c_session)

    async def order(**fields: object) -> dict[str, object]:
        parameters = types.ExecuteCommandParams("ffi.openHeader", [fields])
        answer: dict[str, object] = await c_session.client.workspace_execute_command_async(parameters)
        return answer

    real = await order(uri=c_session.uri, symbol="add")
    assert (real["generated"], real["line"]) == (False, 3)
    made = await order(uri=c_session.uri)
    assert made["generated"] is True
    assert "int add(int left, int right);" in str(made["text"])
    assert lines_of(str(made["uri"])) == str(made["text"]).splitlines()
    for wrong, words in (
        ({"uri": 1}, "expects uri to be"),
        ({"uri": c_session.uri, "symbol": "none"}, "finds no declaration of 'none'"),
        ({"uri": c_session.uri, "call": 7}, "finds 1 calls"),
        ({"uri": c_session.uri, "path": "x"}, "knows no field 'path'"),
    ):
        with pytest.raises(Exception, match=words):
            await order(**wrong)


async def test_tokens_come_in_part_and_as_changes(c_session: Session) -> None:
    await c_session.open()
    client, document = c_session.client, c_session.document
    full = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(document))
    assert full is not None
    line = c_session.at("talk: {").line
    span = types.Range(types.Position(line, 0), types.Position(line, 50))
    part = await client.text_document_semantic_tokens_range_async(types.SemanticTokensRangeParams(document, span))
    assert part is not None
    assert list(part.data[:2]) == [line, 2]
    assert len(part.data) == 10
    delta = types.SemanticTokensDeltaParams(document, full.result_id or "")
    same = await client.text_document_semantic_tokens_full_delta_async(delta)
    assert isinstance(same, types.SemanticTokensDelta)
    assert list(same.edits) == []
    await c_session.replace('result: "i32" },\n  crash', 'result: "int" },\n  crash')
    changed = await client.text_document_semantic_tokens_full_delta_async(delta)
    assert isinstance(changed, types.SemanticTokensDelta)
    (edit,) = changed.edits
    data = [*full.data[: edit.start], *(edit.data or ()), *full.data[edit.start + edit.delete_count :]]
    again = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(document))
    assert again is not None
    assert data == list(again.data)

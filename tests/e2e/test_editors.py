"""A session as an editor has it, for one that pulls diagnostics (VS Code) and one that has them pushed (Neovim)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lsprotocol import types

if TYPE_CHECKING:
    from conftest import Session

pytestmark = pytest.mark.asyncio


async def test_a_right_text_has_no_diagnostics(session: Session) -> None:
    assert await session.open() == []


async def test_an_edit_that_mends_a_mistake_clears_it(session: Session) -> None:
    await session.open()
    found = await session.replace("seven: {", "sevem: {")
    assert {each.code for each in found} >= {"FFI201"}
    mistake = next(each for each in found if each.code == "FFI201")
    assert (mistake.source, mistake.severity) == ("ffi", types.DiagnosticSeverity.Error)
    assert mistake.range.start.line == 2
    assert await session.replace("sevem: {", "seven: {") == []


async def test_diagnostics_are_pushed_or_pulled_never_both(session: Session) -> None:
    session.text = session.text.replace("seven: {", "sevem: {")
    await session.open()
    await session.client.text_document_hover_async(types.HoverParams(session.document, session.at("sevem: {")))
    assert (session.uri in session.client.diagnostics) is not session.pulls
    assert (session.client.advertised.diagnostic_provider is not None) is session.pulls


async def test_hover_is_markdown(session: Session) -> None:
    await session.open()
    hover = await session.client.text_document_hover_async(types.HoverParams(session.document, session.at("seven: {")))
    assert hover is not None
    assert isinstance(hover.contents, types.MarkupContent)
    assert hover.contents.kind is types.MarkupKind.Markdown
    assert hover.contents.value.startswith("```ts\nseven() -> i32\n```\n\nFunction exported by `libplay.so`.")


async def test_hover_is_silent_elsewhere(session: Session) -> None:
    await session.open()
    parameters = types.HoverParams(session.document, session.at("console"))
    assert await session.client.text_document_hover_async(parameters) is None


async def test_completion_proposes_types_and_symbols(session: Session) -> None:
    session.text = session.text.replace('  seven: { parameters: [], result: "i32" },\n', "")
    await session.open()
    types_ = await session.client.text_document_completion_async(
        types.CompletionParams(session.document, session.at('i32"'))
    )
    assert isinstance(types_, types.CompletionList)
    assert [item.label for item in types_.items][:2] == ["i8", "i16"]
    symbols = await session.client.text_document_completion_async(
        types.CompletionParams(session.document, session.at("spin: {"))
    )
    assert isinstance(symbols, types.CompletionList)
    assert "seven" in [item.label for item in symbols.items]


async def test_a_quick_fix_mends_the_text(session: Session) -> None:
    session.text = session.text.replace('["i32", "i32"]', '["int", "i32"]')
    (mistake,) = await session.open()
    actions = await session.client.text_document_code_action_async(
        types.CodeActionParams(session.document, mistake.range, types.CodeActionContext([mistake]))
    )
    assert actions
    fix = actions[0]
    assert isinstance(fix, types.CodeAction)
    assert fix.kind == types.CodeActionKind.QuickFix
    assert list(fix.diagnostics or []) == [mistake]
    (edit,) = session.edits_of(fix.edit)
    start, end = (
        sum(map(len, session.text.splitlines(True)[: at.line])) + at.character
        for at in (edit.range.start, edit.range.end)
    )
    assert await session.replace(session.text[start:end], edit.new_text) == []


async def test_only_the_kinds_that_are_asked_for_come(session: Session) -> None:
    session.text = session.text.replace('["i32", "i32"]', '["int", "i32"]')
    (mistake,) = await session.open()
    context = types.CodeActionContext([mistake], only=[types.CodeActionKind.SourceOrganizeImports])
    parameters = types.CodeActionParams(session.document, mistake.range, context)
    assert not await session.client.text_document_code_action_async(parameters)


async def test_all_is_mended_on_saving(session: Session) -> None:
    session.text = session.text.replace('["i32", "i32"]', '["int", "int"]')
    mistakes = await session.open()
    context = types.CodeActionContext(mistakes, only=[types.CodeActionKind.SourceFixAll])
    parameters = types.CodeActionParams(session.document, mistakes[0].range, context)
    (action,) = await session.client.text_document_code_action_async(parameters) or ()
    assert isinstance(action, types.CodeAction)
    assert action.kind == "source.fixAll.ffi"
    assert [edit.new_text for edit in session.edits_of(action.edit)] == ["i32", "i32"]


async def test_a_lens_runs_the_function_and_tells_the_figures(session: Session) -> None:
    await session.open()
    lenses = await session.client.text_document_code_lens_async(types.CodeLensParams(session.document))
    assert lenses is not None
    lens = next(lens for lens in lenses if lens.command and lens.command.title == "Run seven()")
    assert lens.range.start == session.position(session.text.index("seven: {"))
    benchmark = lenses[lenses.index(lens) + 1].command
    assert benchmark is not None
    assert benchmark.title == "Benchmark"
    answer = await session.client.workspace_execute_command_async(
        types.ExecuteCommandParams(benchmark.command, benchmark.arguments)
    )
    assert (answer["status"], answer["result"]) == ("done", 7)
    assert answer["calls"] > 1000
    assert answer["median_ns"] > 0
    (message,) = session.client.messages
    assert message.type is types.MessageType.Info
    assert message.message == answer["message"]
    assert "7" in message.message
    assert "ns" in message.message
    after = await session.client.text_document_code_lens_async(types.CodeLensParams(session.document))
    titles = [lens.command.title for lens in after or () if lens.command]
    assert any(title.startswith("Benchmark · ") and title.endswith("s") for title in titles)
    assert "Report" in titles
    end = types.Position(99, 0)
    parameters = types.InlayHintParams(session.document, types.Range(types.Position(0, 0), end))
    (hint,) = await session.client.text_document_inlay_hint_async(parameters) or ()
    assert hint.position.line == lens.range.start.line
    reports = list(session.client.progress_reports.values())
    assert [[type(step).__name__ for step in steps] for steps in reports] == [
        ["WorkDoneProgressBegin", "WorkDoneProgressEnd"]
    ]


async def test_declarations_are_found_across_the_workspace(session: Session) -> None:
    await session.open()
    found = await session.client.workspace_symbol_async(types.WorkspaceSymbolParams("seven"))
    assert [(each.name, each.container_name) for each in found or ()] == [("seven", session.text.split(chr(34))[1])]


async def test_the_whole_workspace_is_reported_to_those_who_ask(session: Session) -> None:
    if not session.pulls:
        assert session.client.advertised.diagnostic_provider is None
        return
    session.text = session.text.replace("seven: {", "sevem: {")
    await session.open()
    report = await session.client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams([]))
    assert {each.code for item in report.items for each in item.items} >= {"FFI201"}


async def test_everything_can_be_read_anew(session: Session) -> None:
    await session.open()
    command = types.ExecuteCommandParams("ffi.reindex")
    assert await session.client.workspace_execute_command_async(command) is None


async def test_the_capabilities_are_those_of_the_table(session: Session) -> None:
    given = session.client.advertised
    assert given.hover_provider is True
    assert given.completion_provider is not None
    assert given.code_lens_provider is not None
    assert set(given.code_action_provider.code_action_kinds) >= {"quickfix", "source.fixAll.ffi"}
    assert set(given.execute_command_provider.commands) >= {"ffi.quickRun", "ffi.cancelRun", "ffi.runFile"}
    assert given.text_document_sync.open_close is True
    assert given.text_document_sync.change is types.TextDocumentSyncKind.Incremental
    assert given.text_document_sync.save is True

"""Answers about the whole workspace: its symbols, and the diagnostics of files that are not open."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from typing import TYPE_CHECKING

from lsprotocol import types

from ffi_lsp.ide.outline import outline
from ffi_lsp.server import diagnosing, symbols
from ffi_lsp.server.positions import Positions

if TYPE_CHECKING:
    from ffi_lsp.server.app import Server

_GATHERING = 0.3
"""Seconds in which several changes become one answer."""
_MOST_SYMBOLS = 1000
_Report = types.WorkspaceFullDocumentDiagnosticReport | types.WorkspaceUnchangedDocumentDiagnosticReport


def on_workspace_symbol(server: Server, params: types.WorkspaceSymbolParams) -> list[types.SymbolInformation]:
    """Answer `workspace/symbol`: libraries and declared functions whose names have the query's letters in its order."""
    ranked = [(rank, symbol) for symbol in _symbols(server) if (rank := _rank(symbol.name, params.query)) is not None]
    ranked.sort(key=lambda pair: (pair[0], pair[1].name, pair[1].location.uri))
    return [symbol for _, symbol in ranked[:_MOST_SYMBOLS]]


def on_workspace_diagnostic(
    server: Server, params: types.WorkspaceDiagnosticParams
) -> Awaitable[types.WorkspaceDiagnosticReport]:
    """Answer `workspace/diagnostic` once the workspace was looked through.

    A client that takes parts is told what is known earlier, and has its answer when there is something to tell: it asks
    again as soon as it has one, Visual Studio Code after two seconds. That a text is closed ends the waiting as well,
    for the client may have forgotten what it was told of it.
    """
    # Counted now, since the next message is handled before anything is awaited.
    return _report_of_workspace(server, params, server.documents.closed)


async def _report_of_workspace(
    server: Server, params: types.WorkspaceDiagnosticParams, closed: int
) -> types.WorkspaceDiagnosticReport:
    told = {each.uri: each.value for each in params.previous_result_ids}
    token, given = params.partial_result_token, dict[str, str]()
    while True:
        under_way = server.index.is_under_way
        reports = [each for each in _reports(server, told) if given.get(each.uri) != each.result_id]
        if token is None:
            if not under_way:
                return types.WorkspaceDiagnosticReport(reports)
        else:
            news = [each for each in reports if isinstance(each, types.WorkspaceFullDocumentDiagnosticReport)]
            if news:
                part = types.WorkspaceDiagnosticReportPartialResult(news)
                server.protocol.notify(types.PROGRESS, types.ProgressParams(token, part))
                given.update({each.uri: each.result_id or "" for each in news})
            if not under_way and (given or closed != server.documents.closed):
                return types.WorkspaceDiagnosticReport([])
        if under_way:
            await server.index.moved()
        else:
            await server.news.wait()
            await asyncio.sleep(_GATHERING)


def _symbols(server: Server) -> Iterator[types.SymbolInformation]:
    for document in server.documents:
        snapshot = document.snapshot(server.facts)
        positions = Positions(document.text, server.encoding)
        for entry in outline(snapshot):
            yield from symbols.flat(entry, document.uri, positions)
    for indexed in server.index.entries():
        yield from indexed.symbols


def _rank(name: str, query: str) -> int | None:
    """How well a name fits, best 0; None where it does not have the query's letters in that order."""
    low, wanted = name.lower(), query.lower()
    if low.startswith(wanted):
        return 0
    if wanted in low:
        return 1
    rest = iter(low)
    return 2 if all(letter in rest for letter in wanted) else None


def _reports(server: Server, told: dict[str, str]) -> Iterator[_Report]:
    """What a client does not know yet: a report for each file that has findings, or had some when it asked last."""
    seen = set()
    for document in server.documents:
        found = diagnosing.diagnostics(
            document.snapshot(server.facts), Positions(document.text, server.encoding), server.client
        )
        seen.add(document.uri)
        yield from _report(document.uri, found, diagnosing.state_of(found), document.version, told)
    for entry in server.index.entries():
        uri = entry.path.as_uri()
        seen.add(uri)
        yield from _report(uri, entry.diagnostics, entry.state, None, told)
    for uri in told.keys() - seen:
        if not server.index.is_under_way:
            yield types.WorkspaceFullDocumentDiagnosticReport(uri, [], None, result_id=diagnosing.state_of([]))


def _report(
    uri: str, found: list[types.Diagnostic], state: str, version: int | None, told: dict[str, str]
) -> Iterator[_Report]:
    if told.get(uri) == state:
        yield types.WorkspaceUnchangedDocumentDiagnosticReport(uri, state, version)
    elif found or uri in told:
        yield types.WorkspaceFullDocumentDiagnosticReport(uri, found, version, result_id=state)

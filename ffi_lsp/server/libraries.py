"""Requests of our own about libraries, for a client that shows them and lets a person choose what to declare.

``ffi/libraries`` takes nothing and gives every library that an open text or a file of the workspace opens: ``name``,
``file`` (a path or null), ``detail`` and ``symbols``, each with ``name``, ``uri``, ``range``, ``standing`` (``right``,
``missing``, ``mismatching``, ``mistaken``, ``unknown``) and ``detail``. Files that open one library share an entry.

``ffi/exports`` takes ``textDocument`` and ``position`` and gives null, or ``call`` (which call of the text opens the
library, from 0), ``library`` and ``symbols``, each with ``name`` and ``declared``.

``ffi/declare`` takes ``textDocument``, ``call`` and ``symbol`` and gives the edit that declares it as C has it;
an error says why that cannot be done.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from ffi_lsp.server.positions import Positions

if TYPE_CHECKING:
    from ffi_lsp.ide.libraries import NativeLibrary
    from ffi_lsp.server.app import Server
    from ffi_lsp.workspace import Snapshot

LIBRARIES, EXPORTS, DECLARE = "ffi/libraries", "ffi/exports", "ffi/declare"
_SECONDS = 5.0
"""How long a person waits at most for what C says of a symbol."""


def register(server: Server) -> None:
    """Let a server answer these requests."""
    # `partial`, because pygls writes attributes on what it registers, and a bound method takes none.
    server.feature(LIBRARIES)(partial(on_libraries, server))
    server.feature(EXPORTS)(partial(on_exports, server))
    server.feature(DECLARE)(partial(on_declare, server))


def on_libraries(server: Server, _: object) -> list[dict[str, Any]]:
    """Answer ``ffi/libraries``."""
    opened: list[dict[str, Any]] = []
    for document in server.documents:
        snapshot = document.snapshot(server.facts)
        opened += describe(snapshot, document.uri, Positions(document.text, server.encoding))
    opened += (each for indexed in server.index.entries() for each in indexed.libraries)
    found: dict[tuple[str, str | None], dict[str, Any]] = {}
    for each in opened:
        shared = found.setdefault((each["name"], each["file"]), {**each, "symbols": []})
        shared["symbols"] += each["symbols"]
    return list(found.values())


def describe(snapshot: Snapshot, uri: str, positions: Positions) -> list[dict[str, Any]]:
    """The libraries that one text opens, in the words of ``ffi/libraries``.

    Parameters
    ----------
    snapshot: the text.
    uri: its name.
    positions: its positions, in the agreed encoding.
    """
    from ffi_lsp.ide.libraries import native_libraries

    return [_plain(each, uri, positions) for each in native_libraries(snapshot)]


def on_exports(server: Server, params: Any) -> Any:
    """Answer ``ffi/exports``; the library's names are read in a thread where that takes long."""
    uri, position = _place(params)
    document = server.documents.get(uri)
    if document is None:
        return None

    def answer() -> dict[str, Any] | None:
        from ffi_lsp.ide.libraries import exports

        offset = Positions(document.text, server.encoding).offset(position)
        found = exports(document.snapshot(server.facts), offset)
        if found is None:
            return None
        symbols = [{"name": name, "declared": declared} for name, declared in found.symbols]
        return {"call": found.call, "library": found.library, "symbols": symbols}

    return server.judge.when_read(document, answer, whole=True)


async def on_declare(server: Server, params: Any) -> types.WorkspaceEdit:
    """Answer ``ffi/declare``.

    Raises
    ------
    JsonRpcException: it cannot be declared, or the text has changed meanwhile; the message says why.
    """
    from ffi_lsp.ide.action import ActionError
    from ffi_lsp.ide.declaring import declare_exported
    from ffi_lsp.server import messages

    try:
        uri, number, name = str(params.textDocument.uri), int(params.call), str(params.symbol)
    except (AttributeError, TypeError, ValueError):
        raise JsonRpcInvalidParams(f"{DECLARE} takes textDocument with a uri, a call and a symbol") from None
    question = server.question(types.DocumentLinkParams(types.TextDocumentIdentifier(uri)))
    if question is None:
        raise JsonRpcInvalidParams(f"{DECLARE} finds no open text {uri}")
    version = question.document.version
    try:
        action = declare_exported(question.snapshot, number, name)
        prototypes = {}
        for library, wanted in action.wanted if question.snapshot.settings.headers.enabled else ():
            found = await question.lookup.ask(library, wanted, question.snapshot.mentioned, _SECONDS)
            if found is not None:
                prototypes[wanted] = found
        if question.document.version != version:
            raise JsonRpcException("the text has changed meanwhile", types.LSPErrorCodes.ContentModified)
        edits = action.edits if action.make is None else action.make(prototypes)
    except ActionError as error:
        raise JsonRpcException(f"{name} cannot be declared: {error}", types.LSPErrorCodes.RequestFailed) from None
    return messages.workspace_edit(edits, question.document, question.positions, question.client)


def _plain(library: NativeLibrary, uri: str, positions: Positions) -> dict[str, Any]:
    symbols = [
        {
            "name": symbol.name,
            "uri": uri,
            "range": _range(positions.range(symbol.span)),
            "standing": symbol.standing.value,
            "detail": symbol.detail,
        }
        for symbol in library.symbols
    ]
    file = None if library.file is None else str(library.file)
    return {"name": library.name, "file": file, "detail": library.detail, "symbols": symbols}


def _range(found: types.Range) -> dict[str, Any]:
    ends = {"start": found.start, "end": found.end}
    return {name: {"line": end.line, "character": end.character} for name, end in ends.items()}


def _place(params: Any) -> tuple[str, types.Position]:
    try:
        return str(params.textDocument.uri), types.Position(int(params.position.line), int(params.position.character))
    except (AttributeError, TypeError, ValueError):
        raise JsonRpcInvalidParams(f"{EXPORTS} takes textDocument with a uri, and a position") from None

"""Requests of our own about libraries, for a client that shows them: ``ffi/libraries`` and ``ffi/exports``.

``ffi/libraries`` takes nothing and gives every library that an open text opens: ``name``, ``file`` (a path or null),
``detail`` and ``symbols``, each with ``name``, ``uri``, ``range``, ``standing`` (``right``, ``missing``,
``mismatching``, ``mistaken``, ``unknown``) and ``detail``. Texts that open the same library share an entry.

``ffi/exports`` takes ``textDocument`` and ``position`` and gives null, or ``call`` (which call of the text opens the
library, from 0), ``library`` and ``symbols``, each with ``name`` and ``declared``.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from ffi_lsp.server.positions import Positions

if TYPE_CHECKING:
    from ffi_lsp.ide.libraries import NativeLibrary
    from ffi_lsp.server.app import Server

LIBRARIES, EXPORTS = "ffi/libraries", "ffi/exports"


def register(server: Server) -> None:
    """Let a server answer these requests."""
    # `partial`, because pygls writes attributes on what it registers, and a bound method takes none.
    server.feature(LIBRARIES)(partial(on_libraries, server))
    server.feature(EXPORTS)(partial(on_exports, server))


def on_libraries(server: Server, _: object) -> list[dict[str, Any]]:
    """Answer ``ffi/libraries``."""
    from ffi_lsp.ide.libraries import native_libraries

    found: dict[tuple[str, str | None], dict[str, Any]] = {}
    for document in server.documents:
        positions = Positions(document.text, server.encoding)
        for library in native_libraries(document.snapshot(server.facts)):
            entry = _plain(library, document.uri, positions)
            known = found.setdefault((entry["name"], entry["file"]), entry)
            if known is not entry:
                known["symbols"] += entry["symbols"]
    return list(found.values())


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

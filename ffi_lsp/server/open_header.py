"""The command `ffi.openHeader`: the header of a declared symbol, or everything that a call declares as a header."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from ffi_lsp.server.orders import OpenHeader, read_order, wrong
from ffi_lsp.server.words import OPEN_HEADER

if TYPE_CHECKING:
    from ffi_core.model import DlopenCall
    from ffi_lsp.rules import LibraryFacts
    from ffi_lsp.server.app import Server


async def open_header(server: Server, params: types.ExecuteCommandParams) -> dict[str, Any]:
    """Carry out `ffi.openHeader`.

    Returns
    -------
    ``uri`` of the header, ``line`` (from 0) of the symbol in it, ``generated``: whether it was made for this, ``text``
    of one that was, else null, and ``shown``: whether the client opened it.

    Raises
    ------
    JsonRpcInvalidParams: the order itself is wrong.
    JsonRpcException: there is no header to open, and none could be made.
    """
    from ffi_lsp.server.headers import generated

    order = read_order(OpenHeader, OPEN_HEADER, params.arguments)
    call, facts = _ordered(server, order)
    prototype = facts.prototypes.get(order.symbol) if order.symbol is not None else None
    if prototype is not None and Path(prototype.header).is_absolute():
        file, line, text = Path(prototype.header), max(prototype.line - 1, 0), None
    else:
        made, header = generated(call, facts)
        if made is None:
            raise JsonRpcException("the header could not be written", types.LSPErrorCodes.RequestFailed)
        file, line, text = made, max(header.lines.get(order.symbol or "", 1) - 1, 0), header.text
    shown = await _show(server, file, line)
    return {"uri": file.as_uri(), "line": line, "generated": text is not None, "text": text, "shown": shown}


def _ordered(server: Server, order: OpenHeader) -> tuple[DlopenCall, LibraryFacts]:
    document = server.documents.get(order.uri)
    if document is None:
        raise wrong(OPEN_HEADER, f"finds no open text {order.uri}")
    snapshot = document.snapshot(server.facts)
    pairs = list(zip(snapshot.calls, snapshot.facts, strict=True))
    if order.call is not None and order.call >= len(pairs):
        raise wrong(OPEN_HEADER, f"finds {len(pairs)} calls in the text, and no number {order.call} counted from 0")
    pairs = pairs if order.call is None else [pairs[order.call]]
    for call, facts in pairs:
        if call.declarations and (order.symbol is None or _declares(call, order.symbol)):
            return call, facts
    raise wrong(OPEN_HEADER, f"finds no declaration{f' of {order.symbol!r}' if order.symbol else ''} in {order.uri}")


def _declares(call: DlopenCall, symbol: str) -> bool:
    from ffi_lsp.ide.c_side import c_name

    return any(c_name(entry) == symbol for entry in call.declarations)


async def _show(server: Server, file: Path, line: int) -> bool:
    if not server.client.shows_documents:
        return False
    start = types.Position(line, 0)
    wanted = types.ShowDocumentParams(file.as_uri(), take_focus=True, selection=types.Range(start, start))
    try:
        return (await server.window_show_document_async(wanted)).success
    except JsonRpcException:
        return False

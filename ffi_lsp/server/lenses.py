"""Code lenses in the protocol's words: titles at once where there are few, else when a lens is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from ffi_core.model import Span
from ffi_lsp.server.words import QUICK_RUN, SHOW_REPORT

if TYPE_CHECKING:
    from ffi_lsp.ide.code_lens import CodeLens
    from ffi_lsp.server.app import Server
    from ffi_lsp.server.question import Question

FEW = 200
"""How many lenses get their titles at once, for clients that never ask for them."""
_PLACES = ("call", "site")


def on_code_lens(question: Question) -> list[types.CodeLens]:
    """Answer `textDocument/codeLens`."""
    from ffi_lsp.ide.code_lens import code_lenses, lens_title

    found = code_lenses(question.snapshot, question.measured)
    uri = question.document.uri
    if len(found) > FEW:
        return [types.CodeLens(question.positions.range(lens.span), data=_data(uri, lens)) for lens in found]
    return [
        types.CodeLens(question.positions.range(lens.span), _command(uri, lens, title), _data(uri, lens))
        for lens in found
        if (title := lens_title(question.snapshot, lens, question.measured)) is not None
    ]


def resolve(server: Server, lens: types.CodeLens) -> types.CodeLens:
    """Answer `codeLens/resolve`; a lens that is not ours, or whose text has changed, comes back without a command."""
    from ffi_lsp.ide.code_lens import CodeLens, lens_title

    data: Any = lens.data if isinstance(lens.data, dict) else {}
    document = server.documents.get(str(data.get("uri")))
    act, symbol, call, site = (data.get(name) for name in ("act", "symbol", *_PLACES))
    places = all(type(place) is int and place >= 0 for place in (call, site) if place is not None)
    if document is None or act not in ("run", "benchmark", "report") or not isinstance(symbol, str) or not places:
        return lens
    meant = CodeLens(Span(0, 0), act, symbol, call or 0, site)
    title = lens_title(document.snapshot(server.facts), meant, document.measured)
    if title is not None:
        lens.command = _command(document.uri, meant, title)
    return lens


def _data(uri: str, lens: CodeLens) -> dict[str, Any]:
    return {"uri": uri, "act": lens.act, "symbol": lens.symbol, "call": lens.call, "site": lens.site}


def _command(uri: str, lens: CodeLens, title: str) -> types.Command:
    if lens.act == "report":
        return types.Command(title, SHOW_REPORT, arguments=[{"uri": uri, "symbol": lens.symbol}])
    order: dict[str, Any] = {"uri": uri, "symbol": lens.symbol, "call": lens.call, "mode": lens.act}
    if lens.site is not None:
        order["site"] = lens.site
    return types.Command(title, QUICK_RUN, arguments=[order])

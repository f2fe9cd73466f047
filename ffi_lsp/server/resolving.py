"""The rest of an answer, when a client asks for it: what C says of a proposal, an action's edit, a link's target."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from ffi_core.model import Span
from ffi_lsp.diagnostic import Edit
from ffi_lsp.ide import code_action
from ffi_lsp.ide.proposals import Exported, Item, ItemKind
from ffi_lsp.ide.schema_proposals import with_prototype
from ffi_lsp.server import messages

if TYPE_CHECKING:
    from ffi_core.library import Library
    from ffi_core.model import Prototype
    from ffi_lsp.server.app import Server
    from ffi_lsp.server.question import Question

SECONDS = 5.0
"""How long a person waits at most for what C says of a symbol. The search goes on, and the next question finds it."""


async def on_completion_resolve(server: Server, item: types.CompletionItem) -> types.CompletionItem:
    """Answer `completionItem/resolve`; an item about which nothing more is known comes back as it is."""
    data = item.data if isinstance(item.data, Mapping) else {}
    question = _question(server, data)
    name, key, behind, dialect = (data.get(field) for field in ("symbol", "key", "behind", "dialect"))
    words = (name, key, behind, dialect)
    if question is None or item.text_edit is None or not all(isinstance(word, str) for word in words):
        return item
    library = next((each for each in _libraries(question) if str(each.path) == data.get("library")), None)
    if library is None:
        return item
    prototype = await _ask(question, library, str(name))
    if prototype is None:
        return item
    exported = Exported(library, str(dialect), str(name), str(key), str(behind))
    skeleton = item.text_edit.new_text if item.text_edit.new_text != key else None
    known = Item(item.label, ItemKind.FUNCTION, Edit(Span(0, 0), str(key)), skeleton, item.detail, exported=exported)
    whole = with_prototype(known, exported, prototype)
    item.documentation = messages.documentation(whole, question.client)
    if "textEdit" in question.client.completion_resolves:
        snippet = whole.snippet if item.insert_text_format is types.InsertTextFormat.Snippet else None
        item.text_edit.new_text = snippet or whole.edit.text
    return item


async def on_code_action_resolve(server: Server, action: types.CodeAction) -> types.CodeAction:
    """Answer `codeAction/resolve`; an action that is not ours, or has its edit already, comes back as it is.

    Raises
    ------
    JsonRpcException: the text has changed meanwhile, or the change cannot be made; the message says why.
    """
    data = action.data if isinstance(action.data, Mapping) else {}
    question = _question(server, data)
    start, end = data.get("start"), data.get("end")
    if question is None or type(start) is not int or type(end) is not int or action.edit is not None:
        return action
    if data.get("version") != question.document.version:
        raise JsonRpcException("the text has changed since this was offered", types.LSPErrorCodes.ContentModified)
    offered = code_action.actions(question.snapshot, Span(start, end), (str(action.kind),))
    found = next((each for each in offered if each.title == action.title), None)
    if found is None:
        raise JsonRpcException("this can no longer be done here", types.LSPErrorCodes.ContentModified)
    asked = await asyncio.gather(*(_ask(question, library, name) for library, name in found.wanted))
    prototypes = {name: each for (_, name), each in zip(found.wanted, asked, strict=True) if each is not None}
    if data.get("version") != question.document.version:
        raise JsonRpcException("the text has changed meanwhile", types.LSPErrorCodes.ContentModified)
    try:
        edits = found.edits if found.make is None else found.make(prototypes)
    except code_action.ActionError as error:
        raise JsonRpcException(f"{action.title}: {error}", types.LSPErrorCodes.RequestFailed) from None
    action.edit = messages.workspace_edit(edits, question.document, question.positions, question.client)
    return action


def on_document_link_resolve(server: Server, link: types.DocumentLink) -> types.DocumentLink:
    """Answer `documentLink/resolve`; a header that is not found leads nowhere."""
    data = link.data if isinstance(link.data, Mapping) else {}
    question, header = _question(server, data), data.get("header")
    if question is None or not isinstance(header, str) or link.target is not None:
        return link
    file = question.surroundings.header_file(header)
    if file is not None:
        link.target = file.as_uri()
        link.tooltip = str(file) if question.client.link_tooltips else None
    return link


def _question(server: Server, data: Mapping[str, Any]) -> Question | None:
    """All that an answer about the text depends on which an earlier answer was about."""
    uri = data.get("uri")
    return (
        server.question(types.DocumentLinkParams(types.TextDocumentIdentifier(uri))) if isinstance(uri, str) else None
    )


async def _ask(question: Question, library: Library, name: str) -> Prototype | None:
    if not question.snapshot.settings.headers.enabled:
        return None
    return await question.lookup.ask(library, name, question.snapshot.mentioned, SECONDS)


def _libraries(question: Question) -> Iterator[Library]:
    for facts in question.snapshot.facts:
        yield from (*([facts.library] if facts.library is not None else []), *facts.needed)

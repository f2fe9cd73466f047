"""What a proposal looks like to clients of different abilities."""

from __future__ import annotations

import pytest
from lsprotocol import types

from ffi_core.model import Span
from ffi_lsp.diagnostic import Edit
from ffi_lsp.ide.proposals import Item, ItemKind
from ffi_lsp.server.client import Client
from ffi_lsp.server.messages import completion_item

RANGE = types.Range(types.Position(0, 0), types.Position(0, 0))
SPAN = Span(0, 0)


def item_for(capabilities: types.CompletionClientCapabilities, item: Item) -> types.CompletionItem:
    client = Client.of(
        types.ClientCapabilities(text_document=types.TextDocumentClientCapabilities(completion=capabilities))
    )
    return completion_item(item, 0, SPAN, lambda _: RANGE, client, {"uri": "file:///a.ts", "version": 1})


@pytest.mark.parametrize("detail", [None, "SHOP_1.0"])
def test_a_note_stands_beside_the_label_or_else_in_the_detail(detail: str | None) -> None:
    proposal = Item("f", ItemKind.FUNCTION, Edit(SPAN, "f"), detail=detail, note="used", preferred=True)
    able = types.CompletionClientCapabilities(
        completion_item=types.ClientCompletionItemOptions(label_details_support=True)
    )
    shown = item_for(able, proposal)
    assert (shown.detail, shown.label_details) == (detail, types.CompletionItemLabelDetails(description="used"))
    plain = item_for(types.CompletionClientCapabilities(), proposal)
    assert (plain.detail, plain.label_details) == ("used" if detail is None else "SHOP_1.0, used", None)
    assert shown.preselect
    assert plain.preselect


def test_what_a_proposal_changes_elsewhere_comes_with_it() -> None:
    proposal = Item("f", ItemKind.FUNCTION, Edit(SPAN, "f"), also=(Edit(SPAN, ","),))
    shown = item_for(types.CompletionClientCapabilities(), proposal)
    assert shown.additional_text_edits == [types.TextEdit(RANGE, ",")]


def test_a_proposal_without_a_note_has_neither() -> None:
    shown = item_for(types.CompletionClientCapabilities(), Item("f", ItemKind.FUNCTION, Edit(SPAN, "f")))
    assert (shown.detail, shown.label_details, shown.preselect) == (None, None, None)

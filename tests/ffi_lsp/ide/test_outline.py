"""Outline, folding, selection, links, signature help, semantic tokens."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from ffi_lsp.ide.links import links
from ffi_lsp.ide.outline import SymbolKind, foldings, outline, selections
from ffi_lsp.ide.semantic_tokens import TokenKind, semantic_tokens
from ffi_lsp.ide.signature_help import signature_help
from ffi_lsp.workspace import Snapshot

Reader = Callable[[str], tuple[Snapshot, int]]

TEXT = """\
const { count_add } = Porffor.dlopen("LIB", {
  count_add: {
    parameters: ["i32", "f64"],
    result: "i32",
  },
  count_total: { parameters: [], result: "nothing" },
  count_absent: { parameters: [], result: "void" },
});
"""


def test_the_outline_shows_libraries_and_their_symbols(read: Reader, library: Path) -> None:
    (entry,) = outline(read(TEXT)[0])
    assert (entry.name, entry.kind, entry.detail) == (str(library), SymbolKind.LIBRARY, "porffor")
    assert [(child.name, child.detail) for child in entry.children] == [
        ("count_add", "(i32, f64) -> i32"),
        ("count_total", ""),
        ("count_absent", "() -> void"),
    ]


def test_schema_and_entries_fold(read: Reader) -> None:
    snapshot, _ = read(TEXT)
    assert [snapshot.text.slice(span)[:9] for span in foldings(snapshot)] == [
        "{\n  count",
        "count_add",
        "count_tot",
        "count_abs",
    ]


def test_a_library_links_to_its_file(read: Reader, library: Path) -> None:
    snapshot, _ = read(TEXT + 'Porffor.dlopen("/nowhere.so", {});')
    (link,) = links(snapshot)
    assert link.file == library
    assert snapshot.text.slice(link.span) == f'"{library}"'


def test_a_selection_grows_from_the_word_to_the_call(read: Reader) -> None:
    snapshot, offset = read(TEXT.replace('"f64"', '"f¦64"'))
    found = [snapshot.text.slice(span) for span in selections(snapshot, offset)]
    assert found[:4] == ["f64", '"f64"', '["i32", "f64"]', 'parameters: ["i32", "f64"]']
    assert [text.split("(")[0].split(":")[0] for text in found[-1:]] == ["Porffor.dlopen"]
    assert all(inner in outer for inner, outer in pairwise(found))


def test_outside_of_a_call_nothing_is_selected(read: Reader) -> None:
    assert selections(*read(TEXT + " ¦")) == []


@pytest.mark.parametrize(
    ("call", "active"),
    [("count_add(¦)", 0), ("count_add(1¦, 2)", 0), ("count_add(1, ¦)", 1), ("count_add(g(1, 2), [3, 4], ¦)", None)],
)
def test_a_call_shows_the_signature_and_the_parameter_at_the_cursor(
    read: Reader, call: str, active: int | None
) -> None:
    found = signature_help(*read(TEXT + call))
    assert found is not None
    assert found.label == "count_add(i32, f64) -> i32"
    assert [found.label[each.start : each.end] for each in found.parameters] == ["i32", "f64"]
    assert "double" in " ".join(found.parameters[1].lines)
    assert found.active == active


@pytest.mark.parametrize("call", ["count_add¦(1)", "count_add(1)¦", "other(¦)", "¦"])
def test_outside_of_the_arguments_there_is_no_signature(read: Reader, call: str) -> None:
    assert signature_help(*read(TEXT + call)) is None


def test_tokens_tell_functions_data_and_known_types(read: Reader) -> None:
    snapshot, _ = read(TEXT)
    tokens = [(snapshot.text.slice(token.span), token.kind, token.exported) for token in semantic_tokens(snapshot)]
    assert tokens == [
        ("count_add", TokenKind.FUNCTION, True),
        ("i32", TokenKind.TYPE, False),
        ("f64", TokenKind.TYPE, False),
        ("i32", TokenKind.TYPE, False),
        ("count_total", TokenKind.VARIABLE, True),
        ("count_absent", TokenKind.FUNCTION, False),
        ("void", TokenKind.TYPE, False),
    ]

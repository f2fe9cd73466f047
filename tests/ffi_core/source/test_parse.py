"""Parsing: the right grammar for each file, a tree for any bytes, and the same tree after an edit as from scratch."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ffi_core.source import parse

PROGRAM = b"""import x from "y";
const { a, b } = Porffor.dlopen("libm.so.6", { a: { parameters: ["f64"], result: "i32" } });
function f(n) { return n < 2 ? 1 : n * f(n - 1); }
console.log(`${a(1)} \xf0\x9f\x98\x80`);
"""


@pytest.mark.parametrize("suffix", [".ts", ".mts", ".cts", ".tsx", ".js", ".TS"])
def test_type_annotations_parse_whatever_the_suffix(suffix: str) -> None:
    tree = parse(b"const a: string = b as string; type T = { a: number };", suffix)
    assert not tree.root.has_error


def test_a_type_assertion_in_a_javascript_file_parses_as_typescript() -> None:
    tree = parse(b"type T = number; const a = <T>b;", ".js")
    assert (tree.root.has_error, tree.grammar) == (False, "typescript")


def test_elements_parse_in_jsx_tsx_and_plain_javascript() -> None:
    for suffix in (".jsx", ".tsx", ".js"):
        assert not parse(b"const a = <div>{b}</div>;", suffix).root.has_error


@pytest.mark.parametrize("text", [b"", b"\x00\xff\xfe", b"const {", b"[" * 20_000, b"'", b"`${", b"\xef\xbb\xbflet a"])
def test_any_bytes_give_a_tree(text: bytes) -> None:
    assert parse(text, ".ts").root.end_byte <= len(text)


def test_the_path_to_an_offset_goes_from_the_root_to_the_smallest_node() -> None:
    tree = parse(b"f(a.b);", ".js")
    path = [node.type for node in tree.path_to(4)]
    assert path[0] == "program"
    assert path[-1] == "property_identifier"
    assert tree.path_to(7) == []
    assert tree.path_to(99) == []


@settings(max_examples=150, deadline=None)
@given(start=st.integers(0, len(PROGRAM)), length=st.integers(0, 40), inserted=st.binary(max_size=12))
def test_a_tree_after_an_edit_covers_the_new_text(start: int, length: int, inserted: bytes) -> None:
    edited = PROGRAM[:start] + inserted + PROGRAM[start + length :]
    again = parse(edited, ".ts", parse(PROGRAM, ".ts"))
    assert again.text == edited
    assert again.root.end_byte <= len(edited)
    if not parse(edited, ".ts").root.has_error:
        assert str(again.root) == str(parse(edited, ".ts").root)

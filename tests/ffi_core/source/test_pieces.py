"""What is remembered of a file's pieces changes no answer, only what has to be read again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ffi_core.dialects import read_tree
from ffi_core.model import DlopenCall
from ffi_core.source import Memory, SourceTree, parse
from ffi_core.source.pieces import Layout

FILE = PurePath("main.ts")
LONG = "".join(f"  const v{index} = open(v{index}, size); // {'-' * 60}\n" for index in range(25))
START = f"""import {{ FFIType, dlopen, suffix }} from "bun:ffi";
import {{ shared }} from "./shared";
const size = 8, i32 = FFIType.i32;
const {{ symbols: {{ open, close: shut }} }} = dlopen(`./lib.${{suffix}}`, {{
  open: {{ args: ["ptr", i32], returns: FFIType.i32 }},
  close: {{ args: ["i32"], returns: "void" }},
  other: shared.other,
}});
const {{ symbols }} = Deno.dlopen("libc.so.6", {{
  abs: {{ parameters: ["i32"], result: "i32" }},
  labs: {{ parameters: ["i64"], result: "i64", nonblocking: true }},
}});
const {{ floor }} = Porffor.dlopen("libm.so.6", {{ floor: {{ parameters: ["f64"], result: "f64" }} }});
function use(size, n = open(1, size)) {{
  if (n === open(size, 0x10)) return symbols.abs(n) + floor(1.5);
  {{ const open = shut; shut(size); var late = open(size); }}
  return late;
}}
export const used = () => use(shut(i32), symbols.labs(-1));
class Holder {{
  static first = open(2, size);
  method(open) {{
{LONG}  }}
  other() {{
{LONG}  }}
}}
let picked = "a";
switch (Deno.build.os) {{ case "linux": picked = "b"; break; default: picked = "c"; }}
function made(n) {{ return n === "a" ? size : picked; }}
open(made("a"), made(picked)); open(5, size); open(5, size);
"""
SHARED = """export const shared = { other: { args: [], returns: "i32" } };"""
WORDS = [
    "x", "1", " ", "\n", "}", "{", "(", ")", ",", ";", '"', "`", "//", "/*", "*/", "open", "size", "shut", "symbols",
    "const size = 9;", "let open;", "function size() {}", "import { size } from './shared';", "export ", "open(7, 8);",
    "const { abs } = symbols;", "symbols.abs(3);", "{ const size = 3; open(size, size); }", "open = 3;", "i32", "é😀",
    'Deno.dlopen("x", { a: { parameters: [], result: "u8" } });', "const i32 = 4;", "var late;", "enum size { a }",
    "let size = 'a';", "size = 'b';", "if (Deno.build.os === 'linux') size = 'c';", "function made() { return 1; }",
    "open(made(), picked);", "const made = () => size;", "const { shared } = require('./shared');",
]  # fmt: skip


def open_shared(_importer: PurePath, specifier: str) -> tuple[PurePath, SourceTree] | None:
    return (PurePath("shared.ts"), parse(SHARED.encode(), ".ts")) if specifier == "./shared" else None


def read(text: bytes, memory: Memory | None = None, before: SourceTree | None = None) -> tuple[DlopenCall, ...]:
    return read_tree(parse(text, ".ts", before), FILE, open_shared, memory)


Change = tuple[str, int, str, int]
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["insert", "replace", "undo", "double"]),
        st.integers(0, len(START)),
        st.sampled_from(WORDS),
        st.integers(0, 40),
    ),
    min_size=1,
    max_size=8,
)


def texts_of(changes: list[Change]) -> Iterator[bytes]:
    """Texts, each one change from one before it."""
    texts = [START.encode()]
    for kind, at, word, length in changes:
        text = texts[-1]
        match kind:
            case "insert":
                text = text[:at] + word.encode() + text[at:]
            case "replace":
                text = text[:at] + word.encode() + text[at + length :]
            case "undo":
                text = texts[length % len(texts)]
            case "double":
                lines = text.split(b"\n")
                text = b"\n".join([*lines[: at % len(lines)], *lines[at % len(lines) - 1 :]])
        texts.append(text)
    yield from texts


@settings(deadline=None)
@given(CHANGES)
def test_whatever_was_typed_before_the_answer_is_that_of_a_fresh_reading(changes: list[Change]) -> None:
    memory, tree = Memory(), None
    for text in texts_of(changes):
        tree = parse(text, ".ts", tree)
        assert read_tree(tree, FILE, open_shared, memory) == read(text)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("let size = 1; open(size);", "const size = 1; open(size);"),
        ("const size = 1; open(size);", "const size = 2; open(size);"),
        ("const size = other; open(size);", "const other = 4, size = other; open(size);"),
        ("open(size);", "import { size } from './shared'; open(size);"),
        ("open(i);", "const i = FFIType.i32; open(i);"),
        ("open(made());", "open(made()); function made() { return 3; }"),
        ("open(made()); function made() { return 3; }", "open(made()); function made() { return 3; } made = 4;"),
        ("let size = 'a'; open(size);", "let size = 'a'; if (Deno.build.os) size = 'b'; open(size);"),
        ("let size = 'a'; { open(size); }", "let size = 'a'; { open(size); } size = 'b';"),
        ("enum size { a } open(size.a);", "enum size { b, a } open(size.a);"),
        ("{ open(size); }", "{ open(size); const size = 1; }"),
        ("open(size);", "open(size); function size() {}"),
        ("open(1);", "open(1); open = 3;"),
        ("open(1);", "open(1); open(1);"),
        ("open(1); open(1);", "open(1);"),
        ("function f() { open(1); }", "function f(open) { open(1); }"),
        ("open(1); export { open };", "open(1); export { open } from 'x';"),
    ],
)
def test_a_statement_that_did_not_change_is_read_anew_where_another_one_gives_its_names_a_meaning(
    before: str, after: str
) -> None:
    opening = 'import { FFIType, dlopen } from "bun:ffi"; const { open } = dlopen("x", { open: {} }).symbols;\n'
    memory = Memory()
    for text in (before, after, before):
        whole = (opening + text).encode()
        assert read(whole, memory) == read(whole)


def layout_of(text: str, memory: Memory) -> Layout:
    return memory.lay_out(parse(text.encode(), ".ts"))


def test_a_statement_that_stands_elsewhere_is_the_same_piece() -> None:
    memory = Memory()
    first = layout_of("a();\nb();\nc();", memory)
    second = layout_of("  c();\nb(2);\na();", memory)
    assert second.pieces[0] is first.pieces[2]
    assert second.pieces[2] is first.pieces[0]
    assert second.pieces[1] is not first.pieces[1]
    assert second.starts == [2, 7, 13]


def test_equal_statements_are_one_piece_in_two_places() -> None:
    layout = layout_of("a();\na();", Memory())
    assert layout.places == {layout.pieces[0]: [0, 1]}


def test_a_long_statement_is_taken_apart_and_a_word_is_found_in_its_parts() -> None:
    memory = Memory()
    layout = layout_of(START, memory)
    (piece,) = memory.holders(b"v7")
    assert piece.text.startswith(b"const v7")
    inner = layout.around[layout.places[piece][0]]
    method = START.index("method(open)")
    assert START[inner.block.start] == "{"
    assert inner.function.start == method


def test_words_of_statements_that_are_gone_are_forgotten() -> None:
    memory = Memory()
    layout_of("first(); both();", memory)
    layout_of("second(); both();", memory)
    assert not memory.holders(b"first")
    assert len(memory.holders(b"both")) == 1


def test_a_statement_with_an_error_is_not_remembered() -> None:
    layout = layout_of("a(;\nb();", Memory())
    assert [piece.whole for piece in layout.pieces][-1]
    assert not all(piece.whole for piece in layout.pieces)


def test_any_nesting_is_laid_out() -> None:
    for text in ("{" * 20_000 + "}" * 20_000, "(" * 20_000, "a(() => {" * 5_000 + "})" * 5_000):
        layout = layout_of(text, Memory())
        assert sum(len(piece.text) for piece in layout.pieces) <= len(text)

"""While somebody types: every beginning of a right file is read, and every file from which one token is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from ffi_core.dialects import DIALECTS, read

FILES = {
    "porffor": """\
const { first } = Porffor.dlopen("liba.so", { first: { parameters: ["i32"], result: "i32" } });
const { second, third } = Porffor.dlopen("libb.so", {
  second: { parameters: ["pointer", "buffer"], result: "i32" },
  third: { parameters: [] },
});
console.log(first(1), second(0, "x"));
third();
""",
    "deno": """\
const { symbols: { first } } = Deno.dlopen("liba.so", { first: { parameters: ["i32"], result: "i32" } });
const lib = Deno.dlopen("libb.so", {
  second: { parameters: ["pointer", { struct: ["u8", "f64"] }], result: "void", nonblocking: true },
  third: { type: "u64", optional: true },
} as const);
const callback = new Deno.UnsafeCallback({ parameters: ["i32"], result: "void" }, (code) => { console.log(code); });
await lib.symbols.second(callback.pointer, new Uint8Array(16));
""",
    "bun": """\
import { dlopen, FFIType, JSCallback } from "bun:ffi";
const { symbols: { first } } = dlopen("liba.so", { first: { args: ["int"], returns: FFIType.i32 } });
const lib = dlopen(`libb.${suffix}`, {
  second: { args: [FFIType.ptr, "cstring"], returns: "void" },
  third: {},
});
const callback = new JSCallback((code) => { console.log(code); }, { args: ["i32"], threadsafe: true });
lib.symbols.second(callback.ptr, Buffer.from("x"));
""",
    "node": """\
import { dlopen } from "node:ffi";
const { functions: { first } } = dlopen("liba.so", { first: { arguments: ["i32"], return: "i32" } });
const { lib, functions } = dlopen("libb.so", {
  second: { arguments: ["pointer", "string"], return: "void" },
  third: {},
});
const callback = lib.registerCallback({ arguments: ["i32"], return: "void" }, (code) => { console.log(code); });
functions.second(callback, "x");
""",
    "koffi": """\
import koffi from "koffi";
const first = koffi.load("liba.so").func("int first(int value)");
const lib = koffi.load("libb.so");
const Point = koffi.struct("Point", { x: "int", y: koffi.array("double", 2) });
const Done = koffi.proto("void Done(int code)");
const second = lib.func("void second(Done *done, _In_ const Point *where)");
const third = lib.func("third", Point, ["int", koffi.pointer(Done)]);
second((code) => { console.log(code); }, { x: 1, y: [1, 2] });
""",
}
"""In each, the first call of the library is one statement, and the second declares several functions."""

TOKEN = re.compile(r"[\w$]+|\"[^\"]*\"|`[^`]*`|=>|\S")
EVERY_DIALECT = pytest.mark.parametrize("dialect", DIALECTS)


def declared(text: str) -> set[str]:
    return {
        entry.name
        for call in read(text.encode(), "a.ts")
        for entry in call.declarations
        if entry.declaration is not None
    }


def without_one_token(text: str) -> Iterator[tuple[int, str]]:
    for token in TOKEN.finditer(text):
        yield token.start(), text[: token.start()] + text[token.end() :]


def end_of_first_statement(text: str) -> int:
    return text.index(";\n", text.index("liba.so")) + 1


def ends_of_entries(text: str) -> dict[str, int]:
    """Where each declared function's own text ends."""
    starts = {name: text.index(name, text.index("libb")) for name in ("second", "third")}
    return {name: text.index("\n", start) for name, start in starts.items()}


def test_the_files_are_right() -> None:
    assert set(FILES) == set(DIALECTS)
    for text in FILES.values():
        assert declared(text) >= {"first", "second", "third"}


@EVERY_DIALECT
def test_what_stands_before_the_end_of_a_broken_off_file_is_read(dialect: str) -> None:
    text = FILES[dialect]
    first, ends = end_of_first_statement(text), ends_of_entries(text)
    for end in range(len(text)):
        found = declared(text[:end])
        assert end < first or "first" in found, text[:end]
        for name, needed in ends.items():
            assert end < needed or name in found, text[:end]


@EVERY_DIALECT
def test_what_stands_before_a_missing_token_is_read(dialect: str) -> None:
    text = FILES[dialect]
    first, ends = end_of_first_statement(text), ends_of_entries(text)
    for place, broken in without_one_token(text):
        found = declared(broken)
        assert place < first or "first" in found, broken
        for name, needed in ends.items():
            assert place < needed or name in found, broken


@EVERY_DIALECT
def test_a_token_that_stands_twice_stops_nothing(dialect: str) -> None:
    text = FILES[dialect]
    for token in TOKEN.finditer(text):
        doubled = f"{text[: token.end()]} {token[0]}{text[token.end() :]}"
        assert token.start() < end_of_first_statement(text) or "first" in declared(doubled), doubled

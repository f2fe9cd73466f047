"""Moving: every place moves, nothing else changes, and what has no known places is refused."""

from __future__ import annotations

import pytest

from ffi_core.dialects import read
from ffi_core.model import CallSite, Span, Text
from ffi_core.source.moving import moved

PROGRAM = b"""const lib = Deno.dlopen("libc.so.6", {
  abs: { parameters: ["i32", ...more], result: "i32", optional: true },
  memcpy: { parameters: ["buffer", { struct: ["u8", "f64"] }], result: "pointer" },
});
const one = lib.symbols.abs(-1, [1, null, { a: 0x10n }]) === 5;
lib.symbols.memcpy(new Uint8Array(4), one);
lib.close();
"""


def test_what_is_moved_is_what_is_read_further_on() -> None:
    (here,), (there,) = read(PROGRAM, "a.ts"), read(b"\n// abc\n" + PROGRAM, "a.ts")
    assert moved(here.declarations, 8) == there.declarations
    assert moved(here.calls, 8) == there.calls
    assert moved(here.schema, 8) == there.schema
    assert moved(there.calls, -8) == here.calls


def test_an_object_that_stays_is_the_same_object() -> None:
    text = Text(Span(3, 5), "x")
    assert moved(text, 0) is text
    assert moved(text, 4) == Text(Span(7, 9), "x")


def test_what_has_no_known_places_is_refused() -> None:
    with pytest.raises(TypeError, match="list"):
        moved([Span(1, 2)], 1)


def test_a_checked_declaration_has_no_places_and_is_shared() -> None:
    (call,) = read(PROGRAM, "a.ts")
    assert moved(call.declarations[0], 5).declaration is call.declarations[0].declaration
    assert isinstance(moved(call.calls[0], 5), CallSite)

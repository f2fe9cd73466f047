"""Moving: places behind a byte move, nothing else changes, and what has no known places is refused."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import pytest

from ffi_core.dialects import read
from ffi_core.model import CallSite, DlopenCall, Span, Text
from ffi_core.source.moving import moved, shifted

PROGRAM = b"""const lib = Deno.dlopen("libc.so.6", {
  abs: { parameters: ["i32", ...more], result: "i32", optional: true },
  memcpy: { parameters: ["buffer", { struct: ["u8", "f64"] }], result: "pointer" },
});
const one = lib.symbols.abs(-1, [1, null, { a: 0x10n }]) === 5;
lib.symbols.memcpy(new Uint8Array(4), one);
lib.close();
"""


def read_one(program: bytes) -> DlopenCall:
    (call,) = read(program, "a.ts")
    return call


def test_what_is_moved_is_what_is_read_further_on() -> None:
    here, there = read_one(PROGRAM), read_one(b"\n// abc\n" + PROGRAM)
    assert moved(here, 8) == there
    assert moved(there, -8) == here


@pytest.mark.parametrize("before", [b"const lib", b"memcpy:", b"-1, [1", b"null", b"lib.symbols.memcpy", b"lib.close"])
def test_what_is_shifted_is_what_is_read_after_the_edit(before: bytes) -> None:
    at = PROGRAM.index(before)
    here, there = read_one(PROGRAM), read_one(PROGRAM[:at] + b" /* \xc3\xa9 */ " + PROGRAM[at:])
    assert shifted(here, at, 10) == there
    assert shifted(there, at + 10, -10) == here


def test_starts_and_ends_are_treated_alike() -> None:
    assert shifted(Span(2, 6), 4, 3) == Span(2, 9)
    assert shifted(Span(4, 4), 4, 3) == Span(7, 7)
    assert shifted(Span(0, 4), 4, 3) == Span(0, 7)
    assert shifted((Span(4, 8), "x", None), 4, -2) == (Span(2, 6), "x", None)


def test_what_does_not_change_is_the_same_object() -> None:
    text = Text(Span(3, 5), "x")
    assert moved(text, 0) is text
    assert moved(text, 4) == Text(Span(7, 9), "x")
    both = (text, Text(Span(8, 9), "y"))
    assert shifted(both, 10, 1) is both
    assert shifted(both, 6, 1)[0] is text


def test_parts_before_the_edit_are_shared_with_the_call_as_it_was() -> None:
    call = read_one(PROGRAM)
    changed = shifted(call, PROGRAM.index(b"lib.symbols.memcpy"), 5)
    assert changed is not call
    assert changed.schema is call.schema
    assert changed.declarations is call.declarations
    assert changed.calls[0] is call.calls[0]
    assert changed.calls[1] is not call.calls[1]
    assert changed.calls[1].mark is call.calls[1].mark


def test_a_checked_declaration_has_no_places_and_is_shared() -> None:
    call = read_one(PROGRAM)
    assert moved(call.declarations[0], 5).declaration is call.declarations[0].declaration
    assert isinstance(moved(call.calls[0], 5), CallSite)


def test_a_call_that_moved_looks_its_own_entries_up() -> None:
    call = read_one(PROGRAM)
    before, after = call.declaration_of("memcpy"), moved(call, 8).declaration_of("memcpy")
    assert before is not None
    assert after is not None
    assert after.span.start == before.span.start + 8
    assert call.declaration_of("memcpy") is before


def test_text_and_types_by_name_stay_what_they_are() -> None:
    call = read_one(PROGRAM)
    changed = moved(call, 8)
    for name in ("source", "named_types", "only_pointed_to"):
        assert getattr(changed, name) is getattr(call, name)
    assert [each.name for each in fields(changed)] == [each.name for each in fields(call)]


@dataclass(frozen=True)
class Slotless:
    span: Span


@dataclass(frozen=True, slots=True)
class Counted:
    span: Span
    count: int = field(default=0, init=False)


@pytest.mark.parametrize("thing", [[Span(1, 2)], {Span(1, 2)}, Slotless(Span(1, 2)), Counted(Span(1, 2)), object()])
def test_what_has_no_known_places_is_refused(thing: object) -> None:
    with pytest.raises(TypeError, match=type(thing).__name__):
        moved(thing, 1)
    with pytest.raises(TypeError, match=type(thing).__name__):
        moved((Span(1, 2), thing), 1)

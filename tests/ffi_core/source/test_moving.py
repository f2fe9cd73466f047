"""Moving: places behind a byte move, nothing else changes, and what has no known places is refused.

Each claim is made of both who do it: the C extension, and Python where there was no compiler.
"""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ffi_core.dialects import read
from ffi_core.mark import Mark
from ffi_core.model import (
    Array,
    Binding,
    CallSite,
    DlopenCall,
    Halves,
    Number,
    Object,
    Origin,
    OriginKind,
    Property,
    SourceDeclaration,
    Span,
    TakenAs,
    Taking,
    Text,
    Unknown,
    Value,
)
from ffi_core.source import _moving, moving
from ffi_core.source.moving import moved, shifted

PROGRAM = b"""const lib = Deno.dlopen("libc.so.6", {
  abs: { parameters: ["i32", ...more], result: "i32", optional: true },
  memcpy: { parameters: ["buffer", { struct: ["u8", "f64"] }], result: "pointer" },
});
const one = lib.symbols.abs(-1, [1, null, { a: 0x10n }]) === 5;
lib.symbols.memcpy(new Uint8Array(4), one);
lib.close();
"""


WAYS = {"c": partial(_moving.shift, Span, moving._layouts), "python": moving._shift_in_python}


@pytest.fixture(autouse=True, params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "_shift", WAYS[request.param])


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


def parts_of(thing: object) -> tuple[Any, ...]:
    if isinstance(thing, tuple):
        return thing
    return tuple(getattr(thing, each.name) for each in fields(thing) if each.init) if is_dataclass(thing) else ()


def all_in(thing: object) -> Iterator[object]:
    yield thing
    for part in parts_of(thing):
        yield from all_in(part)


def places_in(thing: object) -> Iterator[int]:
    for part in all_in(thing):
        if isinstance(part, Span):
            yield from (part.start, part.end)


def assert_shifted(before: Any, after: Any, at: int, distance: int) -> None:
    if distance == 0 or all(place < at for place in places_in(before)):
        assert after is before
        return
    assert after is not before
    assert type(after) is type(before)
    if isinstance(before, Span):
        start, end = (place + distance * (place >= at) for place in (before.start, before.end))
        assert after == Span(start, end)
        return
    for part, new_part in zip(parts_of(before), parts_of(after), strict=True):
        assert_shifted(part, new_part, at, distance)
    if isinstance(before, DlopenCall):
        assert after._by_name == {}
        assert after._by_name is not before._by_name


places = st.integers(1000, 1060)
spans = st.builds(Span, places, places)
names = st.sampled_from(["abs", "", "é"])
values: st.SearchStrategy[Value] = st.recursive(
    st.builds(Unknown, spans) | st.builds(Text, spans, names) | st.builds(Number, spans, st.integers() | st.floats()),
    lambda inner: (
        st.builds(Array, spans, st.lists(inner, max_size=3).map(tuple), st.booleans())
        | st.builds(Object, spans, st.lists(st.builds(Property, names, spans, inner, spans), max_size=3).map(tuple))
    ),
    max_leaves=8,
)


def some(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=2).map(tuple)


arrays = st.builds(Array, spans, some(values))
origins = st.builds(
    Origin, st.sampled_from(OriginKind), spans, names, content=st.none() | st.builds(Text, spans, names)
)
takings = st.builds(Taking, st.sampled_from(TakenAs), spans)
sites = st.builds(
    CallSite, names, spans, spans, arrays, operand=st.none() | values, origins=some(st.none() | origins),
    takings=some(takings),
)  # fmt: skip
calls = st.builds(
    DlopenCall, names, spans, spans, st.none() | values, st.none() | values,
    declarations=some(st.builds(SourceDeclaration, names, spans, spans, values)),
    bindings=some(st.builds(Binding, names, spans, names, spans)),
    uses=some(st.tuples(names, spans)),
    calls=some(sites),
    labels=some(spans),
    held_by=st.none() | spans,
    late_uses=some(st.tuples(spans, spans)),
    halves=some(st.builds(Halves, spans, spans, st.none() | spans)),
)  # fmt: skip
things = st.one_of(spans, values, some(values), sites, calls, some(calls))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(things, st.integers(1000, 1061), st.integers(-70, 70))
@example((), 0, 1)
@example((Span(3, 3), (Span(1, 4), "x")), 4, -5)
def test_exactly_the_places_from_a_byte_on_move_and_all_else_is_shared(thing: Any, at: int, distance: int) -> None:
    after = shifted(thing, at, distance)
    assert_shifted(thing, after, at, distance)
    assert after == WAYS["python"](thing, at, distance) == WAYS["c"](thing, at, distance)


@pytest.mark.parametrize("bad_part", [(), ([],)], ids=["shifted", "refused"])
def test_nothing_is_kept_alive_or_let_go_that_was_not(bad_part: tuple[object, ...]) -> None:
    call = read_one(b"\n" * 1000 + PROGRAM)
    thing = (call, Span(2000, 2001), *bad_part)
    # Words, None, small numbers and the like are everybody's.
    parts = list(all_in(thing))
    watched = [each for each in parts if parts_of(each) or type(each) is Mark or (type(each) is int and each >= 1000)]
    gc.collect()
    before = [sys.getrefcount(each) for each in watched]
    for at in (0, *{call.calls[1].span.start, call.span.start, call.span.end}, 1999):
        if bad_part:
            with pytest.raises(TypeError):
                shifted(thing, at, 3)
        else:
            assert shifted(thing, at, 3) != thing
    gc.collect()
    assert [sys.getrefcount(each) for each in watched] == before


def test_values_that_are_nested_without_end_give_an_error_and_no_crash() -> None:
    value: Value = Unknown(Span(0, 1))
    for _ in range(50_000):
        value = Array(Span(0, 1), (value,))
    with pytest.raises(RecursionError):
        moved(value, 1)


def test_an_object_that_is_not_whole_is_an_error() -> None:
    with pytest.raises(AttributeError, match="end"):
        moved((Span(0, 1), half_a_span()), 1)


def half_a_span() -> Span:
    span = object.__new__(Span)
    object.__setattr__(span, "start", 1)
    return span


def test_a_span_that_holds_no_numbers_is_an_error() -> None:
    with pytest.raises(TypeError):
        moved(Span(0, "1"), 1)  # type: ignore[arg-type]


def test_a_place_beyond_all_memory_is_an_error_in_c() -> None:
    for place, distance in ((sys.maxsize, 1), (-sys.maxsize, -2)):
        with pytest.raises(OverflowError):
            _moving.shift(Span, moving._layouts, Span(place, place), -sys.maxsize, distance)


@pytest.mark.parametrize(
    "layout", [5, (), ((), 1, 2), ([], None), (("start",), None), ((Text.value,), None), ((Span.start,), 5)]
)
def test_a_table_that_is_wrong_is_an_error_in_c(layout: Any) -> None:
    with pytest.raises(TypeError):
        _moving.shift(Span, {Span: layout}, Span(1, 2), 0, 1)


def test_an_install_without_a_compiler_moves_in_python() -> None:
    program = """
import sys
sys.modules["ffi_core.source._moving"] = None
from ffi_core.model import Span
from ffi_core.source import moving
assert moving._shift is moving._shift_in_python
print(moving.shifted((Span(1, 5), None), 2, 3))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "(Span(start=1, end=8), None)\n"

"""The nouns that judge by themselves: spans, symbols, objects, declarations."""

from __future__ import annotations

import dataclasses

import pytest

from ffi_core import model
from ffi_core.model import Declaration, Number, Object, Property, Signature, Span, Symbol, SymbolKind
from ffi_core.types import NATIVE_TYPES

HERE = Span(2, 5)


def test_a_cursor_touches_a_span_on_both_edges() -> None:
    assert [offset in HERE for offset in (1, 2, 5, 6)] == [False, True, True, False]


def test_a_signature_and_a_declaration_show_as_people_write_them() -> None:
    signature = Signature((NATIVE_TYPES["buffer"], NATIVE_TYPES["i32"]), NATIVE_TYPES["i32"], fixed=1)
    assert str(signature) == "(buffer, ..., i32) -> i32"
    assert str(Declaration("printf", "printf", signature)) == "printf(buffer, ..., i32) -> i32"
    assert str(Declaration("answer", "answer", static=NATIVE_TYPES["i32"])) == "answer: i32"


def test_the_last_property_of_a_name_wins() -> None:
    first, last = (Property("a", HERE, Number(HERE, value), HERE) for value in (1, 2))
    assert Object(HERE, (first, last)).get("a") is last
    assert Object(HERE, (first,)).get("b") is None


def test_functions_can_be_called_and_data_cannot() -> None:
    callable_kinds = {kind for kind in SymbolKind if Symbol("x", kind).callable}
    assert callable_kinds == {SymbolKind.FUNCTION, SymbolKind.IFUNC}


@pytest.mark.parametrize(
    "noun", [value for value in vars(model).values() if isinstance(value, type) and dataclasses.is_dataclass(value)]
)
def test_every_noun_is_frozen(noun: type) -> None:
    assert noun.__dataclass_params__.frozen  # type: ignore[attr-defined]

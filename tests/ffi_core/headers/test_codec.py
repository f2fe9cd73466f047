"""Prototypes as JSON, and types as C text: what is written is read again as the same."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffi_core.c_types import (
    CArray,
    CBool,
    CField,
    CFloat,
    CFunction,
    CInteger,
    CPointer,
    CStruct,
    CType,
    CUnknown,
    CVoid,
    spell,
)
from ffi_core.headers.codec import CodecError, decode, encode
from ffi_core.headers.table import standard_prototypes
from ffi_core.model import Prototype, PrototypeKind

NAMES = st.none() | st.sampled_from(["name_t", "ünï", "a b"])
LEAVES: st.SearchStrategy[CType] = st.one_of(
    st.builds(CVoid, NAMES),
    st.builds(CBool, NAMES),
    st.builds(CInteger, st.sampled_from(["int", "size_t"]), NAMES, NAMES),
    st.builds(CFloat, st.sampled_from(["float", "long double"]), NAMES),
    st.builds(CUnknown, st.text(max_size=5), st.text(max_size=5), NAMES),
    st.builds(CStruct, st.just("struct s")),
)


def larger(inner: st.SearchStrategy[CType]) -> st.SearchStrategy[CType]:
    field = st.builds(CField, st.text(max_size=3), inner, st.integers(0, 99), st.none() | st.integers(0, 9))
    fields, types = st.lists(field, max_size=3).map(tuple), st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        st.builds(CPointer, inner, st.booleans(), NAMES),
        st.builds(CArray, inner, st.integers(0, 99), NAMES),
        st.builds(CFunction, inner, types, st.booleans(), st.booleans(), NAMES),
        st.builds(
            CStruct,
            st.just("union u"),
            fields,
            st.integers(0, 99),
            st.integers(0, 16),
            st.booleans(),
            st.booleans(),
            NAMES,
        ),
    )


C_TYPES = st.recursive(LEAVES, larger, max_leaves=12)
PROTOTYPES = st.builds(
    Prototype,
    st.text(min_size=1, max_size=5),
    st.sampled_from(PrototypeKind),
    C_TYPES,
    st.lists(st.tuples(st.text(max_size=3), C_TYPES), max_size=4).map(tuple),
    st.booleans(),
    st.booleans(),
    st.text(max_size=5),
    st.integers(0, 9999),
    st.text(max_size=9),
)


@given(PROTOTYPES)
def test_a_prototype_survives_json(prototype: Prototype) -> None:
    assert decode(json.loads(json.dumps(encode(prototype)))) == prototype


@given(st.recursive(st.none() | st.integers() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=8)))
def test_what_is_no_prototype_is_refused_with_one_error(data: object) -> None:
    with pytest.raises(CodecError):
        decode(data)


@pytest.mark.parametrize(
    ("type_", "name", "text"),
    [
        (CPointer(CInteger("char"), const=True), "s", "const char *s"),
        (CPointer(CPointer(CInteger("char")), const=True), "s", "char *const *s"),
        (CPointer(CPointer(CInteger("char"), const=True), const=True), "", "const char *const *"),
        (CPointer(CFunction(CInteger("int"), (CPointer(CVoid()),))), "f", "int (*f)(void *)"),
        (CPointer(CPointer(CFunction(CVoid(), ()))), "f", "void (**f)(void)"),
        (CPointer(CFunction(CVoid(), (), unspecified=True)), "f", "void (*f)()"),
        (CPointer(CFunction(CPointer(CFunction(CVoid(), (CInteger("int"),))), ())), "f", "void (*(*f)(void))(int)"),
        (CPointer(CArray(CInteger("int"), 3)), "p", "int (*p)[3]"),
        (CArray(CArray(CInteger("int"), 2), 3), "m", "int m[3][2]"),
        (CArray(CPointer(CInteger("char"), const=True), 0), "v", "const char *v[]"),
        (CStruct("struct s", typedef="s_t"), "x", "s_t x"),
        (CInteger("unsigned int", None, "enum e"), "", "enum e"),
        (CBool(), "b", "_Bool b"),
    ],
)
def test_a_type_is_written_as_c_writes_it(type_: CType, name: str, text: str) -> None:
    assert spell(type_, name) == text


def test_the_shipped_table_holds_what_the_standards_name() -> None:
    table = standard_prototypes()
    assert len(table) > 1000
    assert str(table["qsort"]) == (
        "void qsort(void *base, size_t nmemb, size_t size, int (*compar)(const void *, const void *))"
    )
    assert str(table["printf"]) == "int printf(const char *format, ...)"
    assert str(table["cos"]) == "double cos(double x)"
    assert table["cos"].where == "math.h"
    assert table["time"].result == CInteger("time_t")
    assert {"strverscmp", "exp10", "gettid"} & set(table) == set()
    assert all(not name.startswith("_") for name in table)

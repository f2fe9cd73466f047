"""C prototypes as koffi reads them: what is taken apart, and the first place at which koffi would stumble."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffi_core.dialects.koffi_types import OWN_TYPES
from ffi_core.dialects.prototype import PrototypeFault, PrototypeText, bare_type, read_prototype

TYPES = {*OWN_TYPES, "Point", "CB"}


def read(text: str, *, named: bool = True) -> PrototypeText | PrototypeFault:
    return read_prototype(text, TYPES.__contains__, named=named)


@pytest.mark.parametrize(
    ("prototype", "shape"),
    [
        ("int f()", ("f", "int", (), False)),
        ("int f(void);", ("f", "int", (), False)),
        ("  void  f ( int a , int )", ("f", "void", ("int", "int"), False)),
        (
            "const char *f(unsigned long long, unsigned char c)",
            ("f", "char *", ("unsigned long long", "unsigned char"), False),
        ),
        ("void *__stdcall f(Point *p, T **t)", ("f", "void *", ("Point *", "T **"), False)),
        ("int __cdecl f(char const*const *t)", ("f", "int", ("char const **",), False)),
        ("int printf(const char *fmt, ...)", ("printf", "int", ("char *",), True)),
        ("str! f(_Out_ double *x, _Inout_ str y)", ("f", "str", ("double *", "str"), False)),
        ("Known *f(Unknown u, CB *cb)", ("f", "Known *", ("Unknown", "CB *"), False)),
        ("unsigned long int f(long double x)", ("f", "unsigned long int", ("long double",), False)),
        ("int8_t\nf(\n  uint8_t\n)", ("f", "int8_t", ("uint8_t",), False)),
    ],
)
def test_a_prototype_is_taken_apart(prototype: str, shape: tuple[object, ...]) -> None:
    found = read(prototype)
    assert isinstance(found, PrototypeText)
    parameters = tuple(parameter.text for parameter in found.parameters)
    assert (found.name, found.result.text, parameters, found.variadic) == shape
    assert prototype[found.name_offset :].startswith(found.name)


def test_types_stand_where_they_do_in_the_text() -> None:
    text = "const char *f(_Out_ unsigned int *n, Point p)"
    found = read(text)
    assert isinstance(found, PrototypeText)
    places = [text[type_.start : type_.end] for type_ in (found.result, *found.parameters)]
    assert places == ["const char *", "unsigned int *", "Point"]


def test_the_type_of_a_callback_needs_no_name() -> None:
    found = read("int (Point *p)", named=False)
    assert isinstance(found, PrototypeText)
    assert (found.name, found.result.text) == ("", "int")
    assert isinstance(read("int (Point *p)"), PrototypeFault)


@pytest.mark.parametrize(
    ("prototype", "place", "mended"),
    [
        ("int f(int a[4])", "int a[4]", "int f(int *a)"),
        ("int f(const char *a[])", "const char *a[]", "int f(const char **a)"),
        ("int f(_Out_ int a[2], int b)", "int a[2]", "int f(_Out_ int *a, int b)"),
        ("int f(int a[2][2])", "int a[2]", None),
        ("int f(_Out_ int a)", "int", "int f(_Out_ int * a)"),
        ("struct Point f(void)", "struct ", "Point f(void)"),
        ("static inline int f(void)", "static ", "inline int f(void)"),
        ("int f(int *restrict a)", "restrict ", "int f(int *a)"),
        ("int f(int a) // note", "// note", "int f(int a) "),
        ("int f", "f", None),
        ("f(void)", "(", None),
        ("int f(int", "t", None),
        ("int f(int,)", ")", None),
        ("int f(,)", ",", None),
        ("int f(..., int)", ",", None),
        ("int f(int a = 5)", "=", None),
        ("int f(int &a)", "&", None),
        ("int f(void (*callback)(int))", "(", None),
        ("int (f)(void)", "(", None),
        ("", "", None),
    ],
)
def test_a_fault_has_a_place_and_perhaps_one_right_answer(prototype: str, place: str, mended: str | None) -> None:
    fault = read(prototype)
    assert isinstance(fault, PrototypeFault)
    assert prototype[fault.start : fault.end] == place
    replacement = fault.replacement
    after = None if replacement is None else prototype[: fault.start] + replacement + prototype[fault.end :]
    assert after == mended


@given(st.text(alphabet="intcharvoidf *()[],.;!=&_Outconst 12\n\u00e9", max_size=40))
def test_any_text_is_read_or_has_a_fault_inside_it(text: str) -> None:
    found = read(text)
    if isinstance(found, PrototypeFault):
        assert 0 <= found.start <= found.end <= len(text)
    else:
        assert 0 <= found.result.start < found.result.end <= len(text)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("int", "int"),
        ("unsigned  int *", "unsigned int"),
        ("const char **", "char"),
        ("_Out_ const Point *", "Point"),
        ("char const *", "char const"),
        ("int [4]", "int"),
        ("str!", "str"),
        ("*", "*"),
    ],
)
def test_a_type_has_a_name_inside(text: str, bare: str) -> None:
    name, start, end = bare_type(text)
    assert (name, " ".join(text[start:end].split())) == (bare, bare)

"""A schema becomes declarations, or a list of everything that is wrong with it."""

from __future__ import annotations

import contextlib
import json
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ffi_core.errors import SchemaError
from ffi_core.model import Declaration, Signature
from ffi_core.schema import check, check_definition, parse_signature, read_type, to_schema
from ffi_core.types import NATIVE_TYPES, StructType

I32 = NATIVE_TYPES["i32"]
VOID = NATIVE_TYPES["void"]


def problems(schema: Any) -> list[str]:
    with pytest.raises(SchemaError) as caught:
        check(schema)
    return [str(problem) for problem in caught.value.problems]


def test_a_schema_becomes_declarations_in_its_order() -> None:
    schema = {
        "f": {"parameters": ["i32", {"struct": ["u8", "f64"]}], "result": "void"},
        "g": {"parameters": (), "result": "i32", "nonblocking": True, "optional": True, "name": "g_real"},
        "v": {"parameters": ["i32", "...", "f64"], "result": "i32"},
        "s": {"type": {"struct": ["u8"]}, "name": "s_real", "optional": False},
    }
    pair = StructType((NATIVE_TYPES["u8"], NATIVE_TYPES["f64"]))
    assert check(MappingProxyType(schema)) == (
        Declaration("f", "f", Signature((I32, pair), VOID)),
        Declaration("g", "g_real", Signature((), I32), nonblocking=True, optional=True),
        Declaration("v", "v", Signature((I32, NATIVE_TYPES["f64"]), I32, fixed=1)),
        Declaration("s", "s_real", static=StructType((NATIVE_TYPES["u8"],))),
    )


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"parameters": [], "returns": "i32"}, ["f.returns: unknown field; here it is called 'result'"]),
        ({"arguments": [], "return": "i32"}, [
            "f.arguments: unknown field; here it is called 'parameters'",
            "f.return: unknown field; here it is called 'result'"]),
        ({"parameters": []}, ["f: missing field 'result'; write 'void' where there is none"]),
        ({"result": "i32"}, ["f: missing field 'parameters'; write [] where there are none"]),
        ({"parameters": "i32", "result": "i32"}, ["f.parameters: expected a list of types, not str 'i32'"]),
        ({"parameters": None, "result": "i32"}, ["f.parameters: expected a list of types, not None"]),
        ({"parameters": [5], "result": None}, [
            "f.parameters[0]: expected the name of a type or {'struct': [...]}, not int 5",
            "f.result: expected the name of a type or {'struct': [...]}, not None"]),
        ({"parameters": ["I32"], "result": "i32"}, ["f.parameters[0]: unknown native type 'I32'; did you mean 'i32'?"]),
        ({"parameters": ["..."], "result": "i32"}, ["f.parameters[0]: '...' needs a parameter before it"]),
        ({"parameters": ["i32", "...", "..."], "result": "i32"}, ["f.parameters[2]: '...' stands once at the most"]),
        ({"parameters": [], "result": "..."}, [
            f"f.result: unknown native type '...'; the types are {', '.join(NATIVE_TYPES)}"]),
        ({"parameters": [{"struct": ["void"]}], "result": "i32"}, [
            "f.parameters[0].struct[0]: 'void' is a result only"]),
        ({"parameters": [{"fields": ["u8"]}], "result": "i32"}, [
            "f.parameters[0].fields: unknown field; a struct has struct",
            "f.parameters[0].struct: expected a list of types, not None"]),
        ({"parameters": [], "result": {"struct": ["u8"], "packed": True}}, [
            "f.result.packed: unknown field; a struct has struct"]),
        ({"parameters": [], "result": "i32", "nonblocking": 1, "optional": "no"}, [
            "f.nonblocking: expected True or False, not int 1",
            "f.optional: expected True or False, not str 'no'"]),
        ({"parameters": [], "result": "i32", "name": ""}, ["f.name: a symbol's name cannot be empty"]),
        ({"parameters": [], "result": "i32", "name": "a\0b"}, [
            "f.name: a symbol's name cannot hold a NUL character: 'a\\x00b'"]),
        ({"parameters": [], "result": "i32", "name": 5}, ["f.name: a symbol's name is a str, not int 5"]),
        ({"type": "void"}, ["f.type: 'void' is a result only"]),
        ({"type": "i32", "nonblocking": True}, [
            "f.nonblocking: unknown field; a static has type, optional, name"]),
        ({"type": "i32", "parameters": []}, ["f.parameters: unknown field; a static has type, optional, name"]),
        ({5: 6, "parameters": [], "result": "i32"}, [
            "f.5: unknown field; a function has parameters, result, nonblocking, optional, name"]),
        ([], ["f: expected a dict with parameters and result, or type, not list []"]),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_path_and_the_right_answer(entry: Any, expected: list[str]) -> None:
    assert problems({"f": entry}) == expected


def test_a_value_that_cannot_be_shown_is_named_by_its_kind() -> None:
    class Mute:
        def __repr__(self) -> str:
            raise RuntimeError

    assert problems({"f": Mute()}) == ["f: expected a dict with parameters and result, or type, not Mute"]
    assert problems({"f": 10**5000}) == ["f: expected a dict with parameters and result, or type, not int"]
    assert problems({10**5000: {}}) == ["a symbol's name is a str, not int"]


def test_many_problems_are_counted_and_listed() -> None:
    with pytest.raises(SchemaError) as caught:
        check({"a": 1, "b": 2})
    assert str(caught.value).splitlines()[0] == "2 problems"
    assert len(str(caught.value).splitlines()) == 3


def test_a_definition_has_no_fields_of_dlopens() -> None:
    assert check_definition({"parameters": ["i32"], "result": "void"}) == Signature((I32,), VOID)
    for field in ("name", "optional", "nonblocking"):
        with pytest.raises(SchemaError, match=f"{field}: unknown field"):
            check_definition({"parameters": [], "result": "void", field: True})


def types() -> st.SearchStrategy[Any]:
    names = st.sampled_from([name for name in NATIVE_TYPES if name != "void"])
    return st.recursive(names, lambda inner: st.lists(inner, min_size=1, max_size=4).map(lambda fs: {"struct": fs}))


@given(
    parameters=st.lists(types(), max_size=6),
    result=types() | st.just("void"),
    flags=st.dictionaries(st.sampled_from(["nonblocking", "optional"]), st.just(True)),
    variadic=st.booleans(),
    name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8),
)
@settings(max_examples=200, deadline=None, derandomize=True, database=None)
def test_a_declaration_is_written_as_it_was_read(
    parameters: list[Any], result: Any, flags: dict[str, bool], variadic: bool, name: str
) -> None:
    words = [parameters[0], "...", *parameters[1:]] if variadic and parameters else parameters
    entry = {"parameters": words, "result": result} | flags
    (declaration,) = check({name: entry})
    assert to_schema(declaration) == entry
    assert check({name: json.loads(json.dumps(to_schema(declaration)))}) == (declaration,)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.sampled_from(list(NATIVE_TYPES)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["parameters", "result", "type", "struct", "name", "optional", "nonblocking", "args"])
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(schema=_JSON)
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
def test_whatever_is_given_comes_out_as_declarations_or_a_schema_error(schema: Any) -> None:
    for read in (check, check_definition, read_type):
        with contextlib.suppress(SchemaError):
            read(schema)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("cos(f64) -> f64", "cos(f64) -> f64"),
        (" f ( i32 , u8 )", "f(i32, u8) -> void"),
        ("f()->void", "f() -> void"),
        ("printf(buffer, ..., i32) -> i32", "printf(buffer, ..., i32) -> i32"),
    ],
)
def test_the_short_form_is_read(text: str, shown: str) -> None:
    assert str(parse_signature(text)) == shown


@pytest.mark.parametrize(
    "text", ["", "cos", "cos(f64", "cos f64)", "(f64) -> f64", "cos(f64) f64", "cos(f46) -> f64", "c(,)"]
)
def test_what_is_no_short_form_is_refused(text: str) -> None:
    with pytest.raises(SchemaError):
        parse_signature(text)

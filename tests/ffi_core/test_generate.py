"""Prototype to the text of an entry: what is written is read back by the dialect as what was meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffi_core.c_types import CBool, CField, CFloat, CFunction, CInteger, CPointer, CStruct, CType, CUnknown, CVoid
from ffi_core.dialects import DIALECTS, read
from ffi_core.generate import NotExpressibleError, declaration_of, entry_text
from ffi_core.headers import abi_for
from ffi_core.model import Declaration, Prototype, PrototypeKind
from ffi_core.verify import compare

LINUX = abi_for("elf", "x86_64", 64)
TEXT = CPointer(CInteger("char"), const=True)
AROUND = {
    "porffor": ('const { f } = Porffor.dlopen("lib.so", { ', " });"),
    "deno": ('const lib = Deno.dlopen("lib.so", { ', " });"),
    "bun": ('import { dlopen } from "bun:ffi";\nconst lib = dlopen("lib.so", { ', " });"),
    "node": ('import { dlopen } from "node:ffi";\nconst { functions } = dlopen("lib.so", { ', " });"),
    "koffi": ('import koffi from "koffi";\nconst lib = koffi.load("lib.so");\n', ""),
}


def function(result: CType, *parameters: CType, variadic: bool = False) -> Prototype:
    named = tuple((f"p{index}", type_) for index, type_ in enumerate(parameters))
    return Prototype("f", PrototypeKind.FUNCTION, result, named, variadic)


def read_back(text: str, dialect: str) -> Declaration:
    before, behind = AROUND[dialect]
    (call,) = read(f"{before}{text}{behind}".encode(), "generated.ts")
    (entry,) = call.declarations
    assert entry.declaration is not None, text
    return entry.declaration


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("porffor", 'f: { parameters: ["buffer", "u64", "pointer"], result: "i32" },'),
        ("deno", 'f: { parameters: ["buffer", "usize", "function"], result: "i32" },'),
        ("bun", 'f: { args: ["cstring", "usize", "function"], returns: "i32" },'),
        ("node", 'f: { arguments: ["string", "u64", "function"], return: "i32" },'),
        ("koffi", 'const f = lib.func("f", "int32", ["str", "size_t", "void *"]);'),
    ],
)
def test_each_dialect_has_its_own_words(dialect: str, text: str) -> None:
    prototype = function(CInteger("int"), TEXT, CInteger("size_t"), CPointer(CFunction(CVoid(), ())))
    assert entry_text(declaration_of(prototype, LINUX), dialect, prototype) == text


def test_a_function_without_result_has_none_in_porffor_and_void_elsewhere() -> None:
    declaration = declaration_of(function(CVoid()), LINUX)
    assert entry_text(declaration, "porffor") == "f: { parameters: [] },"
    assert entry_text(declaration, "deno") == 'f: { parameters: [], result: "void" },'


SCALARS: st.SearchStrategy[CType] = st.one_of(
    st.sampled_from(["char", "unsigned char", "short", "unsigned int", "long", "size_t", "ssize_t", "uint64_t"]).map(
        CInteger
    ),
    st.sampled_from(["float", "double"]).map(CFloat),
    st.just(CBool()),
    st.sampled_from([CVoid(), CInteger("char"), CStruct("struct hidden"), CFunction(CVoid(), ())]).map(CPointer),
    st.just(TEXT),
)


@given(st.one_of(SCALARS, st.just(CVoid())), st.lists(SCALARS, max_size=7), st.sampled_from(sorted(AROUND)))
def test_what_is_written_is_read_back_without_an_error_against_the_prototype(
    result: CType, parameters: list[CType], dialect: str
) -> None:
    prototype = function(result, *parameters)
    written = entry_text(declaration_of(prototype, LINUX), dialect, prototype)
    again = read_back(written, dialect)
    assert again.signature is not None
    assert len(again.signature.parameters) == len(parameters)
    if dialect != "porffor":  # which has no words for u8, u16 and bool, and writes the nearest of the same size
        assert compare(again, None, prototype, abi=LINUX) == []


def test_a_variadic_function_is_written_where_a_dialect_has_them() -> None:
    declaration = declaration_of(function(CInteger("int"), TEXT, variadic=True), LINUX)
    assert entry_text(declaration, "koffi") == 'const f = lib.func("f", "int32", ["void *", "..."]);'
    for dialect in ("porffor", "deno", "bun", "node"):
        with pytest.raises(NotExpressibleError, match=f"{DIALECTS[dialect].title} declares no such"):
            entry_text(declaration, dialect)


def test_a_struct_by_value_is_written_where_a_dialect_has_them() -> None:
    point = CStruct("struct point", tuple(CField(n, CFloat("double"), 0) for n in "xy"), 16, 8, complete=True)
    declaration = declaration_of(function(CVoid(), point), LINUX)
    assert entry_text(declaration, "deno") == 'f: { parameters: [{ struct: ["f64", "f64"] }], result: "void" },'
    assert "koffi.struct" in entry_text(declaration, "koffi")
    for dialect in ("porffor", "bun", "node"):
        with pytest.raises(NotExpressibleError, match="structs by value"):
            entry_text(declaration, dialect)


def test_data_is_written_where_a_dialect_has_it() -> None:
    declaration = declaration_of(Prototype("f", PrototypeKind.VARIABLE, CInteger("int")), LINUX)
    assert entry_text(declaration, "deno") == 'f: { type: "i32" },'
    with pytest.raises(NotExpressibleError, match="data symbols"):
        entry_text(declaration, "bun")


def test_other_fields_are_written_where_the_runtime_looks_at_them() -> None:
    declaration = Declaration(
        "f g", "f", declaration_of(function(CVoid()), LINUX).signature, nonblocking=True, optional=True
    )
    expected = '"f g": { parameters: [], result: "void", nonblocking: true, optional: true, name: "f" },'
    assert entry_text(declaration, "deno") == expected
    with pytest.raises(NotExpressibleError, match="nonblocking"):
        entry_text(declaration, "node")


@pytest.mark.parametrize(
    "prototype",
    [
        function(CVoid(), CUnknown("__int128", "no type that this project models")),
        function(CFloat("long double")),
        Prototype("f", PrototypeKind.FUNCTION, CVoid(), unspecified=True),
        Prototype("f", PrototypeKind.MACRO, CVoid()),
    ],
)
def test_what_no_native_type_stands_for_is_not_written(prototype: Prototype) -> None:
    with pytest.raises(NotExpressibleError, match="f"):
        declaration_of(prototype, LINUX)

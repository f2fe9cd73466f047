"""What a comparison finds, type by type: errors where damage is certain, hints where only the spelling differs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffi_core.c_types import CBool, CField, CFloat, CFunction, CInteger, CPointer, CStruct, CType, CUnknown, CVoid
from ffi_core.generate import NotExpressibleError, declaration_of
from ffi_core.headers import Abi, HeaderRequest, Parser, PrototypeTable, abi_for, read_headers
from ffi_core.library import open_library
from ffi_core.model import MismatchKind, MismatchSeverity, Prototype, PrototypeKind, Symbol, SymbolKind
from ffi_core.schema import check, parse_signature
from ffi_core.types import NATIVE_TYPES
from ffi_core.verify import compare, describe_library, examine

TYPES = """
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <time.h>
typedef struct { int only; } handle;
typedef struct { double x, y; } point;
typedef struct { int64_t a; double b; } mixed;
typedef struct { long a[3]; } large;
typedef struct { int a; int b; } pair;
typedef struct hidden hidden;
enum color { RED, GREEN };
"""

LINUX = abi_for("elf", "x86_64", 64)
LINUX_ARM = abi_for("elf", "aarch64", 64)
WINDOWS = abi_for("pe", "x86_64", 64)
APPLE = abi_for("mach-o", "aarch64", 64)
X86 = abi_for("elf", "x86", 32)

CASES = [
    # C prototype, declaration, what is found: "severity kind" for each mismatch, hints among them
    ("int f(int a)", "f(i32) -> i32", ""),
    ("double f(float a)", "f(f32) -> f64", ""),
    ("const char *f(const char *s, size_t n)", "f(buffer, usize) -> pointer", ""),
    ("void f(void)", "f() -> void", ""),
    ("hidden *f(void (*cb)(int), hidden **out)", "f(function, buffer) -> pointer", ""),
    ("point f(point p)", "POINT", ""),
    # arity
    ("int f(int a, int b)", "f(i32) -> i32", "error arity"),
    ("int f(void)", "f(i32) -> i32", "error arity"),
    ("int f(const char *s, ...)", "f() -> i32", "error arity"),
    ("int f()", "f(i32, i32) -> i32", ""),
    # one class for another
    ("double f(void)", "f() -> i32", "error class"),
    ("int f(void)", "f() -> f64", "error class"),
    ("void f(double x)", "f(i64) -> void", "error class"),
    ("void f(int x)", "f(f32) -> void", "error class"),
    ("void f(char *s)", "f(f64) -> void", "error class"),
    ("void f(size_t n)", "f(buffer) -> void", "error class"),
    ("void f(int n)", "f(pointer) -> void", "error class"),
    ("void f(bool b)", "f(f64) -> void", "error class"),
    ("void f(point p)", "f(pointer) -> void", "error class"),
    ("void f(point p)", "f(f64) -> void", "error class"),
    ("void f(point *p)", "f(POINT) -> void", "error class"),
    # narrower than C's
    ("size_t f(void)", "f() -> i32", "error narrow"),
    ("size_t f(void)", "f() -> u32", "error narrow"),
    ("int64_t f(void)", "f() -> i32", "error narrow"),
    ("char *f(void)", "f() -> i32", "error narrow"),
    ("void f(char *s)", "f(u32) -> void", "error narrow"),
    ("void f(long n)", "f(i32) -> void", "error narrow"),
    ("void f(int n)", "f(i16) -> void", "error narrow"),
    ("void f(int64_t n)", "f(i32) -> void", "error narrow"),
    ("void f(size_t n)", "f(u32) -> void", "warning narrow"),
    ("void f(ptrdiff_t n)", "f(i32) -> void", "warning narrow"),
    ("time_t f(void)", "f() -> i32", "error narrow"),
    # floats
    ("double f(void)", "f() -> f32", "error float-width"),
    ("void f(float x)", "f(f64) -> void", "error float-width"),
    ("long double f(void)", "f() -> f64", "error float-width"),
    # nothing to read
    ("void f(void)", "f() -> i32", "error void-result"),
    ("void f(void)", "f() -> pointer", "error void-result"),
    # wider than C's
    ("int f(void)", "f() -> i64", "warning wide"),
    ("short f(void)", "f() -> i32", "warning wide"),
    ("void f(int n)", "f(i64) -> void", "warning wide"),
    # variadic
    ("int f(const char *s, ...)", "f(buffer, i32) -> i32", "warning variadic"),
    ("int f(const char *s, ...)", "f(buffer) -> i32", "hint variadic"),
    ("int f(const char *s, ...)", "f(buffer, ..., i32) -> i32", ""),
    ("int f(const char *s, ...)", "f(buffer, ..., f32) -> i32", "error float-width"),
    ("int f(const char *s)", "f(buffer, ...) -> i32", "hint variadic"),
    # structs
    ("void f(mixed m)", "f(STRUCT u8) -> void", "error layout"),
    ("void f(mixed m)", "f(POINT) -> void", "error layout"),
    ("mixed f(void)", "f() -> MIXED", ""),
    ("large f(void)", "f() -> void", "error class"),
    # idioms that come out equal
    ("void f(unsigned a)", "f(i32) -> void", "hint spelling"),
    ("enum color f(void)", "f() -> i32", "hint spelling"),
    ("void f(void *p)", "f(i64) -> void", "hint spelling"),
    ("void *f(void)", "f() -> usize", "hint spelling"),
    ("void f(void (*destructor)(void *))", "f(i64) -> void", "hint spelling"),
    ("void f(uintptr_t p)", "f(pointer) -> void", "hint spelling"),
    ("void f(bool b)", "f(i32) -> void", "hint spelling"),
    ("bool f(void)", "f() -> u8", "hint spelling"),
    ("int f(void)", "f() -> bool", "hint spelling"),
    ("int f(void)", "f() -> void", "hint ignored-result"),
    ("void f(handle h)", "f(u32) -> void", "hint spelling"),
    ("void f(int h)", "f(STRUCT i32) -> void", "hint spelling"),
    ("void f(pair p)", "f(u64) -> void", "hint spelling"),
    ("void f(long n)", "f(isize) -> void", ""),
    ("void f(char c)", "f(i8) -> void", ""),
    ("void f(char c)", "f(u8) -> void", "hint spelling"),
    # data and functions
    ("extern int f", "f() -> i32", "error symbol-kind"),
]

STRUCTS = {
    "POINT": {"struct": ["f64", "f64"]},
    "MIXED": {"struct": ["i64", "f64"]},
    "STRUCT u8": {"struct": ["u8"]},
    "STRUCT i32": {"struct": ["i32"]},
}


def declared(text: str) -> dict[str, object]:
    """A declaration in its short form, in which STRUCTS may stand for types."""
    if text == "POINT":
        return {"f": {"parameters": [STRUCTS["POINT"]], "result": STRUCTS["POINT"]}}
    inside, _, result = text.partition("(")[2].rpartition(") -> ")
    words = [word.strip() for word in inside.split(",")] if inside.strip() else []
    return {"f": {"parameters": [STRUCTS.get(w, w) for w in words], "result": STRUCTS.get(result, result)}}


@pytest.fixture(scope="module", params=[Parser.LIBCLANG, Parser.PYCPARSER])
def prototypes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> PrototypeTable:
    """Every C prototype of the table, read in one go: `f` becomes `f0`, `f1`, ..."""
    root = tmp_path_factory.mktemp("verify")
    lines = []
    for number, (text, _, _) in enumerate(CASES):
        head, bracket, tail = text.partition("f(")
        named = f"{head}f{number}({tail}" if bracket else f"{text}{number}"
        lines.append(f"{named};")
    header = root / "cases.h"
    header.write_text(TYPES + "\n".join(lines) + "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(root / "cache"))
        return read_headers(HeaderRequest((str(header),)), parser=request.param)


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda n: f"{CASES[n][0]} as {CASES[n][1]}")
def test_each_difference_has_the_severity_of_its_damage(number: int, prototypes: PrototypeTable) -> None:
    _, text, expected = CASES[number]
    (declaration,) = check(declared(text))
    found = compare(declaration, None, prototypes[f"f{number}"], abi=LINUX, hints=True)
    assert ", ".join(f"{mismatch.severity} {mismatch.kind}" for mismatch in found) == expected
    without_hints = [mismatch for mismatch in found if mismatch.severity is not MismatchSeverity.HINT]
    assert compare(declaration, None, prototypes[f"f{number}"], abi=LINUX) == without_hints


def function(result: CType, *parameters: CType, variadic: bool = False) -> Prototype:
    named = tuple((f"p{index}", type_) for index, type_ in enumerate(parameters))
    return Prototype("f", PrototypeKind.FUNCTION, result, named, variadic, header="/usr/include/f.h", line=12)


INT, LONG, CHAR = CInteger("int"), CInteger("long"), CInteger("char")
CONST_TEXT, TEXT = CPointer(CHAR, const=True), CPointer(CHAR)


def field(name: str, type_: CType) -> CField:
    return CField(name, type_, 0)


def severities(text: str, prototype: Prototype, abi: Abi) -> str:
    found = compare(parse_signature(text), None, prototype, abi=abi, hints=True)
    return ", ".join(f"{mismatch.severity} {mismatch.kind}" for mismatch in found)


def test_a_long_has_the_size_that_the_librarys_target_gives_it() -> None:
    takes_long = function(CVoid(), LONG)
    assert severities("f(i64) -> void", takes_long, LINUX) == ""
    assert severities("f(i32) -> void", takes_long, LINUX) == "error narrow"
    assert severities("f(i32) -> void", takes_long, WINDOWS) == ""
    assert severities("f(i64) -> void", takes_long, WINDOWS) == "warning wide"
    assert severities("f(i64) -> void", takes_long, X86) == "error wide"


def test_a_char_has_the_sign_that_the_target_gives_it() -> None:
    assert severities("f(i8) -> void", function(CVoid(), CHAR), LINUX) == ""
    assert severities("f(u8) -> void", function(CVoid(), CHAR), LINUX_ARM) == ""
    assert severities("f(i8) -> void", function(CVoid(), CHAR), APPLE) == ""


def test_on_a_32_bit_target_an_address_is_32_bits_wide() -> None:
    assert severities("f(u32) -> void", function(CVoid(), TEXT), X86) == "hint spelling"
    assert severities("f(usize) -> void", function(CVoid(), TEXT), X86) == "hint spelling"
    assert severities("f(i64) -> void", function(CVoid(), TEXT), X86) == "error wide"
    assert severities("f(buffer) -> void", function(CVoid(), TEXT), X86) == ""


def test_what_a_32_bit_target_has_had_in_two_sizes_is_not_judged() -> None:
    returns_time = function(CInteger("time_t"))
    assert severities("f() -> i32", returns_time, X86) == ""
    assert "not known" in examine(parse_signature("f() -> i32"), None, returns_time, abi=X86).unchecked[0]


def test_variable_arguments_declared_as_fixed_are_lost_on_apples_arm64() -> None:
    prints = function(INT, CONST_TEXT, variadic=True)
    assert severities("f(buffer, i32) -> i32", prints, APPLE) == "error variadic"
    assert severities("f(buffer) -> i32", prints, APPLE) == "hint variadic"


def test_a_large_struct_travels_as_an_address_where_the_target_says_so() -> None:
    fields = tuple(("abc"[n], LONG) for n in range(3))
    struct = CStruct("struct large", tuple(field(name, type_) for name, type_ in fields), 24, 8, complete=True)
    assert severities("f(pointer) -> void", function(CVoid(), struct), LINUX) == "error class"
    assert severities("f(pointer) -> void", function(CVoid(), struct), LINUX_ARM) == "hint spelling"
    assert severities("f(buffer) -> void", function(CVoid(), struct), WINDOWS) == "hint spelling"


def test_what_is_not_known_is_never_a_mismatch_and_can_be_asked_for() -> None:
    strange = function(CUnknown("__int128", "no type"), CUnknown("va_list", "a list"), CStruct("struct s"))
    comparison = examine(parse_signature("f(i32, f64) -> i32"), None, strange)
    assert comparison.mismatches == ()
    assert len(comparison.unchecked) == 3
    assert examine(parse_signature("f() -> i32"), None, None).unchecked


def test_memory_that_must_not_be_written_is_told_where_c_may_write() -> None:
    writes, reads = function(INT, TEXT), function(INT, CONST_TEXT)
    declaration = parse_signature("f(buffer) -> i32")
    (found,) = compare(declaration, None, writes, read_only={0})
    assert (found.severity, found.kind, found.parameter) == (MismatchSeverity.WARNING, MismatchKind.READ_ONLY, 0)
    assert compare(declaration, None, reads, read_only={0}) == []
    assert compare(declaration, None, writes) == []


@pytest.mark.parametrize(
    ("schema", "kind", "expected"),
    [
        ({"parameters": [], "result": "i32"}, SymbolKind.DATA, ["error symbol-kind"]),
        ({"parameters": [], "result": "i32"}, SymbolKind.TLS, ["error symbol-kind"]),
        ({"type": "i32"}, SymbolKind.FUNCTION, ["error symbol-kind"]),
        ({"type": "pointer"}, SymbolKind.FUNCTION, ["hint symbol-kind"]),
        ({"type": "i32"}, SymbolKind.DATA, []),
        ({"parameters": [], "result": "i32"}, SymbolKind.IFUNC, []),
    ],
)
def test_data_is_no_function_and_a_function_no_data(schema: object, kind: SymbolKind, expected: list[str]) -> None:
    (declaration,) = check({"f": schema})
    found = compare(declaration, Symbol("f", kind), None, hints=True)
    assert [f"{mismatch.severity} {mismatch.kind}" for mismatch in found] == expected


@pytest.mark.parametrize(
    ("type_", "c_type", "expected"),
    [
        ("i32", INT, []),
        ("i16", INT, ["error narrow"]),
        ("i64", INT, ["error wide"]),
        ("f64", INT, ["error class"]),
        ("pointer", INT, []),
        ("f64", CFloat("double"), []),
        ("i32", TEXT, ["error narrow"]),
    ],
)
def test_the_type_of_a_static_is_compared_with_the_variables(type_: str, c_type: CType, expected: list[str]) -> None:
    (declaration,) = check({"f": {"type": type_}})
    found = compare(declaration, None, Prototype("f", PrototypeKind.VARIABLE, c_type), abi=LINUX)
    assert [f"{mismatch.severity} {mismatch.kind}" for mismatch in found] == expected


def test_a_macro_is_an_error_only_where_nothing_is_exported_under_its_name() -> None:
    macro = Prototype("f", PrototypeKind.MACRO, CUnknown("", "a macro"))
    (found,) = compare(parse_signature("f() -> i32"), None, macro)
    assert (found.severity, found.kind) == (MismatchSeverity.ERROR, MismatchKind.MACRO)
    assert compare(parse_signature("f() -> i32"), Symbol("f", SymbolKind.FUNCTION), macro) == []


def test_a_message_names_prototype_header_line_library_and_version(compile_library: Callable[..., Path]) -> None:
    path = compile_library("int f(int a) { return a; }", "libf.so.1.2.3")
    link = path.with_name("libf.so.1")
    if not link.exists():
        link.symlink_to(path.name)
    library = describe_library(open_library(link))
    symbol = Symbol("f", SymbolKind.FUNCTION, version="F_1.2")
    prototype = function(CInteger("size_t"), CPointer(CHAR, const=True))
    (found,) = compare(parse_signature("f(buffer) -> i32"), symbol, prototype, abi=LINUX, library=library)
    assert found.summary == "the result is declared i32, but C returns size_t (8 bytes)"
    assert found.message == (
        "f: the result is declared i32, but C returns size_t (8 bytes); C has `size_t f(const char *p0)` "
        f"(/usr/include/f.h:12); in {link} (libf.so.1.2.3), version F_1.2"
    )
    assert (found.is_result, found.parameter, str(found.declared), str(found.expected)) == (True, None, "i32", "usize")


def c_types() -> st.SearchStrategy[CType]:
    bases = ["char", "short", "unsigned int", "int", "long", "unsigned long long", "size_t", "ptrdiff_t", "int8_t"]
    bases += ["uint16_t", "uint64_t", "intptr_t", "wchar_t", "time_t", "signed char", "uintptr_t"]
    pointees = [CVoid(), CHAR, CStruct("struct s"), TEXT, CFunction(CVoid(), ())]
    scalars: st.SearchStrategy[CType] = st.one_of(
        st.builds(CInteger, st.sampled_from(bases), st.sampled_from([None, "alias_t"])),
        st.builds(CFloat, st.sampled_from(["float", "double"])),
        st.builds(CBool),
        st.builds(CPointer, st.sampled_from(pointees), st.booleans()),
    )
    structs = st.lists(scalars, min_size=1, max_size=5).map(
        lambda types: CStruct("struct s", tuple(field(f"f{n}", t) for n, t in enumerate(types)), 1, 1, complete=True)
    )
    return st.one_of(scalars, structs)


@given(
    st.one_of(c_types(), st.just(CVoid())),
    st.lists(c_types(), max_size=6),
    st.booleans(),
    st.sampled_from([LINUX, LINUX_ARM, WINDOWS, APPLE]),
)
def test_a_declaration_made_from_a_prototype_never_differs_from_it(
    result: CType, parameters: list[CType], variadic: bool, abi: Abi
) -> None:
    prototype = function(result, *parameters, variadic=variadic and bool(parameters))
    comparison = examine(declaration_of(prototype, abi), None, prototype, abi=abi)
    assert comparison.mismatches == ()
    assert comparison.unchecked == ()


@given(c_types(), st.sampled_from([name for name in NATIVE_TYPES if name != "void"]))
def test_every_pair_of_types_gets_one_judgement(c_type: CType, native: str) -> None:
    takes, returns = parse_signature(f"f({native}) -> void"), parse_signature(f"f() -> {native}")
    for abi in (LINUX, X86, WINDOWS, APPLE):
        assert len(compare(takes, None, function(CVoid(), c_type), abi=abi, hints=True)) <= 1
        assert len(compare(returns, None, function(c_type), abi=abi, hints=True)) <= 1


def test_a_prototype_that_cannot_be_declared_says_why() -> None:
    with pytest.raises(NotExpressibleError, match=r"f: va_list: a list"):
        declaration_of(function(INT, CUnknown("va_list", "a list")))

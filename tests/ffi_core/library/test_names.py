"""The nearest library, the nearest symbol, and what C++ compilers made of a name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_core.library import open_library
from ffi_core.library.mangling import demangle, mangled_forms
from ffi_core.library.near import near_names, nearest_symbol

MANGLED = {
    "_Z3addii": "int add(int, int)",
    "_Z3addIiET_S0_": "template int add<int>(int)",
    "_ZN5outer5inner3addEi": "int outer::inner::add(int)",
    "_ZNK5outer5inner3Sum3addEi": "int outer::inner::Sum::add(int) const",
    "_ZN5outer5inner5adderEi": "int outer::inner::adder(int)",
    "_Z5takesN5outer5inner3SumE": "int takes(outer::inner::Sum)",
    "_ZN3add5otherEv": "int add::other()",
}
"""What g++ 12 makes of these declarations."""


def test_the_forms_of_a_name_that_a_cpp_compiler_made_are_found(compile_library: Callable[..., Path]) -> None:
    declared = "".join(f'int f{at}(void) __asm__("{name}");\n' for at, name in enumerate(MANGLED))
    defined = "".join(f"int f{at}(void) {{ return {at}; }}\n" for at in range(len(MANGLED)))
    library = open_library(compile_library(f"{declared}{defined}int plain(void) {{ return 1; }}", "libmangled.so"))
    assert set(library.mangled("add")) == set(list(MANGLED)[:4])
    assert library.mangled("plain") == ()
    assert library.mangled("Sum") == ()


def test_names_of_microsofts_compiler_are_known_too() -> None:
    assert mangled_forms("add", ["?add@@YAHHH@Z", "?adder@@YAHH@Z", "add"]) == ("?add@@YAHHH@Z",)


@pytest.mark.parametrize(
    ("mangled", "written"),
    [
        ("_Z3addii", "add(int, int)"),
        ("?add@@YAHHH@Z", "int __cdecl add(int, int)"),
        ("add", None),
        ("f", None),
        ("", None),
        ("_Z", None),
    ],
)
def test_demangling_gives_what_the_author_wrote(mangled: str, written: str | None) -> None:
    assert demangle(mangled) == written


def test_a_symbol_in_other_capitals_is_nearer_than_one_with_other_letters() -> None:
    assert nearest_symbol("SQLite3_Open", ["sqlite3_opens", "sqlite3open", "sqlite3_ope"]) == "sqlite3open"
    assert nearest_symbol("sqlite3_prepare_v22", ["sqlite3_prepare_v2", "sqlite3_prepare"]) == "sqlite3_prepare_v2"
    assert nearest_symbol("sqlite3_prpeare_v2", ["sqlite3_prepare_v2", "sqlite3_stmt"]) == "sqlite3_prepare_v2"
    assert nearest_symbol("", ["a"]) is None
    assert nearest_symbol("zzz", []) is None


def test_versions_of_the_same_library_come_before_other_names() -> None:
    present = ["libdemo.so.1.2.3", "libdemo.so.1", "libdemon.so", "libother.so", "demo.txt"]
    assert near_names("libdemo.so", present) == ("libdemo.so.1", "libdemo.so.1.2.3", "libdemon.so")
    assert near_names("libelsewhere.so", present) == ()


@pytest.mark.parametrize("others", [0, 20, 2_000, 6_000])
def test_the_nearest_symbol_is_found_among_few_names_and_among_many(others: int) -> None:
    names = ["sqlite3_prepare_v2", "strlen", *(f"many_{number}" for number in range(others))]
    assert nearest_symbol("sqlite3_prpeare_v2", names) == "sqlite3_prepare_v2"
    assert nearest_symbol("strelen", names) == "strlen"
    assert nearest_symbol("Str_Len", names) == "strlen"
    assert nearest_symbol("nothing_like_it", names) is None

"""How declarations stand to their libraries, and what else a library exports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_lsp.ide.libraries import Standing, exports, native_libraries
from ffi_lsp.workspace import Snapshot

Reader = Callable[[str], tuple[Snapshot, int]]

TEXT = """
const { count_add, count_sub, count_half } = Porffor.dlopen("LIB", {
  count_add: { parameters: ["i32", "i32"], result: "i32" },
  count_sub: { parameters: [], result: "i32" },
  count_half: { parameters: ["double"], result: "i32" },
});
const other = Porffor.dlopen("/nowhere/libnone.so", { f: { parameters: [] } });
¦
"""


def test_each_declaration_has_its_standing(read: Reader, library: Path) -> None:
    first, _ = native_libraries(read(TEXT)[0])
    assert (first.name, first.file) == (str(library), library.resolve())
    assert "libcount.so.1" in first.detail
    assert [(symbol.name, symbol.standing) for symbol in first.symbols] == [
        ("count_add", Standing.RIGHT),
        ("count_sub", Standing.MISSING),
        ("count_half", Standing.MISTAKEN),
    ]


def test_a_right_declaration_tells_its_signature_and_a_wrong_one_its_worst_finding(read: Reader) -> None:
    right, missing, mistaken = native_libraries(read(TEXT)[0])[0].symbols
    assert right.detail == "count_add(i32, i32) -> i32"
    assert "count_sub" in missing.detail
    assert "'double'" in mistaken.detail


def test_what_is_declared_of_a_library_that_is_not_found_is_unknown(read: Reader) -> None:
    _, absent = native_libraries(read(TEXT)[0])
    assert absent.file is None
    assert absent.detail.startswith("Not found on this machine.")
    assert [symbol.standing for symbol in absent.symbols] == [Standing.UNKNOWN]


def test_the_functions_of_a_library_are_told_with_those_that_are_declared(read: Reader) -> None:
    found = exports(*read(TEXT.replace("parameters: []", "¦parameters: []", 1).replace("¦\n", "\n")))
    assert found is not None
    assert found.call == 0
    assert ("count_add", True) in found.symbols
    assert ("count_weak", False) in found.symbols
    assert "count_total" not in dict(found.symbols), "data is not declared as a function"
    names = [name for name, _ in found.symbols]
    assert names[-1] == "_count_internal", "what begins with an underscore is seldom meant"


@pytest.mark.parametrize("place", ["¦const a =", "const a =¦", "x();¦"])
def test_outside_of_a_call_the_nearest_library_that_can_be_read_is_meant(read: Reader, place: str) -> None:
    text = 'const a = Porffor.dlopen("LIB", {});\nx();\nPorffor.dlopen("/nowhere/libnone.so", {});'
    found = exports(*read(text.replace(place.replace("¦", ""), place)))
    assert found is not None
    assert found.call == 0


def test_a_text_without_a_readable_library_exports_nothing(read: Reader) -> None:
    assert exports(*read('Porffor.dlopen("/nowhere/libnone.so", { ¦ });')) is None

"""What a hover says, and where it says nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_lsp.ide.hover import Hover, hover
from ffi_lsp.ide.wording import code
from ffi_lsp.workspace import Snapshot

Reader = Callable[[str], tuple[Snapshot, int]]


@pytest.fixture
def hovered(read: Reader) -> Callable[[str], Hover | None]:
    return lambda text: hover(*read(text))


def declared(name: str = "count_add", parameters: str = '"i32", "i32"') -> str:
    return f'const {{ {name} }} = Porffor.dlopen("LIB", {{ {name}: {{ parameters: [{parameters}], result: "i32" }} }});'


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("u8", ["uint8_t", "1 byte;", "0 to 255"]),
        ("i64", ["int64_t", "8 bytes", "-9223372036854775808 to 9223372036854775807"]),
        ("f32", ["float", "4 bytes"]),
        ("pointer", ["void *", "address"]),
    ],
)
def test_a_type_tells_its_meaning_c_type_size_and_range(
    hovered: Callable[[str], Hover | None], name: str, words: list[str]
) -> None:
    found = hovered(declared(parameters=f'"{name[0]}¦{name[1:]}"'))
    assert found is not None
    assert found.code == name
    assert all(word in " ".join(found.lines) for word in words)


def test_a_type_inside_a_struct_is_one(hovered: Callable[[str], Hover | None]) -> None:
    found = hovered(declared(parameters='{ struct: ["u8¦"] }'))
    assert found is not None
    assert found.code == "u8"


def test_void_has_no_size(hovered: Callable[[str], Hover | None]) -> None:
    found = hovered('Porffor.dlopen("LIB", { count_add: { parameters: [], result: "vo¦id" } })')
    assert found is not None
    assert "byte" not in " ".join(found.lines)


@pytest.mark.parametrize(
    "text",
    [
        declared().replace("const { count_add", "const { count_¦add"),
        declared().replace("count_add: {", "count¦_add: {"),
        declared() + " count_add¦(1, 2);",
    ],
    ids=["binding", "declaration", "use"],
)
def test_a_symbol_tells_its_declaration_kind_soname_and_file(
    hovered: Callable[[str], Hover | None], library: Path, text: str
) -> None:
    found = hovered(text)
    assert found is not None
    assert found.code == "count_add(i32, i32) -> i32"
    assert found.lines == ("Function exported by `libcount.so.1`.", f"Library file `{library}`.")


def test_data_is_called_data_and_weak_weak(hovered: Callable[[str], Hover | None]) -> None:
    data, weak = hovered(declared("count_¦total")), hovered(declared("count_¦weak"))
    assert data is not None
    assert weak is not None
    assert data.lines[0].startswith("Data exported by")
    assert weak.lines[0].startswith("Weak function exported by")


def test_a_symbol_that_is_not_exported_has_the_nearest_name(hovered: Callable[[str], Hover | None]) -> None:
    found = hovered(declared("count_¦ad"))
    assert found is not None
    assert found.lines[0] == "Not exported by `libcount.so.1`. Did you mean `count_add`?"


def test_a_symbol_of_a_needed_library_names_that_library_and_the_version(
    hovered: Callable[[str], Hover | None],
) -> None:
    found = hovered(declared("get¦pid", ""))
    assert found is not None
    assert "exported by `libc." in found.lines[0]
    assert "which `libcount.so.1` needs" in found.lines[0]


def test_a_library_tells_file_architecture_soname_and_needs(
    hovered: Callable[[str], Hover | None], library: Path
) -> None:
    found = hovered(declared().replace('"LIB"', '"L¦IB"').replace("L¦IB", "¦LIB"))
    assert found is not None
    assert found.lines[0] == f"File `{library}`."
    assert "ELF" in found.lines[1]
    assert "64-bit; soname `libcount.so.1`." in found.lines[1]
    assert found.lines[2] == "6 exported symbols."
    assert "Needs `libc." in found.lines[3]


def test_a_missing_library_tells_where_it_was_looked_for(hovered: Callable[[str], Hover | None]) -> None:
    found = hovered('Porffor.dlopen("/nowhere/¦libno.so", {})')
    assert found is not None
    assert found.lines[0].startswith("Not found on this machine.")
    assert "/nowhere/libno.so" in found.lines[1]


def test_a_file_that_is_no_library_tells_why(hovered: Callable[[str], Hover | None], tmp_path: Path) -> None:
    (tmp_path / "libtext.so").write_text("hello")
    found = hovered('Porffor.dlopen("./¦libtext.so", {})')
    assert found is not None
    assert found.lines[0].startswith("Not a usable library: ")


@pytest.mark.parametrize(
    "text",
    [
        declared() + "¦",
        declared() + " const ot¦her = 1;",
        declared().replace("dlopen", "dl¦open"),
        declared().replace("parameters", "para¦meters"),
        declared(parameters='"str¦ing"'),
        'dlo¦pen("LIB", { count_add: {} })',
        "¦",
    ],
)
def test_elsewhere_and_on_unknown_words_there_is_nothing(hovered: Callable[[str], Hover | None], text: str) -> None:
    assert hovered(text) is None


def test_backticks_in_a_name_do_not_end_the_code() -> None:
    assert code("a`b") == "`` a`b ``"

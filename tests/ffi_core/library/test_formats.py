"""Libraries of other systems and machines read the same everywhere: fixtures cross-compiled from one C file."""

from __future__ import annotations

import json
from pathlib import Path

import lief
import pytest

from ffi_core.errors import LibraryLoadError, LoadFailure
from ffi_core.library import open_library
from ffi_core.library.host import host
from ffi_core.model import Symbol, SymbolKind

lief.logging.disable()

DATA = Path(__file__).parents[2] / "data" / "library"
ELF = {
    "aarch64": ("aarch64", 64),
    "arm": ("arm", 32),
    "armeb": ("armeb", 32),
    "loongarch64": ("loongarch64", 64),
    "mips": ("mips", 32),
    "mips64el": ("mips64el", 64),
    "ppc": ("ppc", 32),
    "ppc64": ("ppc64", 64),
    "riscv64": ("riscv64", 64),
    "s390x": ("s390x", 64),
    "x86": ("x86", 32),
}
EXPECTED = {
    "demo_add": SymbolKind.FUNCTION,
    "demo_scale": SymbolKind.FUNCTION,
    "demo_hook": SymbolKind.FUNCTION,
    "demo_version": SymbolKind.DATA,
    "demo_name": SymbolKind.DATA,
}


def kinds(symbols: tuple[Symbol, ...]) -> dict[str, SymbolKind]:
    return {symbol.name: symbol.kind for symbol in symbols}


@pytest.mark.parametrize("machine", ELF)
def test_elf_of_any_machine_width_and_byte_order_is_read(machine: str) -> None:
    library = open_library(DATA / f"libdemo-{machine}.so.3")
    assert (library.architecture, library.bits) == ELF[machine]
    assert library.soname == "libdemo.so.3"
    assert kinds(library.symbols()) == EXPECTED
    assert {symbol.name for symbol in library.symbols() if symbol.weak} == {"demo_hook"}
    assert {symbol.size for symbol in library.symbols() if symbol.name == "demo_name"} == {5}


@pytest.mark.parametrize("path", sorted(DATA.glob("*demo*.*")), ids=lambda path: path.name)
def test_find_agrees_with_the_list_in_every_format(path: Path) -> None:
    if path.suffix in (".c", ".def"):
        return
    library = open_library(path)
    table = library.exports
    assert {name: table.find(name) for name in library.names()} == {
        symbol.name: symbol for symbol in library.symbols() if symbol.default
    }
    for absent in ("demo_hidden", "demo", "demo_addd", "", "\0", "\udcff", "zzz", "#77", "_demo_add"):
        assert table.find(absent) is None


@pytest.mark.parametrize("machine", ["aarch64", "x86", "x86_64"])
def test_a_dll_equals_liefs_reading(machine: str) -> None:
    path = DATA / f"demo-{machine}.dll"
    library = open_library(path)
    oracle = lief.PE.parse(path)
    export = oracle.get_export()
    expected = {entry.name or f"#{entry.ordinal}": _forwarded(entry) or entry.address for entry in export.entries}
    assert {symbol.name: symbol.forwarded_to or symbol.address for symbol in library.symbols()} == expected
    assert library.soname == export.name
    assert library.needed == tuple(entry.name for entry in oracle.imports)
    assert (library.format, library.architecture) == ("pe", machine)


def _forwarded(entry: lief.PE.ExportEntry) -> str | None:
    if not entry.is_forwarded:
        return None
    return f"{entry.forward_information.library}.{entry.forward_information.function}"


def test_a_dll_tells_code_from_data_numbers_and_names_passed_on() -> None:
    symbols = {symbol.name: symbol for symbol in open_library(DATA / "demo-x86_64.dll").symbols()}
    assert {name: symbol.kind for name, symbol in symbols.items()} == {
        "demo_add": SymbolKind.FUNCTION,
        "demo_scale": SymbolKind.FUNCTION,
        "demo_ticks": SymbolKind.FUNCTION,
        "demo_version": SymbolKind.DATA,
        "demo_name": SymbolKind.DATA,
        "#77": SymbolKind.FUNCTION,
    }
    assert symbols["demo_ticks"].forwarded_to == "kernel32.GetTickCount"
    assert not symbols["#77"].default


def test_an_import_library_lists_what_its_dll_exports() -> None:
    library = open_library(DATA / "demo-x86_64.lib")
    assert (library.format, library.architecture, library.bits) == ("pe", "x86_64", 64)
    assert library.soname == "demo.dll"
    assert kinds(library.symbols()) == kinds(open_library(DATA / "demo-x86_64.dll").symbols())


@pytest.mark.parametrize("machine", ["aarch64", "x86_64"])
def test_a_dylib_equals_liefs_reading(machine: str) -> None:
    path = DATA / f"libdemo-{machine}.dylib"
    library = open_library(path)
    oracle = lief.MachO.parse(path).at(0)
    expected = {symbol.name.removeprefix("_"): symbol.export_info.address for symbol in oracle.exported_symbols}
    assert {symbol.name: symbol.address for symbol in library.symbols()} == expected
    own, *needed = (entry.name for entry in oracle.libraries)
    assert library.needed == tuple(needed)
    assert library.soname == own == "@rpath/libdemo.3.dylib"
    assert library.build_id == bytes(oracle.uuid.uuid).hex()
    assert (library.format, library.architecture, library.bits) == ("mach-o", machine, 64)


def test_a_dylib_tells_code_from_data() -> None:
    for path in sorted(DATA.glob("*.dylib")):
        found = kinds(open_library(path).symbols())
        assert EXPECTED.items() <= found.items()


def test_a_fat_file_is_read_for_this_machine() -> None:
    fat = open_library(DATA / "libdemo-fat.dylib")
    thin = {path.architecture: path for path in map(open_library, sorted(DATA.glob("libdemo-[ax]*.dylib")))}
    same = thin.get(host().architecture, thin["aarch64"])
    assert (fat.architecture, fat.symbols(), fat.build_id) == (same.architecture, same.symbols(), same.build_id)


def test_a_dylib_without_export_trie_is_read_by_its_symbol_table(tmp_path: Path) -> None:
    for name in ("libdemo-aarch64.dylib", "libdemo-x86_64.dylib"):
        image = bytearray((DATA / name).read_bytes())
        command = image.index(bytes.fromhex("2200008030000000"))
        image[command + 40 : command + 48] = bytes(8)
        path = tmp_path / name
        path.write_bytes(image)
        assert set(open_library(path).symbols()) == set(open_library(DATA / name).symbols())


def trie_node(export: bytes, *edges: tuple[bytes, int]) -> bytes:
    children = b"".join(piece + b"\0" + bytes([node]) for piece, node in edges)
    return bytes([len(export)]) + export + bytes([len(edges)]) + children


def test_an_export_trie_gives_resolvers_thread_locals_and_names_passed_on(tmp_path: Path) -> None:
    image = bytearray((DATA / "libdemo-x86_64.dylib").read_bytes())
    command = image.index(bytes.fromhex("2200008030000000"))
    leaves = (
        trie_node(bytes([0x10, 0x40, 0x50])),
        trie_node(bytes([0x01, 0x60])),
        trie_node(bytes([0x08, 0x01]) + b"_other\0"),
        trie_node(bytes([0x08, 0x01]) + b"\0"),
    )
    names = (b"_resolved", b"_local", b"_renamed", b"_same")
    root_size = len(trie_node(b"", *((name, 0) for name in names)))
    offsets = [root_size + sum(map(len, leaves[:index])) for index in range(len(leaves))]
    trie = trie_node(b"", *zip(names, offsets, strict=True)) + b"".join(leaves)
    image[command + 40 : command + 48] = len(image).to_bytes(4, "little") + len(trie).to_bytes(4, "little")
    path = tmp_path / "libtrie.dylib"
    path.write_bytes(image + trie)
    symbols = {symbol.name: symbol for symbol in open_library(path).symbols()}
    assert symbols["resolved"].kind is SymbolKind.IFUNC
    assert symbols["local"].kind is SymbolKind.TLS
    assert symbols["renamed"].forwarded_to == "/usr/lib/libSystem.B.dylib.other"
    assert symbols["same"].forwarded_to == "/usr/lib/libSystem.B.dylib.same"


STUB_4 = """--- !tapi-tbd
tbd-version:     4
targets:         [ x86_64-macos, arm64-macos,
                   arm64-ios ]
install-name:    '/usr/lib/libdemo.B.dylib'
current-version: 3.1
reexported-libraries:
  - targets:         [ x86_64-macos, arm64-macos ]
    libraries:       [ '/usr/lib/system/libinner.dylib' ]
exports:
  - targets:         [ x86_64-macos ]
    symbols:         [ _demo_add, '_demo$VARIANT',
                       not_for_dlsym, "_quoted" ]
    weak-symbols:    [ _demo_hook ]
    thread-local-symbols: [ _demo_local ]
    objc-classes:    [ DemoClass ]
...
--- !tapi-tbd
tbd-version:     4
targets:         [ x86_64-macos ]
install-name:    '/usr/lib/system/libinner.dylib'
exports:
  - targets:         [ x86_64-macos ]
    symbols:         [ _inner ]
undefineds:
  - targets:         [ x86_64-macos ]
    symbols:         [ _wanted ]
...
"""

STUB_3 = """--- !tapi-tbd-v3
archs:           [ x86_64, arm64 ]
platform:        macosx
install-name:    /usr/lib/libdemo.B.dylib
exports:
  - archs:           [ x86_64 ]
    re-exports:      [ /usr/lib/system/libinner.dylib ]
    symbols:         [ _demo_add, _demo$VARIANT, _quoted, _inner, not_for_dlsym ]
    weak-def-symbols: [ _demo_hook ]
    thread-local-symbols: [ _demo_local ]
"""

STUB_5 = {
    "main_library": {
        "target_info": [{"target": "x86_64-macos"}, {"target": "arm64-macos"}],
        "install_names": [{"name": "/usr/lib/libdemo.B.dylib"}],
        "reexported_libraries": [{"names": ["/usr/lib/system/libinner.dylib"]}],
        "exported_symbols": [
            {
                "text": {"global": ["_demo_add", "_demo$VARIANT", "_quoted", "bare"], "weak": ["_demo_hook"]},
                "data": {"thread_local": ["_demo_local"]},
            }
        ],
    },
    "libraries": [{"exported_symbols": [{"text": {"global": ["_inner"]}}]}],
    "padding": " " * 5000,
    "tapi_tbd_version": 5,
}


@pytest.mark.parametrize("text", [STUB_4, STUB_3, json.dumps(STUB_5)], ids=["version 4", "version 3", "version 5"])
def test_a_text_stub_of_any_version_gives_the_same_library(text: str, tmp_path: Path) -> None:
    path = tmp_path / "libdemo.tbd"
    path.write_text(text)
    library = open_library(path)
    assert library.format == "mach-o"
    assert library.soname == "/usr/lib/libdemo.B.dylib"
    assert library.needed == ("/usr/lib/system/libinner.dylib",)
    assert set(library.names()) == {"demo_add", "demo$VARIANT", "quoted", "demo_hook", "demo_local", "inner"}
    hook, local = library.find("demo_hook"), library.find("demo_local")
    assert hook is not None
    assert hook.weak
    assert local is not None
    assert local.kind is SymbolKind.TLS


def test_data_of_a_stub_in_json_is_known_as_data(tmp_path: Path) -> None:
    stub = json.loads(json.dumps(STUB_5))
    stub["main_library"]["exported_symbols"][0]["data"]["global"] = ["_demo_version"]
    path = tmp_path / "libdemo.tbd"
    path.write_text(json.dumps(stub))
    found = open_library(path).find("demo_version")
    assert found is not None
    assert found.kind is SymbolKind.DATA


@pytest.mark.parametrize(
    "contents",
    [
        b"--- !tapi-tbd\n",
        b'{"tapi_tbd_version": 5',
        b'{"tapi_tbd_version": 5, "main_library": []}',
        b'{"tapi_tbd_version": 5, "main_library": {"install_names": [3]}}',
        b'{"tapi_tbd_version": 5' + b"[" * 100_000,
    ],
)
def test_a_damaged_stub_says_so(contents: bytes, tmp_path: Path) -> None:
    path = tmp_path / "libdemo.tbd"
    path.write_bytes(contents)
    with pytest.raises(LibraryLoadError) as caught:
        open_library(path)
    assert caught.value.reason is LoadFailure.DAMAGED


def test_what_only_looks_like_a_library_of_another_system_is_refused(tmp_path: Path) -> None:
    program = bytearray((DATA / "demo-x86_64.dll").read_bytes())
    header = int.from_bytes(program[0x3C:0x40], "little")
    program[header + 22 : header + 24] = b"\x22\x00"
    executable = bytearray((DATA / "libdemo-x86_64.dylib").read_bytes())
    executable[12] = 2
    java = bytes.fromhex("cafebabe00000041") + bytes(100)
    dos = b"MZ" + bytes(100)
    for name, contents in (("a.exe", program), ("b", executable), ("C.class", java), ("d.com", dos)):
        path = tmp_path / name
        path.write_bytes(contents)
        with pytest.raises(LibraryLoadError) as caught:
            open_library(path)
        assert caught.value.reason is LoadFailure.NOT_A_LIBRARY, name

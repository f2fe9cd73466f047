"""Files made to mislead a reader: circles, bombs and false claims end in a typed error; and no library is ever run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from struct import pack

import pytest

from ffi_core.cli import main
from ffi_core.errors import LibraryLoadError, LoadFailure
from ffi_core.library import dependencies, locate, open_library, resolve
from ffi_core.library.elf_hash import GnuHashTable
from ffi_core.library.image import open_image

DATA = Path(__file__).parents[2] / "data" / "library"
DT_HASH, DT_STRTAB, DT_NEEDED = 4, 5, 1


def dynamic_entry(image: bytes, tag: int) -> int:
    """Where a 64-bit little-endian library keeps the value of a tag; its segments have equal offsets and addresses."""
    table = int.from_bytes(image[32:40], "little")
    for at in range(table, table + 56 * int.from_bytes(image[56:58], "little"), 56):
        if image[at : at + 4] == b"\x02\0\0\0":
            dynamic = int.from_bytes(image[at + 8 : at + 16], "little")
    while int.from_bytes(image[dynamic : dynamic + 8], "little") != tag:
        dynamic += 16
    return dynamic + 8


def value(image: bytes, tag: int) -> int:
    at = dynamic_entry(image, tag)
    return int.from_bytes(image[at : at + 8], "little")


def test_a_hash_chain_in_a_circle_is_damage(compile_library: Callable[..., Path], tmp_path: Path) -> None:
    source = "int demo_one(void) { return 1; } int demo_two(void) { return 2; }"
    image = bytearray(compile_library(source, "libcircle.so", ("-Wl,--hash-style=sysv",)).read_bytes())
    table = value(image, DT_HASH)
    buckets, count = (int.from_bytes(image[table + at : table + at + 4], "little") for at in (0, 4))
    start = table + 8
    image[start : start + 4 * buckets] = (1).to_bytes(4, "little") * buckets
    image[start + 4 * buckets : start + 4 * (buckets + count)] = (1).to_bytes(4, "little") * count
    path = tmp_path / "libcircle.so"
    path.write_bytes(image)
    with pytest.raises(LibraryLoadError, match="round in a circle"):
        open_library(path).find("demo_absent")


def test_a_hash_chain_without_end_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "table"
    for room, complaint in ((1 << 20, "has no end"), (64, "runs over the end")):
        path.write_bytes(pack("<4IQI", 1, 1, 1, 0, 2**64 - 1, 1) + bytes(room))
        with open_image(path) as image:
            table = GnuHashTable(0, 64, "<")
            with pytest.raises(LibraryLoadError, match=complaint):
                table.indices(image)
            with pytest.raises(LibraryLoadError, match=complaint):
                list(table.candidates(image, b"any"))


def test_a_library_that_claims_to_need_thousands_is_damage(tmp_path: Path) -> None:
    image = bytearray((DATA / "libdemo-aarch64.so.3").read_bytes())
    entry = dynamic_entry(image, DT_STRTAB) - 8
    end = entry
    while int.from_bytes(image[end : end + 8], "little"):
        end += 16
    bomb = image[:]
    table = int.from_bytes(image[32:40], "little")
    for at in range(table, table + 56 * int.from_bytes(image[56:58], "little"), 56):
        if image[at : at + 4] == b"\x02\0\0\0":
            start = int.from_bytes(image[at + 8 : at + 16], "little")
            entries = bytes(image[start:end]) + (DT_NEEDED.to_bytes(8, "little") + (1).to_bytes(8, "little")) * 5000
            bomb[at + 8 : at + 16] = len(image).to_bytes(8, "little")
            bomb[at + 32 : at + 40] = len(entries).to_bytes(8, "little")
    path = tmp_path / "libneedy.so"
    path.write_bytes(bomb + entries)
    with pytest.raises(LibraryLoadError, match="claims to need 5000 libraries"):
        open_library(path)


def test_an_export_trie_that_leads_back_is_damage(tmp_path: Path) -> None:
    image = bytearray((DATA / "libdemo-x86_64.dylib").read_bytes())
    command = image.index(bytes.fromhex("2200008030000000"))
    circle = b"\0\1_\0\0"
    image[command + 40 : command + 48] = len(image).to_bytes(4, "little") + len(circle).to_bytes(4, "little")
    path = tmp_path / "libcircle.dylib"
    path.write_bytes(image + circle)
    library = open_library(path)
    assert library.find("_" * 1000) is None
    with pytest.raises(LibraryLoadError, match="is no tree"):
        library.symbols()


def test_an_export_that_belongs_to_no_function_is_damage(tmp_path: Path) -> None:
    image = bytearray((DATA / "demo-x86_64.dll").read_bytes())
    # The export directory starts with zeros and a name's address, and names itself: demo-x86_64.dll.
    row = pack("<II", 77, 6)
    at = image.index(row)
    image[at + 4 : at + 8] = bytes(4)
    path = tmp_path / "demo.dll"
    path.write_bytes(image)
    for ask in (lambda: open_library(path).symbols(), lambda: open_library(path).find("demo_add")):
        with pytest.raises(LibraryLoadError, match="of 0"):
            ask()


HEAD = b"--- !tapi-tbd\ntbd-version: 4\ninstall-name: x\nexports:\n"


@pytest.mark.parametrize(
    "contents",
    [
        HEAD + b"  - symbols: [\n" * 100_000,
        HEAD + b" " * 3_000_000,
        HEAD + b"a" * 3_000_000,
        HEAD + b"  - symbols: [" + b"'" * 3_000_000 + b"]",
        HEAD + b"  - symbols: [" + b"_a," * 1_000_000 + b"]",
        HEAD + b"--- \n" * 500_000,
    ],
    ids=["open lists", "blanks", "one word", "quotes", "symbols", "documents"],
)
def test_a_text_stub_made_to_cost_time_does_not(contents: bytes, tmp_path: Path) -> None:
    path = tmp_path / "libbomb.tbd"
    path.write_bytes(contents)
    assert names_or_reason(path) in ((), LoadFailure.DAMAGED)


def names_or_reason(path: Path) -> tuple[str, ...] | LoadFailure:
    try:
        return open_library(path).names()
    except LibraryLoadError as error:
        return error.reason


def test_nothing_of_a_library_is_run(compile_library: Callable[..., Path], tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    source = f"""
    #include <stdio.h>
    __attribute__((constructor)) static void leave_a_trace(void) {{ fclose(fopen("{trace}", "w")); }}
    static int (*choose(void))(int) {{ leave_a_trace(); return 0; }}
    int picked(int) __attribute__((ifunc("choose")));
    int plain(void) {{ return 1; }}
    """
    path = compile_library(source, "libtrace.so")
    library = open_library(path)
    assert library.find("picked") in library.symbols()
    assert [needed.soname for needed in dependencies(library)][:1] == ["libc.so.6"]
    assert resolve(library, "fopen") is not None
    assert locate(str(path)).failure is None
    assert main(["symbols", str(path)]) == main(["locate", str(path)]) == 0
    assert not trace.exists()

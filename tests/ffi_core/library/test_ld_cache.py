"""The loader's cache in each of its formats, whole and damaged."""

from __future__ import annotations

from pathlib import Path
from struct import pack

import pytest

from ffi_core.library import ld_cache

X86_64, AARCH64, LIBC6 = 0x0300, 0x0A00, 3
Entry = tuple[int, str, str, int]
"""Flags, name, file and hardware capabilities."""

ENTRIES: list[Entry] = [
    (X86_64 | LIBC6, "libdemo.so.1", "/v3/libdemo.so.1", 1 << 62 | 0),
    (X86_64 | LIBC6, "libdemo.so.1", "/v2/libdemo.so.1", 1 << 62 | 2 << 32 | 1),
    (X86_64 | LIBC6, "libdemo.so.1", "/lib/libdemo.so.1", 0),
    (AARCH64 | LIBC6, "libdemo.so.1", "/arm/libdemo.so.1", 0),
    (X86_64 | LIBC6, "libodd.so", "/odd/libodd.so", 1 << 5),
]


def new_format(entries: list[Entry], levels: tuple[str, ...] = ("x86-64-v3", "x86-64-v2"), start: int = 0) -> bytes:
    """``glibc-ld.so.cache1.1``, as it stands at byte `start` of a file."""
    strings, rows = b"", b""
    strings_at = 48 + 24 * len(entries)
    for flags, name, path, hwcap in entries:
        key = strings_at + len(strings)
        strings += name.encode() + b"\0"
        rows += pack("=iIIIQ", flags, key, strings_at + len(strings), 0, hwcap)
        strings += path.encode() + b"\0"
    level_at = []
    for level in levels:
        level_at.append(start + strings_at + len(strings))
        strings += level.encode() + b"\0"
    strings += bytes(-(start + strings_at + len(strings)) % 4)
    extension_at = start + strings_at + len(strings)
    extension = pack("=II", 0xEAA42174, 1) + pack("=IIII", 1, 0, extension_at + 24, 4 * len(levels))
    extension += b"".join(pack("=I", at) for at in level_at)
    header = b"glibc-ld.so.cache1.1" + pack("=II", len(entries), len(strings)) + bytes(4) + pack("=I", extension_at)
    return header + bytes(12) + rows + strings + extension


def old_format(entries: list[Entry], embedded: bytes = b"") -> bytes:
    """``ld.so-1.7.0``; with `embedded`, the string table starts with the new format."""
    strings_at = 16 + 12 * len(entries)
    padding = bytes(-strings_at % 8) if embedded else b""
    strings, rows = padding + embedded, b""
    for flags, name, path, _ in entries:
        key = len(strings)
        strings += name.encode() + b"\0"
        rows += pack("=iII", flags, key, len(strings))
        strings += path.encode() + b"\0"
    return b"ld.so-1.7.0\0" + pack("=I", len(entries)) + rows + strings


def look_up(contents: bytes, tmp_path: Path, *levels: str, architecture: str = "x86_64") -> str | None:
    cache = tmp_path / "ld.so.cache"
    cache.write_bytes(contents)
    return ld_cache.look_up("libdemo.so.1", architecture, levels, cache)


def test_the_new_format_gives_the_entry_of_the_machine(tmp_path: Path) -> None:
    assert look_up(new_format(ENTRIES), tmp_path) == "/lib/libdemo.so.1"
    assert look_up(new_format(ENTRIES), tmp_path, architecture="aarch64") == "/arm/libdemo.so.1"
    assert look_up(new_format(ENTRIES), tmp_path, architecture="riscv64") is None


def test_a_better_processor_level_wins(tmp_path: Path) -> None:
    assert look_up(new_format(ENTRIES), tmp_path, "x86-64-v3", "x86-64-v2") == "/v3/libdemo.so.1"
    assert look_up(new_format(ENTRIES), tmp_path, "x86-64-v2") == "/v2/libdemo.so.1"


def test_the_new_format_inside_the_old_one_is_read(tmp_path: Path) -> None:
    start = 16 + 12
    contents = old_format([(LIBC6, "x", "/x", 0)], new_format(ENTRIES, start=start + -start % 8))
    assert look_up(contents, tmp_path, "x86-64-v2") == "/v2/libdemo.so.1"


def test_the_old_format_alone_is_read(tmp_path: Path) -> None:
    assert look_up(old_format(ENTRIES[2:]), tmp_path) == "/lib/libdemo.so.1"


def test_an_entry_that_asks_for_capabilities_of_the_older_scheme_is_passed_over(tmp_path: Path) -> None:
    cache = tmp_path / "ld.so.cache"
    cache.write_bytes(new_format(ENTRIES))
    assert ld_cache.look_up("libodd.so", "x86_64", (), cache) is None


def test_a_missing_or_damaged_cache_is_as_good_as_none(tmp_path: Path) -> None:
    assert ld_cache.look_up("libdemo.so.1", "x86_64", (), tmp_path / "absent") is None
    whole = new_format(ENTRIES)
    for length in range(len(whole)):
        assert look_up(whole[:length], tmp_path) in (None, "/lib/libdemo.so.1")
    for contents in (b"", b"not a cache", b"glibc-ld.so.cache1.1" + b"\xff" * 28, b"ld.so-1.7.0\0" + b"\xff" * 100):
        assert look_up(contents, tmp_path) is None


@pytest.mark.skipif(not ld_cache.CACHE.exists(), reason="this system's loader keeps no cache")
def test_the_cache_of_this_system_lists_libc() -> None:
    assert any(name.startswith("libc.so") for name in ld_cache.entries())

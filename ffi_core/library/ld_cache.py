"""Reads ``/etc/ld.so.cache``, where glibc's loader looks names up before it looks into the default directories.

Both formats are read: ``glibc-ld.so.cache1.1``, alone or inside the older ``ld.so-1.7.0``, and the older one alone
(glibc, sysdeps/generic/dl-cache.h). The file is in the machine's own byte order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from struct import Struct
from types import MappingProxyType

from ffi_core.errors import FFIError
from ffi_core.library.image import Image, Stamp, open_image, stamp_of

CACHE = Path("/etc/ld.so.cache")

_OLD_MAGIC = b"ld.so-1.7.0\0"
_NEW_MAGIC = b"glibc-ld.so.cache1.1"
_OLD_ENTRY, _NEW_ENTRY = Struct("=iII"), Struct("=iIIIQ")
_NEW_HEADER_SIZE = 48
_EXTENSION_MAGIC, _EXTENSION_HWCAPS = 0xEAA42174, 1
_HWCAP_IS_NAME, _HWCAP_LEVEL_BITS = 1 << 62, 0x3FF << 32
_TYPE_MASK, _TYPE_LIBC6 = 0xFF, 3
_LARGEST_CACHE = 1 << 26

# What ldconfig writes beside the type, by architecture; those that are not here write zero.
_MACHINE_FLAGS = MappingProxyType(
    {
        "sparc64": (0x0100,),
        "ia64": (0x0200,),
        "x86_64": (0x0300,),
        "s390x": (0x0400,),
        "ppc64": (0x0500,),
        "ppc64le": (0x0500,),
        "mips64": (0x0700, 0x0E00),
        "mips64el": (0x0700, 0x0E00),
        "x32": (0x0800,),
        "arm": (0x0000, 0x0900, 0x0B00),
        "aarch64": (0x0A00,),
        "riscv64": (0x0F00, 0x1000),
        "loongarch64": (0x1100, 0x1200),
    }
)


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """One library that ldconfig knew.

    Parameters
    ----------
    name: the soname.
    path: the file.
    flags: type and machine, as ldconfig wrote them.
    level: the subdirectory of ``glibc-hwcaps`` that it came from, ``""`` for a plain directory, or None where it asks
        for capabilities of an older scheme, which no present loader uses.
    """

    name: str
    path: str
    flags: int
    level: str | None


def look_up(name: str, architecture: str, levels: tuple[str, ...], cache: Path = CACHE) -> str | None:
    """The file that the cache gives for a name.

    Parameters
    ----------
    name: a soname, without slash.
    architecture: of the loader, as `Library.architecture` spells it.
    levels: processor levels in use, best first.
    cache: the cache's file. Where it is missing or damaged, the loader goes on without it, and so do we.
    """
    wanted = _MACHINE_FLAGS.get(architecture, (0,))
    fitting = [
        entry
        for entry in entries(cache).get(name, ())
        if entry.flags & _TYPE_MASK == _TYPE_LIBC6 and entry.flags & ~_TYPE_MASK in wanted
    ]
    for level in (*levels, ""):
        for entry in fitting:
            if entry.level == level:
                return entry.path
    return None


def entries(cache: Path = CACHE) -> dict[str, tuple[CacheEntry, ...]]:
    """All entries by name, in the file's order; empty where there is no cache that can be read."""
    try:
        return _entries(cache, stamp_of(cache))
    except FFIError:
        return {}


@lru_cache(maxsize=4)
def _entries(cache: Path, stamp: Stamp) -> dict[str, tuple[CacheEntry, ...]]:
    with open_image(cache, stamp) as image:
        if image.size > _LARGEST_CACHE:
            raise image.damaged(f"{image.size} bytes are more than a loader's cache can have")
        data = image.read(0, image.size, "the cache")
        found = _parse(image, data)
    by_name: dict[str, list[CacheEntry]] = {}
    for entry in found:
        by_name.setdefault(entry.name, []).append(entry)
    return {name: tuple(group) for name, group in by_name.items()}


def _parse(image: Image, data: bytes) -> list[CacheEntry]:
    new_at = 0
    if data.startswith(_OLD_MAGIC):
        strings_at = 16 + _word(image, data, 12) * _OLD_ENTRY.size
        new_at = strings_at + -strings_at % 8
        if not data.startswith(_NEW_MAGIC, new_at):
            rows = _rows(image, data, 16, _word(image, data, 12), _OLD_ENTRY)
            return [
                CacheEntry(_text(data, strings_at + key), _text(data, strings_at + value), flags, "")
                for flags, key, value in rows
            ]
    if not data.startswith(_NEW_MAGIC, new_at):
        raise image.damaged("it starts as no loader's cache does")
    count = _word(image, data, new_at + len(_NEW_MAGIC))
    levels = _level_names(image, data, new_at)
    rows = _rows(image, data, new_at + _NEW_HEADER_SIZE, count, _NEW_ENTRY)
    return [
        CacheEntry(_text(data, new_at + key), _text(data, new_at + value), flags, _level(hwcap, levels))
        for flags, key, value, _, hwcap in rows
    ]


def _rows(image: Image, data: bytes, offset: int, count: int, layout: Struct) -> list[tuple[int, ...]]:
    end = offset + count * layout.size
    if end > len(data):
        raise image.damaged(f"its {count} entries reach over its end")
    return list(layout.iter_unpack(data[offset:end]))


def _level(hwcap: int, levels: tuple[str, ...]) -> str | None:
    if hwcap == 0:
        return ""
    index = hwcap & 0xFFFFFFFF
    named = hwcap & ~0xFFFFFFFF & ~_HWCAP_LEVEL_BITS == _HWCAP_IS_NAME
    return levels[index] if named and index < len(levels) else None


def _level_names(image: Image, data: bytes, new_at: int) -> tuple[str, ...]:
    at = _word(image, data, new_at + 32)
    # Unlike all others, these offsets count from the start of the file. Older versions of glibc left zero here.
    if not at or _word(image, data, at) != _EXTENSION_MAGIC:
        return ()
    for section in range(at + 8, at + 8 + _word(image, data, at + 4) * 16, 16):
        if _word(image, data, section) == _EXTENSION_HWCAPS:
            offset, size = _word(image, data, section + 8), _word(image, data, section + 12)
            return tuple(_text(data, _word(image, data, at)) for at in range(offset, offset + size, 4))
    return ()


def _word(image: Image, data: bytes, offset: int) -> int:
    word = data[offset : offset + 4]
    if len(word) != 4:
        raise image.damaged("it is cut off")
    (value,) = Struct("=I").unpack(word)
    return int(value)


def _text(data: bytes, offset: int) -> str:
    return data[offset : max(data.find(b"\0", offset), offset)].decode(errors="surrogateescape")

"""The tables of an ELF file's dynamic section, read column by column: symbols, strings, versions. No judgement.

A large library has 50,000 symbols, and unpacking them row by row takes 50 ms in Python alone. Strided views of arrays
take a tenth of that. Formats: the System V gABI, chapters 4 and 5 (https://gabi.xinuos.com/), and for versions
https://refspecs.linuxfoundation.org/LSB_5.0.0/LSB-Core-generic/LSB-Core-generic/symversion.html.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from struct import Struct
from sys import byteorder

from ffi_core.library.image import Image

VERSION_HIDDEN, VERSION_INDEX, VERSION_GLOBAL = 0x8000, 0x7FFF, 1
"""Parts of a symbol's version: not the default one; which one; the index of "no version"."""

_VERSION_IS_BASE = 1

# A file may claim any number; a real one stays far below these.
_LONGEST_NAME = 1 << 16
_MOST_STRING_BYTES = 1 << 26
_MOST_NAME_BYTES = 1 << 26
_NAMES_AT_ONCE = 256
_MOST_VERSIONS = 4096
_LONGEST_VERSION = 256


@dataclass(frozen=True, slots=True)
class SymbolTables:
    """Where the tables of the dynamic section are in the file.

    Parameters
    ----------
    bits, order: 32 or 64, and byte order as `struct` writes it.
    strings, strings_size: offset and size in bytes of the string table.
    symbols: offset of the symbol table.
    gnu_hash, hash: offsets of the two kinds of hash table, or None.
    hash_word: the width of a word in `hash`, as `struct` writes it.
    versions: offset of the table with one version index for each symbol, or None.
    definitions, definition_count: offset of the table of versions this library defines, or None, and its length.
    """

    bits: int
    order: str
    strings: int
    strings_size: int
    symbols: int
    gnu_hash: int | None
    hash: int | None
    hash_word: str
    versions: int | None
    definitions: int | None
    definition_count: int

    @property
    def symbol_size(self) -> int:
        """Bytes of one entry of the symbol table."""
        return 24 if self.bits == 64 else 16


@dataclass(frozen=True, slots=True)
class SymbolColumns:
    """A stretch of the symbol table.

    Parameters
    ----------
    names: offset of each name in the string table.
    marks: what each symbol is, packed; `parts` takes it apart. A library has a few dozen different ones.
    values, sizes: st_value and st_size.
    """

    names: list[int]
    marks: list[int]
    values: list[int]
    sizes: list[int]


def read_columns(image: Image, tables: SymbolTables, indices: range) -> SymbolColumns:
    """Read the symbols of these indices.

    Raises
    ------
    LibraryLoadError: DAMAGED where they are not in the file.
    """
    size = tables.symbol_size
    data = image.read(tables.symbols + indices.start * size, len(indices) * size, "the symbol table")
    words = _numbers("I", data, tables.order)
    if tables.bits == 32:
        name, value, length, mark = (words[column::4].tolist() for column in range(4))
        return SymbolColumns(name, mark, value, length)
    longs = _numbers("Q", data, tables.order)
    return SymbolColumns(words[0::6].tolist(), words[1::6].tolist(), longs[1::3].tolist(), longs[2::3].tolist())


def parts(mark: int, order: str) -> tuple[int, int, int]:
    """st_info, st_other and st_shndx of a mark in a file of this byte order."""
    if order == "<":
        return mark & 0xFF, mark >> 8 & 0xFF, mark >> 16
    return mark >> 24, mark >> 16 & 0xFF, mark & 0xFFFF


def read_versions(image: Image, tables: SymbolTables, indices: range) -> list[int]:
    """The version of each symbol of these indices; that of no version where the library has none.

    Raises
    ------
    LibraryLoadError: DAMAGED where they are not in the file.
    """
    if tables.versions is None:
        return [VERSION_GLOBAL] * len(indices)
    data = image.read(tables.versions + 2 * indices.start, 2 * len(indices), "the table of symbol versions")
    return _numbers("H", data, tables.order).tolist()


def read_names(image: Image, tables: SymbolTables, offsets: Iterable[int]) -> list[str]:
    """The strings at these offsets of the string table, which is read as a whole.

    Raises
    ------
    LibraryLoadError: DAMAGED where one lies outside of the table, or where they are longer than any real ones.
    """
    if tables.strings_size > _MOST_STRING_BYTES:
        raise image.damaged(f"the string table claims {tables.strings_size} bytes")
    wanted = list(offsets)
    if not wanted:
        return []
    data = image.read(tables.strings, tables.strings_size, "the string table")
    if max(wanted) >= len(data):
        raise image.damaged(f"a name at {max(wanted):#x} lies outside of the string table")
    if not data.endswith(b"\0"):
        raise image.damaged("the last string of the string table has no end")
    # Latin-1 gives one character a byte, so that offsets stay right.
    text, names, total = data.decode("latin-1"), [], 0
    if any(text.find("\0", at, at + _LONGEST_NAME) < 0 for at in range(0, len(text), _LONGEST_NAME)):
        raise image.damaged(f"a name is longer than {_LONGEST_NAME} bytes")
    for start in range(0, len(wanted), _NAMES_AT_ONCE):
        names += [text[at : text.find("\0", at)] for at in wanted[start : start + _NAMES_AT_ONCE]]
        total += sum(map(len, names[start:]))
        if total > _MOST_NAME_BYTES:
            raise image.damaged(f"its symbols' names are longer than {_MOST_NAME_BYTES} bytes together")
    if data.isascii():
        return names
    return [name.encode("latin-1").decode(errors="backslashreplace") for name in names]


def read_version_names(image: Image, tables: SymbolTables) -> dict[int, str]:
    """The versions that the library defines, by index; the first, which is the library's own name, is left out.

    Raises
    ------
    LibraryLoadError: DAMAGED where the table leads out of the file.
    """
    if tables.definitions is None:
        return {}
    definition, name = Struct(tables.order + "HHHHIII"), Struct(tables.order + "II")
    named_at: dict[int, int] = {}
    offset = tables.definitions
    for _ in range(min(tables.definition_count, _MOST_VERSIONS)):
        row = image.read(offset, definition.size, "a version definition")
        _, flags, index, _, _, first_name, step = definition.unpack(row)
        if not flags & _VERSION_IS_BASE:
            at, _ = name.unpack(image.read(offset + first_name, name.size, "the name of a version"))
            named_at[index & VERSION_INDEX] = tables.strings + at
        if not step:
            break
        offset += step
    texts = {index: image.read_up_to(at, _LONGEST_VERSION).partition(b"\0")[0] for index, at in named_at.items()}
    return {index: text.decode(errors="backslashreplace") for index, text in texts.items()}


def _numbers(kind: str, data: bytes, order: str) -> memoryview:
    numbers = array(kind, data)
    if (order == "<") != (byteorder == "little"):
        numbers.byteswap()
    return memoryview(numbers)

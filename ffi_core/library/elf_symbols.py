"""The exported symbols of an ELF file: one by its name through the hash table, or all of them.

What counts as exported, and which version a plain name finds, follows glibc's dlsym (elf/dl-lookup.c, check_match and
do_lookup_x). Symbol versions are described in https://refspecs.linuxfoundation.org/LSB_5.0.0/LSB-Core-generic/
LSB-Core-generic/symversion.html.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from pathlib import Path
from struct import Struct
from types import MappingProxyType

from ffi_core.library.elf_hash import GnuHashTable, HashTable, SystemVHashTable
from ffi_core.library.image import Image, Stamp, open_image
from ffi_core.model import Symbol, SymbolKind

_STT_NOTYPE, _STT_OBJECT, _STT_FUNC, _STT_COMMON, _STT_TLS, _STT_GNU_IFUNC = 0, 1, 2, 5, 6, 10
_STB_GLOBAL, _STB_WEAK, _STB_GNU_UNIQUE = 1, 2, 10
_EXPORTED_BINDINGS = (_STB_GLOBAL, _STB_WEAK, _STB_GNU_UNIQUE)
_INVISIBLE = (1, 2)  # STV_INTERNAL, STV_HIDDEN
_SHN_UNDEF = 0
_VERSION_HIDDEN, _VERSION_INDEX, _VERSION_GLOBAL, _VERSION_IS_BASE = 0x8000, 0x7FFF, 1, 1

_KINDS = MappingProxyType(
    {
        _STT_NOTYPE: None,
        _STT_OBJECT: SymbolKind.DATA,
        _STT_COMMON: SymbolKind.DATA,
        _STT_FUNC: SymbolKind.FUNCTION,
        _STT_TLS: SymbolKind.TLS,
        _STT_GNU_IFUNC: SymbolKind.IFUNC,
    }
)
_KIND_OF_EXPORTED = MappingProxyType(
    {binding << 4 | type_: kind for binding in _EXPORTED_BINDINGS for type_, kind in _KINDS.items()}
)
"""By the byte st_info of a symbol that a look-up may find; None where its address must tell function from data."""

# A file may claim any number; a real one stays far below these.
_LONGEST_NAME = 1 << 16
_MOST_STRING_BYTES = 1 << 27
_MOST_NAME_BYTES = 1 << 26
_MOST_VERSIONS = 4096
_LONGEST_VERSION = 256
_MOST_IMPORTS = 1 << 21


Entry = tuple[int, ...]
"""A row of the symbol table: offset of the name, info, other, section, value, size."""


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


@dataclass(frozen=True)
class ElfExports:
    """The export table of one ELF file; opens the file for the length of each call.

    Parameters
    ----------
    path, stamp: the file, and the state in which it was first read.
    tables: where its tables are.
    is_code: whether an address lies in an executable segment.
    """

    path: Path
    stamp: Stamp
    tables: SymbolTables
    is_code: Callable[[int], bool]

    def find(self, name: str) -> Symbol | None:
        """As `ExportTable.find`."""
        wanted = _encode(name)
        index = self._index()
        if wanted is None or index is None:
            return None
        with open_image(self.path, self.stamp) as image:
            versioned: Symbol | None = None
            for at in index.candidates(image, wanted):
                entry = next(self._entries(image, range(at, at + 1)))
                if not self._is_named(image, entry[0], wanted) or not _is_exported(entry):
                    continue
                version = self._version_index(image, at)
                if version & _VERSION_INDEX <= _VERSION_GLOBAL:
                    return self._symbol(name, entry, version)
                if versioned is None and not version & _VERSION_HIDDEN:
                    versioned = self._symbol(name, entry, version)
            return versioned

    def read_all(self) -> tuple[Symbol, ...]:
        """As `ExportTable.read_all`."""
        with open_image(self.path, self.stamp) as image:
            return tuple([self._symbol(name, entry, version) for name, entry, version in self._exported(image)])

    def read_names(self) -> tuple[str, ...]:
        """As `ExportTable.read_names`."""
        with open_image(self.path, self.stamp) as image:
            found = {name: None for name, _, version in self._exported(image) if version < _VERSION_HIDDEN}
        return tuple(found)

    def read_imports(self) -> tuple[str, ...]:
        """As `ExportTable.read_imports`."""
        index = self._index()
        if index is None:
            return ()
        with open_image(self.path, self.stamp) as image:
            strings = _read_strings(image, self.tables)
            found = dict.fromkeys(
                strings.name(entry[0])
                for entry in self._entries(image, self._import_indices(image, index))
                if entry[3] == _SHN_UNDEF and entry[1] >> 4 in (_STB_GLOBAL, _STB_WEAK)
            )
        return tuple(found)

    @cached_property
    def _version_names(self) -> dict[int, str]:
        with open_image(self.path, self.stamp) as image:
            return _read_version_names(image, self.tables)

    def _index(self) -> HashTable | None:
        tables = self.tables
        if tables.gnu_hash is not None:
            return GnuHashTable(tables.gnu_hash, tables.bits, tables.order)
        return None if tables.hash is None else SystemVHashTable(tables.hash, tables.order, tables.hash_word)

    def _import_indices(self, image: Image, index: HashTable) -> range:
        # The GNU table covers exports alone; imports stand before them. Where it is empty, nothing says how long the
        # symbol table is, but the table behind it bounds it.
        hashed = index.indices(image)
        if hashed:
            return range(1, hashed.stop)
        tables = self.tables
        others = (tables.strings, tables.versions, tables.gnu_hash, tables.hash, tables.definitions)
        end = min((other for other in others if other is not None and other > tables.symbols), default=tables.symbols)
        return range(1, min((end - tables.symbols) // self._entry_layout().size, _MOST_IMPORTS))

    def _entry_layout(self) -> Struct:
        return Struct(self.tables.order + ("IBBHQQ" if self.tables.bits == 64 else "IIIBBH"))

    def _entries(self, image: Image, indices: range) -> Iterator[Entry]:
        layout = self._entry_layout()
        offset = self.tables.symbols + indices.start * layout.size
        rows = layout.iter_unpack(image.read(offset, len(indices) * layout.size, "the symbol table"))
        if self.tables.bits == 64:
            return rows
        return ((name, info, other, section, value, size) for name, value, size, info, other, section in rows)

    def _is_named(self, image: Image, offset: int, wanted: bytes) -> bool:
        # One byte more than the name: the NUL that ends it.
        if offset + len(wanted) >= self.tables.strings_size:
            return False
        return image.read_up_to(self.tables.strings + offset, len(wanted) + 1) == wanted + b"\0"

    def _version_index(self, image: Image, at: int) -> int:
        if self.tables.versions is None:
            return _VERSION_GLOBAL
        word = Struct(self.tables.order + "H")
        (version,) = word.unpack(image.read(self.tables.versions + 2 * at, 2, "a symbol's version"))
        return int(version)

    def _exported(self, image: Image) -> Iterator[tuple[str, Entry, int]]:
        """Name, row and version index of each exported symbol: the inner loop of every listing."""
        index = self._index()
        if index is None:
            return
        indices = index.indices(image)
        strings = _read_strings(image, self.tables)
        name_bytes = 0
        for entry, version in zip(self._entries(image, indices), self._version_indices(image, indices), strict=True):
            if _is_exported(entry):
                name = strings.name(entry[0])
                name_bytes += len(name)
                if name_bytes > _MOST_NAME_BYTES:
                    raise image.damaged(f"its symbols' names are longer than {_MOST_NAME_BYTES} bytes together")
                yield name, entry, version

    def _version_indices(self, image: Image, indices: range) -> Iterable[int]:
        if self.tables.versions is None:
            return repeat(_VERSION_GLOBAL, len(indices))
        offset = self.tables.versions + 2 * indices.start
        layout = Struct(f"{self.tables.order}{len(indices)}H")
        return layout.unpack(image.read(offset, layout.size, "the table of symbol versions"))

    def _symbol(self, name: str, entry: Entry, version: int) -> Symbol:
        _, info, _, _, value, size = entry
        kind = _KIND_OF_EXPORTED[info]
        if kind is None:
            kind = SymbolKind.FUNCTION if self.is_code(value) else SymbolKind.DATA
        version_name = self._version_names.get(version & _VERSION_INDEX)
        return Symbol(name, kind, version_name, version < _VERSION_HIDDEN, info >> 4 == _STB_WEAK, size, value)


@dataclass(frozen=True, slots=True)
class Strings:
    """The string table, in memory for the length of one listing."""

    image: Image
    data: bytes

    def name(self, offset: int) -> str:
        """The string at this offset; LibraryLoadError (DAMAGED) where none can be."""
        end = self.data.find(b"\0", offset, offset + _LONGEST_NAME)
        if end < 0:
            raise self.image.damaged(f"the name at {offset:#x} of the string table has no end")
        return self.data[offset:end].decode(errors="backslashreplace")


def _read_strings(image: Image, tables: SymbolTables) -> Strings:
    if tables.strings_size > _MOST_STRING_BYTES:
        raise image.damaged(f"the string table claims {tables.strings_size} bytes")
    return Strings(image, image.read(tables.strings, tables.strings_size, "the string table"))


def _is_exported(entry: Entry) -> bool:
    _, info, other, section, value, _ = entry
    # A definition at no address is none, unless it is an offset into thread-local storage. The linker writes one of
    # these for each version (absolute, zero).
    return (
        section != _SHN_UNDEF
        and (value != 0 or info & 15 == _STT_TLS)
        and info in _KIND_OF_EXPORTED
        and other & 3 not in _INVISIBLE
    )


def _read_version_names(image: Image, tables: SymbolTables) -> dict[int, str]:
    """The versions that the library defines, by index; the first, which is the library's own name, is left out."""
    names: dict[int, str] = {}
    if tables.definitions is None:
        return names
    definition, name = Struct(tables.order + "HHHHIII"), Struct(tables.order + "II")
    offset = tables.definitions
    for _ in range(min(tables.definition_count, _MOST_VERSIONS)):
        _, flags, index, _, _, first_name, step = definition.unpack(
            image.read(offset, definition.size, "a version definition")
        )
        if not flags & _VERSION_IS_BASE:
            at, _ = name.unpack(image.read(offset + first_name, name.size, "the name of a version"))
            text = image.read_up_to(tables.strings + at, _LONGEST_VERSION).partition(b"\0")[0]
            names[index & _VERSION_INDEX] = text.decode(errors="backslashreplace")
        if not step:
            break
        offset += step
    return names


def _encode(name: str) -> bytes | None:
    """The bytes of a name as compilers write it; None where no symbol can have that name."""
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        return None
    return encoded if encoded and b"\0" not in encoded else None

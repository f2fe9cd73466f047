"""The exported symbols of an ELF file: one by its name through the hash table, or all of them.

What counts as exported, and which version a plain name finds, follows glibc's dlsym (elf/dl-lookup.c, check_match and
do_lookup_x).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from ffi_core.library.elf_hash import GnuHashTable, HashTable, SystemVHashTable
from ffi_core.library.elf_tables import (
    VERSION_GLOBAL,
    VERSION_HIDDEN,
    VERSION_INDEX,
    SymbolColumns,
    SymbolTables,
    parts,
    read_columns,
    read_names,
    read_version_names,
    read_versions,
)
from ffi_core.library.image import Image, Stamp, open_image
from ffi_core.model import Symbol, SymbolKind

_STT_NOTYPE, _STT_OBJECT, _STT_FUNC, _STT_COMMON, _STT_TLS, _STT_GNU_IFUNC = 0, 1, 2, 5, 6, 10
_STB_GLOBAL, _STB_WEAK, _STB_GNU_UNIQUE = 1, 2, 10
_STV_INTERNAL, _STV_HIDDEN = 1, 2
_SHN_UNDEF = 0

_KINDS = MappingProxyType(
    {
        _STT_OBJECT: SymbolKind.DATA,
        _STT_COMMON: SymbolKind.DATA,
        _STT_FUNC: SymbolKind.FUNCTION,
        _STT_TLS: SymbolKind.TLS,
        _STT_GNU_IFUNC: SymbolKind.IFUNC,
    }
)

_MOST_IMPORTS = 1 << 20
"""A file may claim any number; a real one stays far below this."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """What the packed part of a symbol's entry says of an exported symbol; `kind` is None for an untyped label."""

    kind: SymbolKind | None
    weak: bool


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
        index = self._index
        if wanted is None or index is None:
            return None
        with open_image(self.path, self.stamp) as image:
            versioned: Symbol | None = None
            for at in index.candidates(image, wanted):
                one = range(at, at + 1)
                columns = read_columns(image, self.tables, one)
                if not self._is_named(image, columns.names[0], wanted) or not self._chosen(columns):
                    continue
                (version,) = read_versions(image, self.tables, one)
                (symbol,) = self._symbols([name], columns, [0], [version])
                if version & VERSION_INDEX <= VERSION_GLOBAL:
                    return symbol
                if versioned is None and symbol.default:
                    versioned = symbol
            return versioned

    def read_all(self) -> tuple[Symbol, ...]:
        """As `ExportTable.read_all`."""
        with open_image(self.path, self.stamp) as image:
            indices = self._hashed(image)
            columns = read_columns(image, self.tables, indices)
            chosen = self._chosen(columns)
            names = read_names(image, self.tables, (columns.names[at] for at in chosen))
            versions = read_versions(image, self.tables, indices)
        return tuple(self._symbols(names, columns, chosen, [versions[at] for at in chosen]))

    def read_names(self) -> tuple[str, ...]:
        """As `ExportTable.read_names`."""
        with open_image(self.path, self.stamp) as image:
            indices = self._hashed(image)
            columns = read_columns(image, self.tables, indices)
            versions = read_versions(image, self.tables, indices)
            chosen = [at for at in self._chosen(columns) if versions[at] < VERSION_HIDDEN]
            return tuple(dict.fromkeys(read_names(image, self.tables, (columns.names[at] for at in chosen))))

    def read_imports(self) -> tuple[str, ...]:
        """As `ExportTable.read_imports`."""
        with open_image(self.path, self.stamp) as image:
            columns = read_columns(image, self.tables, self._import_indices(image))
            marks = {mark for mark in set(columns.marks) if self._is_import(mark)}
            wanted = [name for name, mark in zip(columns.names, columns.marks, strict=True) if mark in marks]
            return tuple(dict.fromkeys(read_names(image, self.tables, wanted)))

    @cached_property
    def _version_names(self) -> dict[int, str]:
        with open_image(self.path, self.stamp) as image:
            return read_version_names(image, self.tables)

    @cached_property
    def _index(self) -> HashTable | None:
        tables = self.tables
        if tables.gnu_hash is not None:
            return GnuHashTable(tables.gnu_hash, tables.bits, tables.order)
        return None if tables.hash is None else SystemVHashTable(tables.hash, tables.order, tables.hash_word)

    def _hashed(self, image: Image) -> range:
        return range(0) if self._index is None else self._index.indices(image)

    def _import_indices(self, image: Image) -> range:
        # The GNU table covers exports alone; imports stand before them. Where it is empty, nothing says how long the
        # symbol table is, but the table behind it bounds it.
        hashed = self._hashed(image)
        if hashed:
            return range(1, hashed.stop)
        tables = self.tables
        others = (tables.strings, tables.versions, tables.gnu_hash, tables.hash, tables.definitions)
        end = min((other for other in others if other is not None and other > tables.symbols), default=tables.symbols)
        return range(1, max(1, min((end - tables.symbols) // tables.symbol_size, _MOST_IMPORTS)))

    def _is_named(self, image: Image, offset: int, wanted: bytes) -> bool:
        # One byte more than the name: the NUL that ends it.
        if offset + len(wanted) >= self.tables.strings_size:
            return False
        return image.read_up_to(self.tables.strings + offset, len(wanted) + 1) == wanted + b"\0"

    def _chosen(self, columns: SymbolColumns) -> list[int]:
        """Positions of the exported symbols."""
        marks = {mark: self._read_mark(mark) for mark in set(columns.marks)}
        addressed = {mark for mark, meaning in marks.items() if meaning}
        # A definition at no address is none, unless it is an offset into thread-local storage. The linker writes one
        # such for each version (absolute, zero).
        offsets = {mark for mark, meaning in marks.items() if meaning and meaning.kind is SymbolKind.TLS}
        return [
            at
            for at, (mark, value) in enumerate(zip(columns.marks, columns.values, strict=True))
            if mark in addressed and (value or mark in offsets)
        ]

    def _symbols(
        self, names: list[str], columns: SymbolColumns, chosen: list[int], versions: list[int]
    ) -> Iterator[Symbol]:
        marks = {mark: self._read_mark(mark) for mark in set(columns.marks)}
        version_names = {version: self._version_names.get(version & VERSION_INDEX) for version in set(versions)}
        for name, at, version in zip(names, chosen, versions, strict=True):
            mark, value = marks[columns.marks[at]], columns.values[at]
            assert mark is not None
            kind = mark.kind or (SymbolKind.FUNCTION if self.is_code(value) else SymbolKind.DATA)
            default = version < VERSION_HIDDEN
            yield Symbol(name, kind, version_names[version], default, mark.weak, columns.sizes[at], value)

    def _read_mark(self, mark: int) -> _Mark | None:
        """What an entry says of an exported symbol; None where the symbol is not exported."""
        info, other, section = parts(mark, self.tables.order)
        kind, binding, visibility = info & 15, info >> 4, other & 3
        exported = (
            section != _SHN_UNDEF
            and (kind == _STT_NOTYPE or kind in _KINDS)
            and binding in (_STB_GLOBAL, _STB_WEAK, _STB_GNU_UNIQUE)
            and visibility not in (_STV_INTERNAL, _STV_HIDDEN)
        )
        return _Mark(_KINDS.get(kind), binding == _STB_WEAK) if exported else None

    def _is_import(self, mark: int) -> bool:
        info, _, section = parts(mark, self.tables.order)
        return section == _SHN_UNDEF and info >> 4 in (_STB_GLOBAL, _STB_WEAK)


def _encode(name: str) -> bytes | None:
    """The bytes of a name as compilers write it; None where no symbol can have that name."""
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        return None
    return encoded if encoded and b"\0" not in encoded else None

"""The exported symbols of a Mach-O image: from its export trie, or from its symbol table where it has no trie.

dlsym puts an underscore before a C name, so names are given and taken without it, and a symbol that has none cannot
be found by dlsym and is left out. Formats: <mach-o/loader.h>, <mach-o/nlist.h>, and dyld's MachOLoaded::trieWalk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from struct import Struct

from ffi_core.library.image import Image, Stamp, open_image
from ffi_core.model import Symbol, SymbolKind

_EXPORT_KIND, _EXPORT_WEAK, _EXPORT_REEXPORT, _EXPORT_RESOLVER = 0x03, 0x04, 0x08, 0x10
_KIND_THREAD_LOCAL, _KIND_ABSOLUTE = 1, 2
_N_STAB, _N_PEXT, _N_TYPE, _N_EXT, _N_UNDF, _N_SECT, _N_ABS = 0xE0, 0x10, 0x0E, 0x01, 0x0, 0xE, 0x2
_N_WEAK_DEF = 0x80

# A file may claim any number; a real one stays far below these.
_LARGEST_TRIE = 1 << 26
_LONGEST_NAME = 1 << 16
_MOST_NAME_BYTES = 1 << 25
_MOST_SYMBOLS = 1 << 20
_MOST_STRING_BYTES = 1 << 26


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its address and size in memory, and whether it holds code or thread-local variables."""

    address: int
    size: int
    is_code: bool
    is_thread_local: bool


@dataclass(frozen=True, slots=True)
class SymbolTable:
    """Where an image keeps its symbols.

    Parameters
    ----------
    bits, order: 32 or 64, and byte order as `struct` writes it.
    start: offset of the image in its file, which all its own offsets count from.
    trie: offset and size of the export trie, or None.
    symbols: of the symbol table: offset, number of entries, offset of its strings, their size; or None.
    sections: all sections, in order.
    base: the address of the image's first byte.
    """

    bits: int
    order: str
    start: int
    trie: tuple[int, int] | None
    symbols: tuple[int, int, int, int] | None
    sections: tuple[Section, ...]
    base: int

    def kind(self, address: int) -> SymbolKind:
        """What stands at an address."""
        for section in self.sections:
            if section.address <= address < section.address + section.size:
                if section.is_thread_local:
                    return SymbolKind.TLS
                return SymbolKind.FUNCTION if section.is_code else SymbolKind.DATA
        return SymbolKind.DATA


@dataclass(frozen=True)
class MachOExports:
    """The export table of one Mach-O image; opens the file for the length of each call.

    Parameters
    ----------
    path, stamp: the file, and the state in which it was first read.
    table: where its symbols are.
    needed: the libraries it needs, in the order that re-exports count them by.
    """

    path: Path
    stamp: Stamp
    table: SymbolTable
    needed: tuple[str, ...]

    def find(self, name: str) -> Symbol | None:
        """As `ExportTable.find`; walks one path of the trie."""
        if self.table.trie is None:
            return self._from_symbol_table.get(name)
        try:
            wanted = b"_" + name.encode()
        except UnicodeEncodeError:
            return None
        if b"\0" in wanted or not name:
            return None
        with open_image(self.path, self.stamp) as image:
            trie = self._trie(image)
            offset: int | None = 0
            rest = wanted
            while rest and offset is not None:
                offset, rest = trie.step(offset, rest)
            return None if offset is None else self._symbol(trie, offset, name)

    def read_all(self) -> tuple[Symbol, ...]:
        """As `ExportTable.read_all`."""
        if self.table.trie is None:
            return tuple(self._from_symbol_table.values())
        with open_image(self.path, self.stamp) as image:
            trie = self._trie(image)
            return tuple(
                symbol
                for mangled, offset in trie.walk()
                if mangled.startswith(b"_")
                and (symbol := self._symbol(trie, offset, mangled[1:].decode(errors="backslashreplace")))
            )

    def read_names(self) -> tuple[str, ...]:
        """As `ExportTable.read_names`."""
        return tuple(symbol.name for symbol in self.read_all())

    def read_imports(self) -> tuple[str, ...]:
        """As `ExportTable.read_imports`."""
        with open_image(self.path, self.stamp) as image:
            return tuple(
                name
                for name, kind, _, _ in self._entries(image)
                if kind & _N_EXT and kind & _N_TYPE == _N_UNDF and not kind & _N_STAB
            )

    @cached_property
    def _from_symbol_table(self) -> dict[str, Symbol]:
        found: dict[str, Symbol] = {}
        with open_image(self.path, self.stamp) as image:
            for name, kind, description, value in self._entries(image):
                exported = kind & _N_EXT and not kind & (_N_PEXT | _N_STAB) and kind & _N_TYPE in (_N_SECT, _N_ABS)
                if exported:
                    weak = bool(description & _N_WEAK_DEF)
                    address = value - self.table.base
                    found.setdefault(name, Symbol(name, self.table.kind(value), weak=weak, address=address))
        return found

    def _trie(self, image: Image) -> _Trie:
        assert self.table.trie is not None
        offset, size = self.table.trie
        if size > _LARGEST_TRIE:
            raise image.damaged(f"its export trie claims {size} bytes")
        return _Trie(image, image.read(self.table.start + offset, size, "the export trie"))

    def _symbol(self, trie: _Trie, offset: int, name: str) -> Symbol | None:
        size, at = trie.number(offset)
        if size == 0:
            return None
        flags, at = trie.number(at)
        weak = bool(flags & _EXPORT_WEAK)
        if flags & _EXPORT_REEXPORT:
            ordinal, at = trie.number(at)
            target = trie.text(at).removeprefix(b"_").decode(errors="backslashreplace") or name
            library = self.needed[ordinal - 1] if 0 < ordinal <= len(self.needed) else f"library {ordinal}"
            return Symbol(name, SymbolKind.FUNCTION, weak=weak, forwarded_to=f"{library}.{target}")
        address, _ = trie.number(at)
        if flags & _EXPORT_KIND == _KIND_THREAD_LOCAL:
            kind = SymbolKind.TLS
        elif flags & _EXPORT_KIND == _KIND_ABSOLUTE:
            kind = SymbolKind.DATA
        elif flags & _EXPORT_RESOLVER:
            kind = SymbolKind.IFUNC
        else:
            kind = self.table.kind(self.table.base + address)
        return Symbol(name, kind, weak=weak, address=address)

    def _entries(self, image: Image) -> Iterator[tuple[str, int, int, int]]:
        """Name without underscore, type byte, description and value of each symbol that has an underscore."""
        if self.table.symbols is None:
            return
        offset, count, strings_at, strings_size = self.table.symbols
        layout = Struct(self.table.order + ("IBBHQ" if self.table.bits == 64 else "IBBHI"))
        if count > _MOST_SYMBOLS or strings_size > _MOST_STRING_BYTES:
            raise image.damaged(f"its symbol table claims {count} symbols and {strings_size} bytes of names")
        strings = image.read(self.table.start + strings_at, strings_size, "the names of the symbol table")
        rows = image.read(self.table.start + offset, count * layout.size, "the symbol table")
        name_bytes = 0
        for name_at, kind, _, description, value in layout.iter_unpack(rows):
            end = strings.find(b"\0", name_at, name_at + _LONGEST_NAME)
            if end <= name_at or strings[name_at] != ord("_"):
                continue
            name_bytes += end - name_at
            if name_bytes > _MOST_NAME_BYTES:
                raise image.damaged(f"its symbols' names are longer than {_MOST_NAME_BYTES} bytes together")
            yield strings[name_at + 1 : end].decode(errors="backslashreplace"), kind, description, value


@dataclass(frozen=True, slots=True)
class _Trie:
    """An export trie: nodes of one optional export and edges that each carry a piece of a name."""

    image: Image
    data: bytes

    def number(self, at: int) -> tuple[int, int]:
        """An unsigned LEB128 number and the offset behind it."""
        value = 0
        for position in range(10):
            if not 0 <= at + position < len(self.data):
                raise self.image.damaged("a number of its export trie runs over the end")
            byte = self.data[at + position]
            value |= (byte & 0x7F) << 7 * position
            if byte < 0x80:
                return value, at + position + 1
        raise self.image.damaged("a number of its export trie is longer than ten bytes")

    def text(self, at: int) -> bytes:
        """The bytes up to the next NUL."""
        end = self.data.find(b"\0", at, at + _LONGEST_NAME)
        if end < 0:
            raise self.image.damaged("a name of its export trie has no end")
        return self.data[at:end]

    def children(self, offset: int) -> Iterator[tuple[bytes, int]]:
        """The piece of name on each edge that leaves a node, and the node it leads to."""
        size, at = self.number(offset)
        at += size
        if at >= len(self.data):
            raise self.image.damaged("a node of its export trie runs over the end")
        count, at = self.data[at], at + 1
        for _ in range(count):
            piece = self.text(at)
            node, at = self.number(at + len(piece) + 1)
            yield piece, node

    def step(self, offset: int, name: bytes) -> tuple[int | None, bytes]:
        """The node that the start of `name` leads to, and what is left of the name; None where no edge fits."""
        for piece, node in self.children(offset):
            if piece and name.startswith(piece):
                return node, name[len(piece) :]
        return None, name

    def walk(self) -> Iterator[tuple[bytes, int]]:
        """Every node with its whole name; LibraryLoadError (DAMAGED) where a node is reached twice."""
        seen = {0}
        waiting = [(b"", 0)]
        name_bytes = 0
        while waiting:
            name, offset = waiting.pop()
            yield name, offset
            for piece, node in reversed(list(self.children(offset))):
                if node in seen:
                    raise self.image.damaged("its export trie is no tree: two edges lead to one node")
                seen.add(node)
                name_bytes += len(name) + len(piece)
                if name_bytes > _MOST_NAME_BYTES or len(name) > _LONGEST_NAME:
                    raise self.image.damaged(f"the names of its export trie are longer than {_MOST_NAME_BYTES} bytes")
                waiting.append((name + piece, node))

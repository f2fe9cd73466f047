"""What a Windows library exports (by name, by number, by passing on) and imports: "PE Format", section ".edata"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from struct import Struct

from ffi_core.library.image import Image, Stamp, open_image
from ffi_core.library.pe_layout import PeLayout
from ffi_core.model import Symbol, SymbolKind

EXPORTS, IMPORTS = 0, 1
"""Numbers of the two data directories."""

_EXPORT_DIRECTORY = Struct("<IIHHIIIIIII")
_IMPORT_DESCRIPTOR = Struct("<IIIII")

# A file may claim any number; a real one stays far below these. (Exports are numbered with 16 bits.)
_MOST_EXPORTS = 1 << 16
_MOST_NAME_BYTES = 1 << 24
_MOST_LIBRARIES = 4096
_MOST_IMPORTS = 1 << 16


@dataclass(frozen=True, slots=True)
class ExportDirectory:
    """The export directory: relative addresses of its three arrays, and how many entries they have.

    Parameters
    ----------
    library: the name the linker gave the library.
    base: the number of the first export.
    functions, function_count: one relative address for each number.
    names, indices, name_count: relative addresses of the names, sorted, and for each its index into `functions`.
    """

    library: str
    base: int
    functions: int
    function_count: int
    names: int
    indices: int
    name_count: int


def read_export_directory(image: Image, layout: PeLayout) -> ExportDirectory | None:
    """Read the export directory; None where the file has none.

    Raises
    ------
    LibraryLoadError: DAMAGED where it leads out of the file.
    """
    address, _ = layout.directory(EXPORTS)
    if not address:
        return None
    row = layout.read(image, address, _EXPORT_DIRECTORY.size, "the export directory")
    _, _, _, _, name, base, function_count, name_count, functions, names, indices = _EXPORT_DIRECTORY.unpack(row)
    if max(function_count, name_count) > _MOST_EXPORTS:
        raise image.damaged(
            f"it claims {function_count} exports under {name_count} names; {_MOST_EXPORTS} is the limit"
        )
    library = layout.text(image, name, "the library's name").decode(errors="backslashreplace") if name else ""
    return ExportDirectory(library, base, functions, function_count, names, indices, name_count)


@dataclass(frozen=True, slots=True)
class PeExports:
    """The exports of one PE file; opens the file for the length of each call.

    Parameters
    ----------
    path, stamp: the file, and the state in which it was first read.
    layout: where things are in it.
    directory: its export directory, or None where it has none.
    """

    path: Path
    stamp: Stamp
    layout: PeLayout
    directory: ExportDirectory | None

    def find(self, name: str) -> Symbol | None:
        """As `ExportTable.find`: a binary search over the sorted names, as GetProcAddress does it."""
        directory = self.directory
        wanted = name.encode(errors="replace")
        if directory is None or not wanted or b"\0" in wanted:
            return None
        with open_image(self.path, self.stamp) as image:
            low, high = 0, directory.name_count
            while low < high:
                middle = (low + high) // 2
                (address,) = self._words(image, "I", directory.names, middle, 1)
                found = self.layout.text(image, address, "the name of an export")
                if found == wanted:
                    (index,) = self._words(image, "H", directory.indices, middle, 1)
                    if index >= directory.function_count:
                        raise image.damaged(f"a name belongs to export {index} of {directory.function_count}")
                    (function,) = self._words(image, "I", directory.functions, index, 1)
                    return self._symbol(image, name, function)
                low, high = (middle + 1, high) if found < wanted else (low, middle)
        return None

    def read_all(self) -> tuple[Symbol, ...]:
        """As `ExportTable.read_all`.

        An export without a name is called ``#77`` after its number, and is not the default: no plain look-up finds it.
        """
        directory = self.directory
        if directory is None:
            return ()
        with open_image(self.path, self.stamp) as image:
            addresses = self._words(image, "I", directory.names, 0, directory.name_count)
            indices = self._words(image, "H", directory.indices, 0, directory.name_count)
            functions = self._words(image, "I", directory.functions, 0, directory.function_count)
            if indices and max(indices) >= len(functions):
                raise image.damaged(f"a name belongs to export {max(indices)} of {len(functions)}")
            names = self._names(image, addresses)
            symbols = [self._symbol(image, name, functions[index]) for name, index in zip(names, indices, strict=True)]
            nameless = set(range(len(functions))).difference(indices)
            symbols += [
                replace(self._symbol(image, f"#{directory.base + index}", functions[index]), default=False)
                for index in sorted(nameless)
                if functions[index]
            ]
        return tuple(symbols)

    def read_names(self) -> tuple[str, ...]:
        """As `ExportTable.read_names`."""
        return tuple(dict.fromkeys(symbol.name for symbol in self.read_all() if symbol.default))

    def read_imports(self) -> tuple[str, ...]:
        """As `ExportTable.read_imports`; one that is imported by number is called ``#77``."""
        with open_image(self.path, self.stamp) as image:
            tables = (thunks for _, thunks in imported_libraries(image, self.layout))
            names: list[str] = []
            name_bytes = 0
            for name in (name for table in tables for name in _imported_names(image, self.layout, table)):
                names.append(name)
                name_bytes += len(name)
                if len(names) > _MOST_IMPORTS or name_bytes > _MOST_NAME_BYTES:
                    raise image.damaged(f"it claims more than {_MOST_IMPORTS} imports")
            return tuple(names)

    def _names(self, image: Image, addresses: tuple[int, ...]) -> Iterator[str]:
        # Linkers put the names beside the directory, so that one piece of the file holds nearly all.
        start, size = self.layout.directory(EXPORTS)
        block = self.layout.read_up_to(image, start, min(size, _MOST_NAME_BYTES))
        name_bytes = 0
        for address in addresses:
            at = address - start
            end = block.find(b"\0", at) if 0 <= at < len(block) else -1
            text = block[at:end] if end >= 0 else self.layout.text(image, address, "the name of an export")
            name_bytes += len(text)
            if name_bytes > _MOST_NAME_BYTES:
                raise image.damaged(f"the names of its exports are longer than {_MOST_NAME_BYTES} bytes together")
            yield text.decode(errors="backslashreplace")

    def _symbol(self, image: Image, name: str, address: int) -> Symbol:
        start, size = self.layout.directory(EXPORTS)
        if start <= address < start + size:
            # An address inside of the export directory is that of a text: library.name.
            target = self.layout.text(image, address, "a forwarder").decode(errors="backslashreplace")
            return Symbol(name, SymbolKind.FUNCTION, forwarded_to=target)
        kind = SymbolKind.FUNCTION if self.layout.is_code(address) else SymbolKind.DATA
        return Symbol(name, kind, address=address)

    def _words(self, image: Image, word: str, array: int, first: int, count: int) -> tuple[int, ...]:
        if not count:
            return ()
        table = Struct(f"<{count}{word}")
        at = array + first * (table.size // count)
        return table.unpack(self.layout.read(image, at, table.size, "a table of exports"))


def imported_libraries(image: Image, layout: PeLayout) -> Iterator[tuple[str, int]]:
    """Each needed library, and the relative address of the table of names that are taken from it.

    Raises
    ------
    LibraryLoadError: DAMAGED where the tables lead out of the file.
    """
    address, _ = layout.directory(IMPORTS)
    for index in range(_MOST_LIBRARIES if address else 0):
        row = layout.read(image, address + index * _IMPORT_DESCRIPTOR.size, _IMPORT_DESCRIPTOR.size, "an import")
        names, _, _, library, addresses = _IMPORT_DESCRIPTOR.unpack(row)
        if not library:
            return
        name = layout.text(image, library, "the name of a needed library").decode(errors="backslashreplace")
        yield name, names or addresses


def _imported_names(image: Image, layout: PeLayout, table: int) -> Iterator[str]:
    word = Struct("<Q" if layout.bits == 64 else "<I")
    by_number = 1 << layout.bits - 1
    for index in range(_MOST_IMPORTS):
        (entry,) = word.unpack(layout.read(image, table + index * word.size, word.size, "a table of imports"))
        if not entry:
            return
        if entry & by_number:
            yield f"#{entry & 0xFFFF}"
        else:
            # Two bytes of hint stand before the name.
            yield layout.text(image, (entry & 0x7FFFFFFF) + 2, "the name of an import").decode(
                errors="backslashreplace"
            )

"""A shared library as its file describes it: what it is, what it needs and what it exports, whatever the format."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, Protocol

from ffi_core.library.mangling import mangled_forms
from ffi_core.library.near import nearest_symbol
from ffi_core.model import Symbol

Format = Literal["elf", "mach-o", "pe"]


class ExportTable(Protocol):
    """What a reader of one format gives: a way to look one name up, and a way to list all."""

    def find(self, name: str) -> Symbol | None:
        """The symbol that the loader's own look-up of `name` finds, without reading every name."""
        ...

    def read_all(self) -> tuple[Symbol, ...]:
        """Every exported symbol, in the file's order."""
        ...

    def read_names(self) -> tuple[str, ...]:
        """The distinct names that `find` can find, in the file's order, without making a symbol of each."""
        ...

    def read_imports(self) -> tuple[str, ...]:
        """The names that the library takes from others, in the file's order."""
        ...


@dataclass(frozen=True, eq=False)
class Library:
    """A shared library, read but never loaded. It holds no open file; made by `open_library`.

    Parameters
    ----------
    path: the file.
    format: ``"elf"``, ``"mach-o"`` or ``"pe"``.
    architecture: ``"x86_64"``, ``"aarch64"``, ``"x86"``, ``"arm"``, ...
    bits: 32 or 64.
    soname: the name it goes by among libraries (ELF soname, Mach-O install name, PE export name), or None.
    needed: the libraries it needs, by the names it gives them, in order.
    rpath, runpath: directories it asks the loader to search for those, as written (``$ORIGIN`` not yet expanded).
    build_id: the identity its linker gave it, in hexadecimal digits, or None.
    exports: the reader of its symbols.
    """

    path: Path
    format: Format
    architecture: str
    bits: int
    soname: str | None
    needed: tuple[str, ...]
    rpath: tuple[str, ...]
    runpath: tuple[str, ...]
    build_id: str | None
    exports: ExportTable = field(repr=False)

    def find(self, name: str) -> Symbol | None:
        """The symbol that a look-up of `name` in this one file finds, in its default version; None if there is none.

        Reads a few pieces of the file through the library's own index, or nothing once `symbols` has been called.

        Raises
        ------
        LibraryNotFoundError, LibraryLoadError: the file is damaged, or was replaced since it was opened.
        """
        if "_symbols" in self.__dict__:
            return self._by_name.get(name)
        return self.exports.find(name)

    def symbols(self) -> tuple[Symbol, ...]:
        """All exported symbols, in the file's order; read once, then kept.

        Raises
        ------
        LibraryNotFoundError, LibraryLoadError: as for `find`.
        """
        return self._symbols

    def names(self) -> tuple[str, ...]:
        """The distinct names that `find` can find, in the file's order; read once, then kept.

        Raises
        ------
        LibraryNotFoundError, LibraryLoadError: as for `find`.
        """
        return self._names

    def imports(self) -> tuple[str, ...]:
        """The names that this library takes from others."""
        return self.exports.read_imports()

    def nearest(self, name: str) -> str | None:
        """The exported name that resembles `name` most, or None where nothing does."""
        if name not in self._nearest:
            self._nearest[name] = nearest_symbol(name, self._names)
        return self._nearest[name]

    def mangled(self, name: str) -> tuple[str, ...]:
        """The exported names that a C++ compiler made of `name`: what to say where only ``extern "C"`` is missing."""
        return mangled_forms(name, self._names)

    @cached_property
    def _symbols(self) -> tuple[Symbol, ...]:
        return self.exports.read_all()

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(self._by_name) if "_symbols" in self.__dict__ else self.exports.read_names()

    @cached_property
    def _nearest(self) -> dict[str, str | None]:
        # An editor asks for the same misspelt name again on every keystroke.
        return {}

    @cached_property
    def _by_name(self) -> dict[str, Symbol]:
        # Of two with one name, `find` answers with the first default one.
        by_name: dict[str, Symbol] = {}
        for symbol in self._symbols:
            if symbol.default:
                by_name.setdefault(symbol.name, symbol)
        return by_name

"""What a rule may know about the library of a call. The workspace gathers it; nothing here reads a disk of its own."""

from __future__ import annotations

from dataclasses import dataclass

from ffi_core.errors import LibraryLoadError, LibraryNotFoundError
from ffi_core.library import Library, Location
from ffi_core.model import Symbol


@dataclass(frozen=True, slots=True)
class LibraryFacts:
    """The library that a call names, as far as it is known. All None: nothing is known, and nobody judges.

    Parameters
    ----------
    location: where the loader finds the name, and where it looked.
    library: the file's exported symbols, where the file can be read.
    failure: why there is no library.
    needed: the libraries that it needs, transitively, in the order that dlsym searches them.
    complete: whether every needed library was found and read; if not, a missing symbol proves nothing.
    """

    location: Location | None = None
    library: Library | None = None
    failure: LibraryNotFoundError | LibraryLoadError | None = None
    needed: tuple[Library, ...] = ()
    complete: bool = True

    def find(self, name: str) -> tuple[Symbol, Library] | None:
        """The symbol that dlsym would give, and the library that it comes from: the library itself first, then those
        that it needs."""
        if self.library is not None:
            for library in (self.library, *self.needed):
                symbol = library.find(name)
                if symbol is not None:
                    return symbol, library
        return None

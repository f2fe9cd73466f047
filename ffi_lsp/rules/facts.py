"""What a rule may know about the library of a call. The workspace gathers it; nothing here reads a disk of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ffi_core.errors import LibraryLoadError, LibraryNotFoundError
from ffi_core.headers.abi import Abi
from ffi_core.library import Library, Location
from ffi_core.model import Declaration, Mismatch, Prototype, Symbol


@dataclass(frozen=True, slots=True)
class Astray:
    """What a library has instead of a symbol that it lacks, although somebody gave it that very name.

    Parameters
    ----------
    mangled: the exported name that a C++ compiler made of it.
    signature: that name as its author wrote it, where it can be read.
    old_version: the version in which only programs that were linked long ago find it; dlsym does not.
    """

    mangled: str | None = None
    signature: str | None = None
    old_version: str | None = None


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
    file: the library's file with symbolic links followed, which often bears the version in its name.
    exported: for each symbol that the call declares, and each in `near`, what dlsym would give, or None.
    near: for those that are missing, the exported name that a person most likely meant, where there is one.
    astray: for those that are missing, what became of them, where the file tells.
    prototypes: what C says of each declared symbol, by C name, as far as it is known; also of those that are missing.
    mismatches: in what each declaration differs from that, differences that do no damage left out.
    abi: the rules by which the library's functions are called, where prototypes are known.
    compiler_without_dlopen: for a call of Porffor's, the version of the installed compiler, if that has no dlopen.
    """

    location: Location | None = None
    library: Library | None = None
    failure: LibraryNotFoundError | LibraryLoadError | None = None
    needed: tuple[Library, ...] = ()
    complete: bool = True
    file: Path | None = None
    exported: Mapping[str, tuple[Symbol, Library] | None] = field(default_factory=dict, hash=False)
    near: Mapping[str, str] = field(default_factory=dict, hash=False)
    astray: Mapping[str, Astray] = field(default_factory=dict, hash=False)
    prototypes: Mapping[str, Prototype] = field(default_factory=dict, hash=False)
    mismatches: Mapping[Declaration, tuple[Mismatch, ...]] = field(default_factory=dict, hash=False)
    abi: Abi | None = field(default=None, hash=False)
    compiler_without_dlopen: str | None = None

    @property
    def title(self) -> str:
        """The library as messages name it: its file, and its soname where that differs."""
        if self.library is None:
            return "the library"
        file, soname = self.file or self.library.path, self.library.soname
        return f"{file} (soname {soname})" if soname and soname != file.name else str(file)

    def find(self, name: str) -> tuple[Symbol, Library] | None:
        """The symbol that dlsym would give, and the library that it comes from: the library itself first, then those
        that it needs.

        A name that the call declares is known already; another is looked up in the files.

        Raises
        ------
        LibraryNotFoundError, LibraryLoadError: a file that had to be read was replaced or damaged since.
        """
        if name in self.exported:
            return self.exported[name]
        if self.library is not None:
            for library in (self.library, *self.needed):
                symbol = library.find(name)
                if symbol is not None:
                    return symbol, library
        return None

    def nearest(self, name: str) -> str | None:
        """The exported name that a person who wrote `name` most likely meant; a declared name's is known already."""
        if name in self.exported or self.library is None:
            return self.near.get(name)
        return self.library.nearest(name)

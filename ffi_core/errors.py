"""Every error that ffi_core raises of its own accord; what a call's arguments get wrong are Python's built-in errors.

FFIError
 +-- SchemaError            (TypeError)       the declarations are wrong; `problems` lists each with its path
 +-- LibraryNotFoundError   (OSError)         no such file anywhere the loader looks; `searched` lists the places
 +-- LibraryLoadError       (OSError)         a file is there, but it cannot be loaded or read; `reason` says why
 +-- SymbolNotFoundError    (AttributeError)  the library exports no such name; `nearest` is the closest that it has
 +-- ClosedError            (ValueError)      the library or callback was closed before the call
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class FFIError(Exception):
    """Base of every error that ffi_core raises of its own accord."""


@dataclass(frozen=True, slots=True)
class SchemaProblem:
    """One thing wrong in a schema.

    Parameters
    ----------
    path: where, in the reader's notation: ``sqlite3_open_v2.parameters[2]``; empty for the schema itself.
    message: what is wrong and what was expected.
    hint: the nearest right answer, or None.
    """

    path: str
    message: str
    hint: str | None = None

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{where}{self.message}" + (f"; {self.hint}" if self.hint else "")


class SchemaError(FFIError, TypeError):
    """A schema that cannot be bound. ``problems`` holds every mistake found, not just the first."""

    def __init__(self, problems: tuple[SchemaProblem, ...]) -> None:
        self.problems = problems
        lines = [str(problem) for problem in problems]
        super().__init__(lines[0] if len(lines) == 1 else "\n".join([f"{len(lines)} problems", *lines]))

    def __reduce__(self) -> tuple[type[SchemaError], tuple[tuple[SchemaProblem, ...]]]:
        return type(self), (self.problems,)


class LoadFailure(enum.StrEnum):
    """Why a file that exists is not a usable library."""

    NOT_A_LIBRARY = "not-a-library"
    WRONG_ARCHITECTURE = "wrong-architecture"
    LINKER_SCRIPT = "linker-script"
    STATIC_ARCHIVE = "static-archive"
    DIRECTORY = "directory"
    UNREADABLE = "unreadable"
    DAMAGED = "damaged"
    REFUSED = "refused-by-loader"


class LibraryNotFoundError(FFIError, OSError):
    """No file of that name in any place where the dynamic loader looks.

    Parameters
    ----------
    name: the name as given to dlopen.
    searched: the places that were looked at, in order.
    near: names of libraries that are there and resemble the one asked for, best first.
    """

    def __init__(self, name: str, searched: tuple[str, ...] = (), near: tuple[str, ...] = ()) -> None:
        self.name, self.searched, self.near = name, searched, near
        hint = f"; did you mean {near[0]!r}?" if near else ""
        looked = f" (looked in {', '.join(searched)})" if searched and not near else ""
        super().__init__(f"library {name!r} not found{hint}{looked}")

    def __reduce__(self) -> tuple[type[LibraryNotFoundError], tuple[object, ...]]:
        return type(self), (self.name, self.searched, self.near)


class LibraryLoadError(FFIError, OSError):
    """The file exists, but cannot be loaded or read as a shared library.

    Parameters
    ----------
    path: the file.
    reason: the kind of failure.
    detail: one sentence for people: what was found and, where there is one, what to use instead.
    """

    def __init__(self, path: str, reason: LoadFailure, detail: str) -> None:
        self.path, self.reason, self.detail = path, reason, detail
        super().__init__(f"{path}: {detail}")

    def __reduce__(self) -> tuple[type[LibraryLoadError], tuple[object, ...]]:
        return type(self), (self.path, self.reason, self.detail)


class SymbolNotFoundError(FFIError, AttributeError):
    """A library does not export the symbol.

    Parameters
    ----------
    symbol: the C name that was looked up.
    library: the library, as the user named it.
    nearest: the exported name that resembles it most, or None.
    """

    def __init__(self, symbol: str, library: str, nearest: str | None = None) -> None:
        self.symbol, self.library, self.nearest = symbol, library, nearest
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        super().__init__(f"{library} does not export {symbol!r}{hint}")

    def __reduce__(self) -> tuple[type[SymbolNotFoundError], tuple[object, ...]]:
        return type(self), (self.symbol, self.library, self.nearest)


class ClosedError(FFIError, ValueError):
    """A function, library or callback was used after it had been closed."""

"""What is asked of a reader of headers, and what it answers; plain values that travel to the worker and back."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from pathlib import PurePath

from ffi_core.errors import FFIError
from ffi_core.model import Prototype

_DEFINE = re.compile(r"[A-Za-z_]\w*(=[^\0\n\r]*)?")
_NOT_IN_INCLUDE = frozenset('"<>\n\r\0\\')


class Parser(enum.StrEnum):
    """Who read a prototype: a parser of headers, the reader of debug information, or the shipped table."""

    LIBCLANG = "libclang"
    PYCPARSER = "pycparser"
    DWARF = "dwarf"
    TABLE = "table"


class HeaderFailure(enum.StrEnum):
    """Why a header gave nothing."""

    NOT_FOUND = "not-found"
    NO_PARSER = "no-parser"
    UNREADABLE = "unreadable"
    TIMED_OUT = "timed-out"
    CRASHED = "crashed"
    CANCELLED = "cancelled"
    BAD_REQUEST = "bad-request"


class HeaderError(FFIError):
    """A header could not be read.

    Parameters
    ----------
    header: the header, as it was asked for.
    reason: the kind of failure.
    detail: one sentence for people.
    """

    def __init__(self, header: str, reason: HeaderFailure, detail: str) -> None:
        self.header, self.reason, self.detail = header, reason, detail
        super().__init__(f"{header}: {detail}")

    def __reduce__(self) -> tuple[type[HeaderError], tuple[object, ...]]:
        return type(self), (self.header, self.reason, self.detail)


@dataclass(frozen=True, slots=True)
class HeaderRequest:
    """Headers to read in one go, as a C file that includes them would see them.

    Parameters
    ----------
    headers: names as in ``#include``, in order, or absolute paths.
    include_dirs: directories to search first, in order; absolute.
    defines: macros to define: ``"NAME"`` or ``"NAME=value"``.
    """

    headers: tuple[str, ...]
    include_dirs: tuple[str, ...] = ()
    defines: tuple[str, ...] = ()

    def problem(self) -> str | None:
        """What makes the request unfit to become a C file and a command line, or None."""
        for header in self.headers:
            if not header or _NOT_IN_INCLUDE & set(header):
                return f"{header!r} cannot stand in an #include"
        for directory in self.include_dirs:
            if not PurePath(directory).is_absolute() or "\0" in directory:
                return f"{directory!r} is no absolute path of a directory"
        for define in self.defines:
            if not _DEFINE.fullmatch(define):
                return f"{define!r} is no macro; write NAME or NAME=value"
        return None if self.headers else "no header is named"

    def source(self) -> str:
        """The C file."""
        # With angle brackets nobody looks into the working directory.
        return "".join(f"#include <{header}>\n" for header in self.headers)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A file as it was when it was read: when one of these differs, what was read is stale."""

    path: str
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class HeaderAnswer:
    """What a reader made of the headers.

    Parameters
    ----------
    parser: who read them.
    prototypes: every name that they declare, those of the headers that they include too; the first of each name.
    stamps: every file that was read.
    complaints: what the compiler objected to, in its words; what those lines declare is left out.
    """

    parser: Parser
    prototypes: tuple[Prototype, ...]
    stamps: tuple[Stamp, ...] = ()
    complaints: tuple[str, ...] = ()

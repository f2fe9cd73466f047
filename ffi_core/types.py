"""THE table of native types: every name a schema may use, with its size, alignment, sign and C spellings.

Sizes are those of the 64-bit targets that the dialects run on; names and meaning are Deno's
(https://docs.deno.com/runtime/fundamentals/ffi/), which Porffor shares. Nothing here reads code or calls it.
"""

from __future__ import annotations

import difflib
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType


class Kind(enum.StrEnum):
    """What a value of a type is made of, which decides the register it travels in and how it is checked."""

    BOOL = "bool"
    INTEGER = "integer"
    FLOAT = "float"
    POINTER = "pointer"
    BUFFER = "buffer"
    FUNCTION = "function"
    VOID = "void"
    STRUCT = "struct"


@dataclass(frozen=True, slots=True)
class NativeType:
    """A native type that is no struct.

    Parameters
    ----------
    name: the spelling in a schema, e.g. ``"u32"``.
    kind: what the value is made of.
    size: bytes; 0 for void.
    align: bytes.
    signed: for integers, whether negative values exist; False for every other kind.
    c_type: the canonical C type.
    aliases: C spellings and other dialects' names that mean this type, for hints.
    summary: one line for people.
    """

    name: str
    kind: Kind
    size: int
    align: int
    signed: bool
    c_type: str
    aliases: tuple[str, ...]
    summary: str

    def __str__(self) -> str:
        return self.name

    def __hash__(self) -> int:
        # The name is enough, and signatures are looked up by their types whenever a library is opened.
        return hash(self.name)

    @property
    def minimum(self) -> int:
        """The least value of an integer type."""
        return -(1 << (self.size * 8 - 1)) if self.signed else 0

    @property
    def maximum(self) -> int:
        """The greatest value of an integer type."""
        return (1 << (self.size * 8 - self.signed)) - 1


@dataclass(frozen=True)
class StructType:
    """A struct passed by value: the types of its fields, in order, laid out as C does without packing.

    Raises nothing: `ffi_core.schema` refuses an empty struct before one of these is made.
    """

    fields: tuple[Type, ...]
    kind = Kind.STRUCT

    @cached_property
    def align(self) -> int:
        """Bytes: the strictest alignment of any field."""
        return max(field.align for field in self.fields)

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """Byte offset of each field."""
        offsets, end = [], 0
        for field in self.fields:
            end += -end % field.align
            offsets.append(end)
            end += field.size
        return tuple(offsets)

    @cached_property
    def size(self) -> int:
        """Bytes, with the padding behind the last field."""
        end = self.offsets[-1] + self.fields[-1].size
        return end + -end % self.align

    @property
    def name(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return "{struct: [" + ", ".join(str(field) for field in self.fields) + "]}"


Type = NativeType | StructType


def _integer(name: str, c_type: str, aliases: str, size: int, *, signed: bool, summary: str) -> NativeType:
    return NativeType(name, Kind.INTEGER, size, size, signed, c_type, tuple(aliases.split("|")), summary)


def _other(name: str, kind: Kind, size: int, c_type: str, aliases: str, summary: str) -> NativeType:
    return NativeType(name, kind, size, max(size, 1), False, c_type, tuple(filter(None, aliases.split("|"))), summary)


_TABLE = (
    _other("bool", Kind.BOOL, 1, "bool", "_Bool|boolean", "true or false, one byte"),
    _integer("i8", "int8_t", "int8|char|signed char|schar|sbyte", 1, signed=True, summary="signed 8-bit integer"),
    _integer("u8", "uint8_t", "uint8|unsigned char|uchar|byte", 1, signed=False, summary="unsigned 8-bit integer"),
    _integer("i16", "int16_t", "int16|short|short int", 2, signed=True, summary="signed 16-bit integer"),
    _integer(
        "u16", "uint16_t", "uint16|unsigned short|ushort|char16_t", 2, signed=False, summary="unsigned 16-bit integer"
    ),
    _integer(
        "i32", "int32_t", "int32|int|integer|c_int|signed|wchar_t|enum", 4, signed=True, summary="signed 32-bit integer"
    ),
    _integer(
        "u32",
        "uint32_t",
        "uint32|unsigned|unsigned int|uint|c_uint|char32_t",
        4,
        signed=False,
        summary="unsigned 32-bit integer",
    ),
    _integer(
        "i64",
        "int64_t",
        "int64|long|long int|long long|longlong|c_long|i64_fast|off_t|time_t",
        8,
        signed=True,
        summary="signed 64-bit integer",
    ),
    _integer(
        "u64",
        "uint64_t",
        "uint64|unsigned long|ulong|unsigned long long|ulonglong|u64_fast",
        8,
        signed=False,
        summary="unsigned 64-bit integer",
    ),
    _integer(
        "isize", "intptr_t", "ssize_t|ptrdiff_t|intptr", 8, signed=True, summary="signed integer as wide as a pointer"
    ),
    _integer("usize", "size_t", "uintptr_t|uintptr", 8, signed=False, summary="unsigned integer as wide as a pointer"),
    _other("f32", Kind.FLOAT, 4, "float", "float32|single", "32-bit floating point number"),
    _other("f64", Kind.FLOAT, 8, "double", "float64|number", "64-bit floating point number"),
    _other("pointer", Kind.POINTER, 8, "void *", "ptr|void*|void_p|handle|address", "an address"),
    _other(
        "buffer",
        Kind.BUFFER,
        8,
        "uint8_t *",
        "string|cstring|str|char*|char *|const char*|const char *|c_char_p|arraybuffer|bytes|uint8array",
        "the address of a block of bytes: a typed array, or text that ends in NUL",
    ),
    _other("function", Kind.FUNCTION, 8, "void (*)()", "fn|callback|funcptr", "the address of a function"),
    _other("void", Kind.VOID, 0, "void", "none|undefined|null|unit", "no value; only as a result"),
)

NATIVE_TYPES: Mapping[str, NativeType] = MappingProxyType({entry.name: entry for entry in _TABLE})
"""Every native type by its name in a schema, in the order people list them."""

_BY_ALIAS = {
    alias.lower(): entry.name for entry in _TABLE for alias in (entry.name, entry.c_type, *entry.aliases) if alias
}


def nearest_type(name: str) -> str | None:
    """The native type that `name` most likely stands for.

    Knows C spellings (``const char *``), other dialects' names (``cstring``, ``int``), case slips and typing slips.

    Parameters
    ----------
    name: a word that is no native type.

    Returns
    -------
    A key of `NATIVE_TYPES`, or None where nothing is near.
    """
    word = " ".join(name.lower().split())
    found = _BY_ALIAS.get(word) or _BY_ALIAS.get(word.replace("const ", "").replace(" ", ""))
    if found is None and word.endswith("*"):
        found = "pointer"
    if found is None:
        close = difflib.get_close_matches(word, _BY_ALIAS, n=1, cutoff=0.6)
        found = _BY_ALIAS[close[0]] if close else None
    return found

"""What both readers of headers share: integers named by their typedefs, natural layouts told from forced ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from ffi_core.c_types import CArray, CFunction, CInteger, CPointer, CStruct, CType, CUnknown
from ffi_core.headers.abi import Abi, lay_out
from ffi_core.model import Prototype

STANDARD_NAMES = frozenset(
    {"size_t", "ssize_t", "ptrdiff_t", "intptr_t", "uintptr_t", "intmax_t", "uintmax_t", "time_t", "off_t", "off64_t"}
    | {"wchar_t", "wint_t", "char16_t", "char32_t"}
    | {f"{prefix}int{bits}_t" for prefix in ("", "u") for bits in (8, 16, 32, 64)}
)
"""Typedefs whose meaning the standards fix or leave to the target, whatever stands behind them in one header."""
_GLIBC_NAMES = {"__int64_t": "int64_t", "__uint64_t": "uint64_t", "__off64_t": "off64_t", "__ssize_t": "ssize_t"}
_GLIBC_NAMES |= {"__time_t": "time_t", "__off_t": "off_t", "u_int64_t": "uint64_t", "__intptr_t": "intptr_t"}
MOST_NODES = 2000
"""How many nodes one prototype's types may have; real ones stay below a hundred."""


INTEGER_WORDS = frozenset({"char", "short", "int", "long", "signed", "unsigned"})
NOT_MODELLED = "no type that this project models"
VA_LIST = CUnknown("va_list", "a list of variable arguments")


class TooLargeError(Exception):
    """A type has more parts than any real one; the declaration is left out."""


def integer_of(basis: str, names: list[str], abi: Abi, size: int | None, enum: str | None = None) -> CInteger:
    """An integer type from its typedefs.

    Parameters
    ----------
    basis: the language's own type at the end of the chain: ``"unsigned long"``.
    names: the typedefs on the way there, as written first.
    abi: the target that the header was read for.
    size: bytes there, where the compiler told.
    enum: ``"enum color"`` where it is one.
    """
    typedef = names[0] if names else None
    for name in names:
        standard = _GLIBC_NAMES.get(name, name)
        # A header may give a standard's name a meaning of its own; then the name decides nothing.
        if standard in STANDARD_NAMES and abi.integers.get(standard, (None,))[0] == (size or abi.integers[basis][0]):
            return CInteger(standard, None if typedef == standard else typedef, enum)
    return CInteger(basis, typedef, enum)


def with_layout(struct: CStruct, abi: Abi) -> CStruct:
    """A complete struct, marked as natural where the rules of C alone put its fields where the compiler did."""
    placed = lay_out(struct, abi)
    same = placed is not None and (placed.size, placed.align) == (struct.size, struct.align)
    if same and placed is not None:
        same = [field.offset for field in placed.fields] == [field.offset for field in struct.fields]
    return replace(struct, natural=same)


def integer_name(words: Collection[str]) -> str:
    """The canonical name of an integer type that is written in any of C's ways: ``long unsigned int``."""
    unsigned = "unsigned " if "unsigned" in words else ""
    if "char" in words:
        return f"{unsigned}char" if unsigned else "signed char" if "signed" in words else "char"
    if "short" in words:
        return f"{unsigned}short"
    size = {0: "int", 1: "long"}.get(list(words).count("long"), "long long")
    return f"{unsigned}{size}"


def exported_names(name: str, label: str) -> tuple[str, ...]:
    """The symbols that a declaration speaks of, where an assembler label (``__asm__("other")``) renames it.

    glibc's ``strerror_r`` means ``__xpg_strerror_r`` under POSIX, and that differs from the ``strerror_r`` which it
    exports; its ``scanf`` means ``__isoc99_scanf``, which does not.

    Parameters
    ----------
    name: the declared name.
    label: the label, or the name again where there is none.
    """
    if label in (f"__isoc99_{name}", f"__isoc23_{name}"):
        return name, label
    return (label or name,)


def is_too_large(types: Iterable[CType]) -> bool:
    """Whether types have more nodes, written out, than any real ones. A few typedefs can double a type forty times."""
    waiting = list(types)
    for _ in range(MOST_NODES):
        if not waiting:
            return False
        match waiting.pop():
            case CPointer(to=inner) | CArray(element=inner):
                waiting.append(inner)
            case CFunction(result=result, parameters=parameters):
                waiting += [result, *parameters]
            case CStruct(fields=fields):
                waiting += [field.type for field in fields]
    return True


def bounded(prototype: Prototype) -> Prototype:
    """The prototype again.

    Raises
    ------
    TooLargeError: its types have too many parts.
    """
    if is_too_large((prototype.result, *(type_ for _, type_ in prototype.parameters))):
        raise TooLargeError
    return prototype

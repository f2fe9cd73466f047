"""How many bytes each C type has on a target, and how structs are laid out and passed there.

Sources: System V psABIs for x86-64, i386, AArch64, ARM and others (https://gitlab.com/x86-psABIs,
https://github.com/ARM-software/abi-aa); Microsoft's x64 and ARM64 conventions; Apple's "Writing ARM64 code for Apple
platforms". `tests/ffi_core/headers/test_abi.py` compares with clang's own answers for each target.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Protocol

from ffi_core.c_types import (
    CArray,
    CBool,
    CField,
    CFloat,
    CFunction,
    CInteger,
    CPointer,
    CStruct,
    CType,
    CUnknown,
    CVoid,
)

Integer = tuple[int, bool]
"""Size in bytes, and whether it is signed."""

_FIXED: Mapping[str, Integer] = {
    f"{prefix}int{bits}_t": (bits // 8, not prefix.endswith("u")) for prefix in ("", "u") for bits in (8, 16, 32, 64)
} | {
    "signed char": (1, True),
    "unsigned char": (1, False),
    "short": (2, True),
    "unsigned short": (2, False),
    "int": (4, True),
    "unsigned int": (4, False),
    "long long": (8, True),
    "unsigned long long": (8, False),
    "intmax_t": (8, True),
    "uintmax_t": (8, False),
    "off64_t": (8, True),
    "char16_t": (2, False),
    "char32_t": (4, False),
    "wint_t": (4, False),
}
_ARM = {"arm", "armeb", "aarch64", "aarch64_be"}
_UNSIGNED_CHAR = _ARM | {"ppc", "ppc64", "ppc64le", "s390", "s390x", "riscv32", "riscv64"}
_SMALL_LONG_DOUBLES = {"x86": (12, 4), "s390x": (16, 8)}
_PLATFORM_NAMES = {"amd64": "x86_64", "arm64": "aarch64", "i386": "x86", "i686": "x86", "armv7l": "arm"}
POINTER_SIZED = ("size_t", "uintptr_t", "ssize_t", "ptrdiff_t", "intptr_t")
"""Standard integer types that are as wide as a pointer on every target here."""


@dataclass(frozen=True)
class Abi:
    """A target's C data model and the rules of its calls that a declaration can trip over.

    Parameters
    ----------
    name: ``"x86_64 elf"``.
    pointer: bytes of a pointer.
    integers: size and sign by `CInteger.basis`; a name that is missing is not known on this target.
    floats: size and alignment by `CFloat.basis`.
    align_64: alignment in bytes of 64-bit integers and doubles inside a struct.
    stack_variadics: whether the arguments behind ``...`` travel elsewhere than a fixed parameter's (Apple's ARM64).
    struct_limit: structs larger than this many bytes are passed as the address of a copy; None where none is.
    odd_structs_by_address: whether that also holds for structs whose size is no power of two (Windows x64).
    bit_fields: whose rules place bit-fields: System V's; ARM's, which differ for unnamed ones and are not modelled for
        those; Microsoft's, which are not modelled at all.
    """

    name: str
    pointer: int
    integers: Mapping[str, Integer]
    floats: Mapping[str, tuple[int, int]]
    align_64: int
    stack_variadics: bool = False
    struct_limit: int | None = None
    odd_structs_by_address: bool = False
    bit_fields: Literal["system-v", "arm", "microsoft"] = "system-v"

    def integer(self, type_: CInteger) -> Integer | None:
        """Size and sign of an integer type, or None where this target does not say."""
        return self.integers.get(type_.basis)

    def layout(self, type_: CType) -> tuple[int, int] | None:
        """Size and alignment in bytes as a struct's field; None for what has none or is not known."""
        placed = self.placed(type_)
        return placed[1] if placed is not None else None

    def placed(self, type_: CType) -> tuple[CType, tuple[int, int]] | None:
        """A type with the structs in it laid out, and its size and alignment; None where one of them is not known."""
        whole = self._placed(type_)
        extent = self._extent(whole) if whole is not None else None
        return (whole, extent) if whole is not None and extent is not None else None

    def place(self, struct: CStruct) -> CStruct | None:
        """The struct as this target lays it out; None where that is not known.

        One whose layout does not follow from its fields keeps the layout that the header's compiler gave it, on the
        machine where the header was read.
        """
        if not struct.complete:
            return None
        if not struct.natural:
            return struct if self == host_abi() else None
        return lay_out(struct, self)

    def _placed(self, type_: CType) -> CType | None:
        """The type with every struct in it laid out, each once; None where one cannot be."""
        match type_:
            case CStruct():
                return self.place(type_)
            case CArray(element=element, count=count, typedef=typedef):
                placed = self._placed(element)
                return CArray(placed, count, typedef) if placed is not None else None
            case _:
                return type_

    def _extent(self, placed: CType) -> tuple[int, int] | None:
        match placed:
            case CBool():
                return 1, 1
            case CInteger():
                known = self.integer(placed)
                return known and (known[0], min(known[0], self.align_64))
            case CFloat(basis=basis):
                return self.floats.get(basis)
            case CPointer():
                return self.pointer, self.pointer
            case CArray(element=element, count=count):
                inner = self._extent(element)
                return inner and (inner[0] * count, inner[1])
            case CStruct(size=size, align=align):
                return size, align
            case CVoid() | CFunction() | CUnknown():
                return None


def lay_out(struct: CStruct, abi: Abi) -> CStruct | None:
    """Place the fields of a struct by the rules of C on a target, without packing; None where a field is not known."""
    bits = [field for field in struct.fields if field.bits is not None]
    if bits and (abi.bit_fields == "microsoft" or (abi.bit_fields == "arm" and not all(field.name for field in bits))):
        return None
    end, widest, strictest = 0, 0, 1
    fields = []
    for field in struct.fields:
        placed = abi.placed(field.type)
        if placed is None:
            return None
        type_, inner = placed
        width, align = inner[0] * 8, inner[1] * 8
        start = 0 if struct.union else end
        if field.bits is None or field.bits == 0:
            start += -start % align
        elif start % width + field.bits > width:
            start += -start % width
        end = start + (width if field.bits is None else field.bits)
        widest = max(widest, end)
        # An unnamed bit-field pads, and does not align the struct.
        if field.bits is None or field.name:
            strictest = max(strictest, align)
        fields.append(CField(field.name, type_, start, field.bits))
    size = widest + -widest % strictest
    return CStruct(struct.tag, tuple(fields), size // 8, strictest // 8, complete=True, typedef=struct.typedef)


@lru_cache(maxsize=64)
def abi_for(format_: str, architecture: str, bits: int) -> Abi:
    """The ABI of a library's functions.

    Parameters
    ----------
    format_: ``"elf"``, ``"mach-o"`` or ``"pe"``.
    architecture: as `Library.architecture` spells it.
    bits: 32 or 64.
    """
    pointer = bits // 8
    windows, apple = format_ == "pe", format_ == "mach-o"
    long = pointer if not windows else 4
    wide = {"intptr_t": (pointer, True), "uintptr_t": (pointer, False), "ptrdiff_t": (pointer, True)}
    wide |= {"size_t": (pointer, False), "ssize_t": (pointer, True)}
    integers = {**_FIXED, **wide, "long": (long, True), "unsigned long": (long, False)}
    integers["char"] = (1, windows or apple or architecture not in _UNSIGNED_CHAR)
    integers["wchar_t"] = (2, False) if windows else (4, apple or architecture not in _ARM)
    if windows:
        integers["wint_t"] = (2, False)
    elif apple:
        integers["wint_t"] = (4, True)
    # On 32-bit systems these have had two sizes, which the library alone does not tell apart.
    if bits == 64:
        integers |= {"time_t": (8, True), "off_t": (4 if windows else 8, True)}
    align_64 = 4 if architecture == "x86" and not windows else 8
    long_double = _long_double(architecture, bits, plain=windows or (apple and architecture == "aarch64"))
    floats = {"float": (4, 4), "double": (8, align_64), "long double": long_double or (8, align_64)}
    return Abi(
        name=f"{architecture} {format_}",
        pointer=pointer,
        integers=MappingProxyType(integers),
        floats=MappingProxyType(floats),
        align_64=align_64,
        stack_variadics=apple and architecture == "aarch64",
        struct_limit=8 if windows and architecture == "x86_64" else 16 if architecture == "aarch64" else None,
        odd_structs_by_address=windows and architecture == "x86_64",
        bit_fields="microsoft" if windows else "arm" if architecture in _ARM else "system-v",
    )


def _long_double(architecture: str, bits: int, *, plain: bool) -> tuple[int, int] | None:
    if plain:
        return None
    if architecture in _SMALL_LONG_DOUBLES:
        return _SMALL_LONG_DOUBLES[architecture]
    return (16, 16) if bits == 64 or architecture in {"x32", "riscv32"} else None


class LibraryFile(Protocol):
    """What this package asks of a library: where it is and for which machine. `ffi_core.library.Library` gives it."""

    @property
    def path(self) -> Path:
        """The file."""
        ...

    @property
    def format(self) -> str:
        """``"elf"``, ``"mach-o"`` or ``"pe"``."""
        ...

    @property
    def architecture(self) -> str:
        """``"x86_64"``, ``"aarch64"``, ``"x86"``, ..."""
        ...

    @property
    def bits(self) -> int:
        """32 or 64."""
        ...

    @property
    def soname(self) -> str | None:
        """The name it goes by among libraries, or None."""
        ...

    def find(self, name: str) -> object | None:
        """The symbol of that name, or None where it exports none."""
        ...


def abi_of(library: LibraryFile) -> Abi:
    """The ABI of a library, as its file tells it."""
    return abi_for(library.format, library.architecture, library.bits)


@lru_cache(maxsize=1)
def host_abi() -> Abi:
    """The ABI of this process, for which the compiler of this machine reads headers."""
    bits = 64 if sys.maxsize > 2**32 else 32
    machine = platform.machine().lower()
    architecture = _PLATFORM_NAMES.get(machine, machine)
    if bits == 32 and architecture in {"x86_64", "aarch64"}:
        architecture = {"x86_64": "x86", "aarch64": "arm"}[architecture]
    return abi_for({"darwin": "mach-o", "win32": "pe"}.get(sys.platform, "elf"), architecture, bits)

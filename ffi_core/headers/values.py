"""One value on both sides of a call: what becomes of it when it is declared as one type and C takes it as another."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ffi_core.c_types import (
    CArray,
    CBool,
    CFloat,
    CFunction,
    CInteger,
    CPointer,
    CStruct,
    CType,
    CUnknown,
    CVoid,
    spell,
)
from ffi_core.headers.abi import POINTER_SIZED, Abi
from ffi_core.headers.shapes import Shape, c_shape, conflict, goes_by_address, native_shape, native_size
from ffi_core.model import MismatchKind, MismatchSeverity
from ffi_core.types import Kind, StructType, Type

_ERROR, _WARNING, _HINT = MismatchSeverity.ERROR, MismatchSeverity.WARNING, MismatchSeverity.HINT
_ADDRESSES = (Kind.POINTER, Kind.BUFFER, Kind.FUNCTION)
_ADDRESSES_IN_DISGUISE = {"intptr_t", "uintptr_t", "long", "unsigned long", "long long", "unsigned long long"}
"""Integers of C that programs keep addresses and handles in."""


class Position(enum.Enum):
    """Where the value travels."""

    PARAMETER = enum.auto()
    RESULT = enum.auto()
    STATIC = enum.auto()


_VERBS = {Position.PARAMETER: "takes", Position.RESULT: "returns", Position.STATIC: "has"}


@dataclass(frozen=True, slots=True)
class Difference:
    """In what two types differ, how bad that is, and a phrase that says so from C's side."""

    kind: MismatchKind
    severity: MismatchSeverity
    summary: str


def compare_value(c_type: CType, declared: Type, abi: Abi, position: Position) -> Difference | str | None:
    """Compare the type of one value.

    Parameters
    ----------
    c_type: C's.
    declared: the native type; not ``void``.
    abi: the target's.
    position: where the value travels.

    Returns
    -------
    The difference; None where there is none; a phrase that says why it was not checked.
    """
    if position is Position.STATIC and declared.kind in _ADDRESSES:
        return None  # such a static is the address of the variable, whatever its type
    match c_type:
        case CBool():
            return _integer(c_type, (1, False), declared, abi, position)
        case CInteger():
            known = abi.integer(c_type)
            if known is None:
                return f"how many bytes {spell(c_type)} has is not known on {abi.name}"
            return _integer(c_type, known, declared, abi, position)
        case CFloat(basis=basis) if basis in abi.floats:
            return _float(c_type, abi.floats[basis][0], declared, abi, position)
        case CPointer():
            return _pointer(c_type, declared, abi, position)
        case CStruct():
            placed = abi.place(c_type)
            if placed is None:
                return f"the layout of {spell(c_type)} is not known on {abi.name}"
            return _struct(placed, declared, abi, position)
        case CUnknown(reason=reason):
            return f"{spell(c_type)}: {reason}"
        case CFloat() | CVoid() | CFunction() | CArray():
            return f"{spell(c_type)} is no type of a value that travels"


def is_returned_in_memory(struct: CStruct, abi: Abi) -> bool:
    """Whether the caller must give a function the place for a struct it returns, for certain."""
    placed = abi.place(struct)
    if placed is None or placed.size <= 16:
        return False
    shape = c_shape(placed, abi)
    return shape is not None and not (shape.all_floats and len(shape.leaves) <= 4)


def _integer(
    c_type: CBool | CInteger, known: tuple[int, bool], declared: Type, abi: Abi, position: Position
) -> Difference | None:
    size, signed = known
    says = _says(c_type, size, position)
    if isinstance(declared, StructType):
        return _struct_for_scalar(declared, says, size, abi, is_float=False)
    if declared.kind is Kind.BOOL:
        if isinstance(c_type, CBool):
            return None
        if size <= 4:
            return Difference(MismatchKind.SPELLING, _HINT, f"{says}, an integer")
        return _narrow(c_type, says, position)
    if declared.kind in _ADDRESSES:
        basis = c_type.basis if isinstance(c_type, CInteger) else ""
        disguised = basis in _ADDRESSES_IN_DISGUISE and declared.kind is Kind.POINTER
        if size == abi.pointer and (disguised or basis in ("intptr_t", "uintptr_t")):
            return Difference(MismatchKind.SPELLING, _HINT, f"{says}, an integer as wide as an address")
        return Difference(MismatchKind.CLASS, _ERROR, f"{says}, an integer")
    if declared.kind is not Kind.INTEGER:
        return Difference(MismatchKind.CLASS, _ERROR, f"{says}, an integer")
    width = native_size(declared, abi)
    if width < size:
        return _narrow(c_type, says, position)
    if width > size:
        return _wide(c_type, says, width, abi, position)
    if isinstance(c_type, CBool) or declared.signed != signed:
        return Difference(MismatchKind.SPELLING, _HINT, says)
    return None


def _narrow(c_type: CBool | CInteger, says: str, position: Position) -> Difference:
    is_size = isinstance(c_type, CInteger) and c_type.basis in POINTER_SIZED
    severity = _WARNING if is_size and position is Position.PARAMETER else _ERROR
    return Difference(MismatchKind.NARROW, severity, says)


def _wide(c_type: CBool | CInteger, says: str, width: int, abi: Abi, position: Position) -> Difference:
    if position is Position.STATIC:
        return Difference(MismatchKind.WIDE, _ERROR, f"{says}; what lies behind it would be read too")
    if width > abi.pointer:
        return Difference(MismatchKind.WIDE, _ERROR, f"{says}, and {abi.name} passes the two differently")
    if position is Position.RESULT:
        return Difference(MismatchKind.WIDE, _WARNING, f"{says}; the upper bits are undefined")
    if isinstance(c_type, CBool) or width <= 4:
        # Callers extend small arguments to 32 bits anyway.
        return Difference(MismatchKind.SPELLING, _HINT, says)
    return Difference(MismatchKind.WIDE, _WARNING, f"{says}; the upper bits are lost")


def _float(c_type: CFloat, size: int, declared: Type, abi: Abi, position: Position) -> Difference | None:
    says = f"C {_VERBS[position]} {spell(c_type)}"
    if isinstance(declared, StructType):
        return _struct_for_scalar(declared, says, size, abi, is_float=True)
    if declared.kind is not Kind.FLOAT:
        return Difference(MismatchKind.CLASS, _ERROR, f"{says}, a floating point number")
    if declared.size != size:
        return Difference(MismatchKind.FLOAT_WIDTH, _ERROR, f"{says} ({size} bytes)")
    return None


def _pointer(c_type: CPointer, declared: Type, abi: Abi, position: Position) -> Difference | None:
    says = f"C {_VERBS[position]} {spell(c_type)}"
    to_function = isinstance(c_type.to, CFunction)
    if isinstance(declared, StructType):
        if position is Position.PARAMETER and goes_by_address(native_shape(declared, abi), abi):
            return Difference(MismatchKind.SPELLING, _HINT, says)
        return _struct_for_scalar(declared, f"{says}, an address", abi.pointer, abi, is_float=False)
    if declared.kind is Kind.INTEGER:
        width = native_size(declared, abi)
        if width == abi.pointer:
            return Difference(MismatchKind.SPELLING, _HINT, says)
        kind = MismatchKind.NARROW if width < abi.pointer else MismatchKind.WIDE
        return Difference(kind, _ERROR, f"{says}, an address of {abi.pointer} bytes")
    if declared.kind not in _ADDRESSES:
        return Difference(MismatchKind.CLASS, _ERROR, f"{says}, an address")
    if to_function and declared.kind is Kind.BUFFER:
        return Difference(MismatchKind.SPELLING, _HINT, f"{says}, the address of a function")
    if declared.kind is Kind.FUNCTION and not to_function and not isinstance(c_type.to, CVoid | CUnknown):
        return Difference(MismatchKind.SPELLING, _HINT, f"{says}, the address of data")
    return None


def _struct(placed: CStruct, declared: Type, abi: Abi, position: Position) -> Difference | str | None:
    says = f"C {_VERBS[position]} {spell(placed)} by value ({placed.size} bytes)"
    theirs = c_shape(placed, abi)
    if not isinstance(declared, StructType):
        if theirs is None:
            return (
                Difference(MismatchKind.CLASS, _ERROR, says)
                if placed.size > 16
                else f"{says}, whose fields are unknown"
            )
        if declared.kind in _ADDRESSES and position is Position.PARAMETER and goes_by_address(theirs, abi):
            return Difference(MismatchKind.SPELLING, _HINT, f"{says}, which travels as an address")
        if _travels_alike(theirs, native_size(declared, abi), declared.kind is Kind.FLOAT, abi):
            return Difference(MismatchKind.SPELLING, _HINT, says)
        return Difference(MismatchKind.CLASS, _ERROR, says)
    ours = native_shape(declared, abi)
    if ours.size != placed.size:
        return Difference(MismatchKind.LAYOUT, _ERROR, f"{says}; the declared struct has {ours.size} bytes")
    if theirs is None:
        return f"{spell(placed)} holds a union, bit-fields or types that are not known; only its size was compared"
    if ours.leaves == theirs.leaves:
        return None
    clash = conflict(theirs, ours)
    if clash is not None:
        return Difference(MismatchKind.LAYOUT, _ERROR, f"{says}, with {clash}")
    return Difference(MismatchKind.SPELLING, _HINT, f"{says}, divided otherwise into fields")


def _struct_for_scalar(declared: StructType, says: str, size: int, abi: Abi, *, is_float: bool) -> Difference:
    """A struct is declared where C has one number or address of `size` bytes."""
    if _travels_alike(native_shape(declared, abi), size, is_float, abi):
        return Difference(MismatchKind.SPELLING, _HINT, says)
    return Difference(MismatchKind.CLASS, _ERROR, says)


def _travels_alike(shape: Shape, size: int, is_float: bool, abi: Abi) -> bool:
    """Whether a struct sits in the very register that one scalar of that size would."""
    if shape.size != size or abi.pointer < 8 or goes_by_address(shape, abi):
        return False
    return shape.all_floats and len(shape.leaves) == 1 if is_float else shape.no_floats and size in (1, 2, 4, 8)


def _says(c_type: CBool | CInteger, size: int, position: Position) -> str:
    return f"C {_VERBS[position]} {spell(c_type)} ({size} byte{'' if size == 1 else 's'})"

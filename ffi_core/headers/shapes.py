"""Structs as the machine sees them: which scalar lies at which byte, on C's side and on the declaration's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ffi_core.c_types import CArray, CFloat, CStruct, CType
from ffi_core.headers.abi import Abi
from ffi_core.types import Kind, StructType, Type

_MOST_LEAVES = 4096


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar inside a struct: byte offset, size, whether it is a floating point number."""

    offset: int
    size: int
    is_float: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """A struct: its scalars in order, its size and alignment in bytes."""

    leaves: tuple[Leaf, ...]
    size: int
    align: int

    @property
    def all_floats(self) -> bool:
        """Whether it holds floating point numbers of one size and nothing else."""
        return all(leaf.is_float for leaf in self.leaves) and len({leaf.size for leaf in self.leaves}) == 1

    @property
    def no_floats(self) -> bool:
        """Whether it holds integers and addresses alone."""
        return not any(leaf.is_float for leaf in self.leaves)


def native_size(type_: Type, abi: Abi) -> int:
    """Bytes of a native type on a target; its own `size` is that of the 64-bit ones."""
    if isinstance(type_, StructType):
        return native_shape(type_, abi).size
    if type_.kind in (Kind.POINTER, Kind.BUFFER, Kind.FUNCTION) or type_.name in ("isize", "usize"):
        return abi.pointer
    return type_.size


def native_shape(struct: StructType, abi: Abi) -> Shape:
    """The shape of a declared struct."""
    leaves: list[Leaf] = []
    end, strictest = 0, 1
    for field in struct.fields:
        if isinstance(field, StructType):
            inner = native_shape(field, abi)
        else:
            size = native_size(field, abi)
            inner = Shape((Leaf(0, size, field.kind is Kind.FLOAT),), size, min(size, abi.align_64))
        end += -end % inner.align
        leaves += [Leaf(end + leaf.offset, leaf.size, leaf.is_float) for leaf in inner.leaves]
        end += inner.size
        strictest = max(strictest, inner.align)
    return Shape(tuple(leaves), end + -end % strictest, strictest)


def c_shape(placed: CStruct, abi: Abi) -> Shape | None:
    """The shape of a C struct that `Abi.place` laid out; None where a union, bit-field or unknown type hides it."""
    found: list[Leaf] = []
    waiting: list[tuple[CType, int]] = [(placed, 0)]
    while waiting:
        type_, offset = waiting.pop()
        match type_:
            case CStruct(fields=fields):
                if type_.union or any(field.bits is not None for field in fields):
                    return None
                waiting += [(field.type, offset + field.offset // 8) for field in reversed(fields)]
            case CArray(element=element, count=count):
                step = abi.layout(element)
                if step is None or len(found) + len(waiting) + count > _MOST_LEAVES:
                    return None
                waiting += [(element, offset + step[0] * index) for index in reversed(range(count))]
            case _:
                layout = abi.layout(type_)
                if layout is None:
                    return None
                found.append(Leaf(offset, layout[0], isinstance(type_, CFloat)))
    return Shape(tuple(found), placed.size, placed.align)


def conflict(theirs: Shape, ours: Shape) -> str | None:
    """Where the two put an integer and a floating point number, or two such numbers, in one place; None if nowhere."""
    floats = {leaf for shape in (theirs, ours) for leaf in shape.leaves if leaf.is_float}
    for leaf in sorted(floats, key=lambda entry: (entry.offset, entry.size)):
        if leaf not in theirs.leaves:
            return f"{_name(theirs.leaves, leaf)} at byte {leaf.offset}, where a float of {leaf.size} bytes is declared"
        if leaf not in ours.leaves:
            return f"a float of {leaf.size} bytes at byte {leaf.offset}, where {_name(ours.leaves, leaf)} is declared"
    return None


def _name(leaves: Sequence[Leaf], other: Leaf) -> str:
    """What lies where `other` would."""
    end = other.offset + other.size
    here = next((leaf for leaf in leaves if leaf.offset < end and other.offset < leaf.offset + leaf.size), None)
    if here is None:
        return "nothing"
    return f"{'a float' if here.is_float else 'an integer'} of {here.size} bytes"


def goes_by_address(shape: Shape, abi: Abi) -> bool:
    """Whether a target passes a struct of this shape as the address of a copy."""
    if abi.struct_limit is None:
        return False
    if abi.odd_structs_by_address:
        return shape.size not in (1, 2, 4, 8)
    in_float_registers = shape.all_floats and len(shape.leaves) <= 4
    return shape.size > abi.struct_limit and not in_float_registers

"""C types to native types: the signature to write for a prototype on a given target."""

from __future__ import annotations

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
from ffi_core.headers.abi import Abi
from ffi_core.model import Prototype, Signature
from ffi_core.types import NATIVE_TYPES, StructType, Type

_HANDLES = {"FILE", "DIR", "struct _IO_FILE", "struct __dirstream"}
"""Types whose fields some C libraries show, and which every program treats as handles all the same."""
_MOST_STRUCT_FIELDS = 256


class NotNativeError(ValueError):
    """A C type that no native type stands for; the message says which and why."""


def native_type(type_: CType, abi: Abi, *, result: bool = False) -> Type:
    """The native type to declare for a C type.

    Parameters
    ----------
    type_: the C type.
    abi: the target.
    result: whether C returns it; then an address is a ``pointer``, since nobody knows how many bytes lie behind it.

    Raises
    ------
    NotNativeError: there is none.
    """
    match type_:
        case CVoid() if result:
            return NATIVE_TYPES["void"]
        case CBool():
            return NATIVE_TYPES["bool"]
        case CInteger():
            return _integer(type_, abi)
        case CFloat(basis=basis):
            size = abi.floats.get(basis, (0, 0))[0]
            if size not in (4, 8):
                raise NotNativeError(f"no native type is a {basis} of {size} bytes")
            return NATIVE_TYPES["f32" if size == 4 else "f64"]
        case CPointer(to=CFunction()):
            return NATIVE_TYPES["pointer" if result else "function"]
        case CPointer(to=to):
            return NATIVE_TYPES["pointer" if result or is_handle(to) else "buffer"]
        case CStruct():
            placed = abi.place(type_)
            if placed is None:
                raise NotNativeError(f"the layout of {type_.typedef or type_.tag} is not known")
            return _struct(placed, abi)
        case CUnknown(text=text, reason=reason):
            raise NotNativeError(f"{text}: {reason}")
        case CVoid() | CFunction() | CArray():
            raise NotNativeError("C passes no such type by value")


def is_handle(to: CType) -> bool:
    """Whether what a pointer points to is opaque, so that it is an address to hand on and no block of bytes to fill."""
    match to:
        case CVoid() | CUnknown() | CFunction():
            return True
        case CStruct(complete=complete, tag=tag, typedef=typedef):
            return not complete or bool({typedef, tag} & _HANDLES)
        case _:
            return False


def signature_of(prototype: Prototype, abi: Abi) -> Signature:
    """The signature to declare for a C function.

    Raises
    ------
    NotNativeError: a type of it has no native counterpart, or the prototype does not give its parameters.
    """
    if prototype.is_macro:
        raise NotNativeError(f"{prototype.name} is a macro; no library exports it")
    if prototype.unspecified:
        raise NotNativeError(f"the header does not give the parameters of {prototype.name}")
    parameters = tuple(native_type(type_, abi) for _, type_ in prototype.parameters)
    result = native_type(prototype.result, abi, result=True)
    return Signature(parameters, result, len(parameters) if prototype.variadic else None)


def _integer(type_: CInteger, abi: Abi) -> Type:
    known = abi.integer(type_)
    if known is None:
        raise NotNativeError(f"how many bytes {type_.typedef or type_.basis} has is not known on {abi.name}")
    size, signed = known
    if size == 8 == abi.pointer and type_.basis in ("size_t", "uintptr_t"):
        return NATIVE_TYPES["usize"]
    if size == 8 == abi.pointer and type_.basis in ("ssize_t", "ptrdiff_t", "intptr_t"):
        return NATIVE_TYPES["isize"]
    return NATIVE_TYPES[f"{'i' if signed else 'u'}{size * 8}"]


def _struct(placed: CStruct, abi: Abi) -> StructType:
    name = placed.typedef or placed.tag
    fields = tuple(_fields(placed.fields, abi, name))
    if placed.union or not fields:
        raise NotNativeError(f"{name} is {'a union' if placed.union else 'empty'}, which no list of fields describes")
    struct = StructType(fields)
    if (struct.size, struct.align) != (placed.size, placed.align):
        raise NotNativeError(f"{name} is laid out as no list of native types is")
    return struct


def _fields(fields: tuple[CField, ...], abi: Abi, name: str) -> list[Type]:
    found: list[Type] = []
    for field in fields:
        if field.bits is not None:
            raise NotNativeError(f"{name} has bit-fields, which no native type describes")
        element, count = field.type, 1
        while isinstance(element, CArray):
            count *= element.count
            element = element.element
        if len(found) + count > _MOST_STRUCT_FIELDS:
            raise NotNativeError(f"{name} has more than {_MOST_STRUCT_FIELDS} fields")
        native = native_type(element, abi, result=True)
        found += [native] * count
    return found

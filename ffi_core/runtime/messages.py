"""The words of call-time errors, and the rare conversions that need Python: shared by both backends."""

from __future__ import annotations

from ffi_core.model import Declaration, Signature
from ffi_core.types import Kind, NativeType, Type

_EXPECTED = {
    Kind.BOOL: "True or False",
    Kind.INTEGER: "an int",
    Kind.FLOAT: "a float or int",
    Kind.POINTER: "an address as int, or None for NULL",
    Kind.BUFFER: "a bytes-like object, a str, or None for NULL",
    Kind.FUNCTION: "a Callback, an address as int, or None for NULL",
    Kind.STRUCT: "a bytes-like object of the struct's size",
}


def describe_arity(declaration: Declaration, given: int) -> str:
    """Words for a call with the wrong number of arguments: how many are taken, of which types, how many came."""
    signature = signature_of(declaration)
    count = len(signature.parameters)
    types = ", ".join(str(parameter) for parameter in signature.parameters)
    takes = f"{count} argument{'' if count == 1 else 's'}" if count else "no arguments"
    least = "at least " if signature.fixed is not None else ""
    return f"{declaration.name}() takes {least}{takes}{f' ({types})' if types else ''}, {given} given"


def describe_argument(declaration: Declaration, index: int, value: object) -> str:
    """Words for an argument that cannot be converted: which one, what was expected, what came.

    Parameters
    ----------
    declaration: the function.
    index: the argument's position, from 0.
    value: what was given.
    """
    type_ = signature_of(declaration).parameters[index]
    return f"{declaration.name}() argument {index + 1} ({type_}): {describe_value(type_, value)}"


def describe_value(type_: Type, value: object) -> str:
    """Words for a value that does not fit a native type: out of range, of the wrong kind, or with a NUL inside."""
    whole = _whole_number(value)
    if whole is not None:
        if isinstance(type_, NativeType) and type_.kind is Kind.INTEGER:
            return f"{_brief(whole)} is out of range {type_.minimum}..{type_.maximum}"
        if type_.kind in (Kind.POINTER, Kind.FUNCTION):
            return f"{_brief(whole)} is no address (0..{2**64 - 1})"
        if type_.kind is Kind.FLOAT:
            return f"{_brief(whole)} is too large for a {type_.size * 8}-bit float"
    if type_.kind is Kind.BUFFER and isinstance(value, str):
        return f"the text holds a NUL character at index {value.find(chr(0))}, and C would stop reading there"
    return f"expected {_EXPECTED[type_.kind]}, not {_kind_of(value)}{_advice(type_.kind, value)}"


def pointer_fallback(declaration: Declaration, index: int, value: object) -> int:
    """The address behind a value that is neither None nor an int: a cffi pointer, or anything with ``__index__``.

    Raises
    ------
    TypeError: where the value is no address; the text says what to use instead.
    """
    address = address_from(value)
    if address is None:
        raise TypeError(describe_argument(declaration, index, value))
    return address


def address_from(value: object) -> int | None:
    """The address that a cffi pointer or an object with ``__index__`` stands for; None where it stands for none."""
    if type(value).__module__ == "_cffi_backend":
        return _cffi_address(value)
    if isinstance(value, bool) or _is_bytes_like(value):
        return None
    index = getattr(type(value), "__index__", None)
    return None if index is None else int(index(value))


def signature_of(declaration: Declaration) -> Signature:
    """The signature of a declaration that is known to be a function's."""
    if declaration.signature is None:
        raise TypeError(f"{declaration.name} is a static, not a function")
    return declaration.signature


def _cffi_address(value: object) -> int | None:
    from cffi import FFI

    ffi = FFI()
    if not isinstance(value, ffi.CData) or ffi.typeof(value).kind not in ("pointer", "array", "function"):
        return None
    return int(ffi.cast("uintptr_t", value))


def _whole_number(value: object) -> int | None:
    if isinstance(value, bool | str | float) or _is_bytes_like(value):
        return None
    if isinstance(value, int):
        return value
    index = getattr(type(value), "__index__", None)
    return None if index is None else int(index(value))


def _is_bytes_like(value: object) -> bool:
    """Whether it offers a block of bytes. numpy's scalars do, too, but are numbers first and have no length."""
    if not hasattr(type(value), "__len__"):
        return False
    try:
        memoryview(value).release()  # type: ignore[arg-type]
    except (TypeError, ValueError, BufferError):
        return False
    return True


def _brief(number: int) -> str:
    # Python refuses to write very long ints in decimal, and nobody would read them.
    return str(number) if number.bit_length() <= 128 else f"an int of {number.bit_length()} bits"


def _kind_of(value: object) -> str:
    return "None" if value is None else type(value).__name__


def _advice(kind: Kind, value: object) -> str:
    if kind is Kind.POINTER and isinstance(value, str):
        return "; declare the parameter as 'buffer' to pass text"
    if kind is Kind.POINTER and _is_bytes_like(value):
        return "; declare the parameter as 'buffer', or pass address_of(...)"
    if kind is Kind.POINTER and hasattr(value, "address"):
        return "; declare the parameter as 'function'"
    if kind is Kind.FUNCTION and callable(value):
        return "; wrap it: Callback({'parameters': [...], 'result': ...}, function)"
    if kind is Kind.BUFFER and isinstance(value, int) and not isinstance(value, bool):
        return "; declare the parameter as 'pointer' to pass an address"
    return ""

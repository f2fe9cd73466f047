"""The words of call-time errors, and the rare conversions that need Python: shared by both backends."""

from __future__ import annotations

import operator
import re
import traceback
from typing import SupportsIndex

from ffi_core.model import Declaration, Signature
from ffi_core.types import Kind, NativeType, StructType, Type

_EXPECTED = {
    Kind.BOOL: "True or False",
    Kind.INTEGER: "an int",
    Kind.FLOAT: "a float or int",
    Kind.POINTER: "an address as int, or None for NULL",
    Kind.BUFFER: "a bytes-like object, a str, or None for NULL",
    Kind.FUNCTION: "a Callback, an address as int, or None for NULL",
    Kind.STRUCT: "a bytes-like object of the struct's size",
}

_MAX_NOTES = 100
_MORE = re.compile(r"\.\.\. and (\d+) more")


def describe_arity(declaration: Declaration, given: int) -> str:
    """Words for a call with the wrong number of arguments: how many are taken, of which types, how many came."""
    signature = signature_of(declaration)
    count = len(signature.parameters)
    types = ", ".join(str(parameter) for parameter in signature.parameters)
    takes = f"{count} argument{'' if count == 1 else 's'}" if count else "no arguments"
    return f"{declaration.name}() takes {takes}{f' ({types})' if types else ''}, {given} given"


def describe_argument(declaration: Declaration, index: int, value: object) -> str:
    """Words for an argument that cannot be converted: which one, what was expected, what came.

    Parameters
    ----------
    declaration: the function.
    index: the argument's position, from 0; -1 is the result of a callback.
    value: what was given.
    """
    type_ = type_at(declaration, index)
    where = f"argument {index + 1}" if index >= 0 else "result"
    return f"{declaration.name}() {where} ({type_}): {describe_value(type_, value)}"


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
    if isinstance(type_, StructType) and _is_bytes_like(value):
        return f"expected exactly {type_.size} bytes, not {memoryview(value).nbytes}"  # type: ignore[arg-type]
    if type_.kind is Kind.BUFFER and isinstance(value, str):
        return f"the text holds a NUL character at index {value.find(chr(0))}, and C would stop reading there"
    return f"expected {_EXPECTED[type_.kind]}, not {_kind_of(value)}{_advice(type_.kind, value)}"


def pointer_fallback(declaration: Declaration, index: int, value: object) -> int:
    """The address behind a value that is neither None nor an int: a Callback, a cffi pointer, or an ``__index__``.

    Raises
    ------
    TypeError: where the value is no address; the text says what to use instead.
    ClosedError: for a Callback that was closed.
    """
    address = address_from(type_at(declaration, index), value)
    if address is None:
        raise TypeError(describe_argument(declaration, index, value))
    return address


def address_from(type_: Type, value: object) -> int | None:
    """The address that a value other than None stands for, in a parameter of that type; None where it stands for none.

    Raises
    ------
    ClosedError: for a Callback that was closed.
    """
    if type_.kind is Kind.FUNCTION and is_callback(value):
        address: int = value.address  # type: ignore[attr-defined]
        return address
    if type(value).__module__ == "_cffi_backend":
        return _cffi_address(value)
    if isinstance(value, bool) or _is_bytes_like(value):
        return None
    return operator.index(value) if isinstance(value, SupportsIndex) else None


def is_callback(value: object) -> bool:
    """Whether a value is a `Callback`."""
    from ffi_core.runtime.callback import Callback

    return isinstance(value, Callback)


def add_later_exception(first: BaseException, later: BaseException) -> None:
    """Note on the first exception of a native call's callbacks one that came later in the same call."""
    notes: list[str] = getattr(first, "__notes__", [])
    if len(notes) < _MAX_NOTES:
        words = "".join(traceback.format_exception_only(later)).strip()
        first.add_note(f"A later callback of the same call raised {words}")
        return
    more = _MORE.fullmatch(notes[-1])
    if more:
        notes[-1] = f"... and {int(more[1]) + 1} more"
    else:
        first.add_note("... and 1 more")


def type_at(declaration: Declaration, index: int) -> Type:
    """The type of a parameter, or of the result where the index is -1."""
    signature = signature_of(declaration)
    return signature.result if index < 0 else signature.parameters[index]


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
    if isinstance(value, bool) or not isinstance(value, SupportsIndex) or _is_bytes_like(value):
        return None
    return operator.index(value)


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
    if kind is Kind.POINTER and is_callback(value):
        return "; declare the parameter as 'function'"
    if kind is Kind.FUNCTION and callable(value):
        return "; wrap it: Callback({'parameters': [...], 'result': ...}, function)"
    if kind is Kind.BUFFER and isinstance(value, int) and not isinstance(value, bool):
        return "; declare the parameter as 'pointer' to pass an address"
    return ""

"""Binding through the C extension: a declaration becomes a builtin function whose `self` is the plan of the call."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from ffi_core.errors import ClosedError
from ffi_core.model import Declaration, Signature
from ffi_core.runtime import _fastcall
from ffi_core.runtime.messages import (
    add_later_exception,
    describe_argument,
    describe_arity,
    pointer_fallback,
    signature_of,
)
from ffi_core.types import StructType

Library = _fastcall.Library

_KINDS = {"bool": "?", "i8": "b", "u8": "B", "i16": "h", "u16": "H", "i32": "i", "u32": "I", "i64": "q", "u64": "Q"} | {
    "isize": "q",
    "usize": "Q",
    "f32": "f",
    "f64": "d",
    "pointer": "p",
    "buffer": "s",
    "function": "c",
    "void": "v",
}


class _Made(NamedTuple):
    """What all functions of one signature share."""

    kinds: bytes
    result: bytes
    plan_type: type[_fastcall.Plan]


_fastcall.configure(ClosedError, describe_argument, describe_arity, pointer_fallback, add_later_exception)


def bind(library: Library | None, address: int, declaration: Declaration, doc: str) -> Callable[..., Any] | None:
    """A builtin function that calls `address`; None where the signature is beyond the fast path.

    Parameters
    ----------
    library: what keeps the code in memory; None for a bare address.
    address: of the native function.
    declaration: its types; a function's.
    doc: the docstring, with the text signature in front.
    """
    made = _made(signature_of(declaration))
    if made is None:
        return None
    return _fastcall.function(
        made.plan_type, library, address, declaration, made.kinds, made.result, declaration.name, doc
    )


def is_bound(function: object) -> bool:
    """Whether `bind` made this function."""
    return isinstance(getattr(function, "__self__", None), _fastcall.Plan)


def open_callback(declaration: Declaration, function: Callable[..., Any]) -> _fastcall.Callback | None:
    """An address that C can call; None where the definition is beyond the fast path, or its trampolines are used up."""
    made = _made(signature_of(declaration))
    if made is None or _fastcall.CALLBACKS == 0:
        return None
    try:
        return _fastcall.Callback(declaration, made.kinds, made.result, function)
    except (RuntimeError, ValueError):
        return None


@lru_cache(maxsize=1024)
def _made(signature: Signature) -> _Made | None:
    """What functions of a signature share; None where it is not the fast path's.

    Bounded, because signatures may come from data. The plan's type is one for each signature, since a builtin's repr
    shows the name of the type of its `self`.
    """
    types = (*signature.parameters, signature.result)
    if signature.fixed is not None or any(isinstance(type_, StructType) for type_ in types):
        return None
    letters = "".join(_KINDS[type_.name] for type_ in types).encode()
    return _Made(letters[:-1], letters[-1:], _fastcall.plan_subtype(f"ffi_core.function {signature}"))

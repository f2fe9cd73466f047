"""Binding through the C extension: a declaration becomes a builtin function whose `self` is the plan of the call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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

_plan_types: dict[str, type[_fastcall.Plan]] = {}

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
    signature = signature_of(declaration)
    kinds = _kinds(signature)
    if kinds is None:
        return None
    *parameters, result = kinds
    name = declaration.name
    return _fastcall.function(
        _plan_type(signature), library, address, declaration, "".join(parameters).encode(), result.encode(), name, doc
    )


def is_bound(function: object) -> bool:
    """Whether `bind` made this function."""
    return isinstance(getattr(function, "__self__", None), _fastcall.Plan)


def open_callback(declaration: Declaration, function: Callable[..., Any]) -> _fastcall.Callback | None:
    """An address that C can call; None where the definition is beyond the fast path, or its trampolines are used up."""
    kinds = _kinds(signature_of(declaration))
    if kinds is None or _fastcall.CALLBACKS == 0:
        return None
    *parameters, result = kinds
    try:
        return _fastcall.Callback(declaration, "".join(parameters).encode(), result.encode(), function)
    except (RuntimeError, ValueError):
        return None


def _kinds(signature: Signature) -> list[str] | None:
    types = (*signature.parameters, signature.result)
    if signature.fixed is not None or any(isinstance(type_, StructType) for type_ in types):
        return None
    return [_KINDS[type_.name] for type_ in types]


def _plan_type(signature: Signature) -> type[_fastcall.Plan]:
    """One type for each signature, since a builtin's repr shows the name of the type of its `self`."""
    text = str(signature)
    found = _plan_types.get(text)
    if found is None:
        # Bounded, because signatures may come from data: past this, functions share the plain name.
        found = _fastcall.plan_subtype(f"ffi_core.function {text}") if len(_plan_types) < 1024 else _fastcall.Plan
        _plan_types[text] = found
    return found

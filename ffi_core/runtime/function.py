"""`Function`: a native function by its address, as C gives them out in structs and by look-up functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ffi_core.model import Declaration
from ffi_core.runtime import backend
from ffi_core.runtime.messages import address_from, describe_value
from ffi_core.schema import check_definition
from ffi_core.types import NATIVE_TYPES


def Function(address: Any, definition: Mapping[str, Any]) -> Callable[..., Any]:  # noqa: N802 - a maker, named as Deno's
    """A Python function that calls the code at an address. Nothing keeps that code in memory.

    Parameters
    ----------
    address: int, a `Callback`, or a cffi pointer.
    definition: ``{"parameters": [...], "result": ...}``.

    Raises
    ------
    SchemaError: the definition is wrong. TypeError, OverflowError, ValueError: no address, or NULL.
    """
    signature = check_definition(definition, "function definition")
    kind = NATIVE_TYPES["function"]
    number = address if isinstance(address, int) and not isinstance(address, bool) else address_from(kind, address)
    if number is None and address is not None:
        raise TypeError(f"Function(): {describe_value(kind, address)}")
    if not number:
        raise ValueError("Function(): the address is NULL")
    if not 0 < number < 2**64:
        raise OverflowError(f"Function(): {describe_value(kind, number)}")
    name = f"function_at_{number:#x}"
    return backend.bind(None, number, Declaration(name, name, signature))

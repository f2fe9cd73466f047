"""`Callback`: a Python function under an address that C can call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from ffi_core.errors import ClosedError
from ffi_core.model import Declaration
from ffi_core.runtime import backend
from ffi_core.runtime.identity import NativeHandle
from ffi_core.schema import check_definition


class Callback(NativeHandle):
    """A Python function that C can call, on any thread, until the callback is closed.

    The function's result is checked like an argument; that of a void callback is ignored. Where it raises, C receives
    zeros and goes on, and the native call around it raises the exception when it returns, later ones as notes; with no
    such call, `sys.unraisablehook` hears of it.

    Parameters
    ----------
    definition: ``{"parameters": [...], "result": ...}``, as for a function in a schema.
    function: what to call, with one argument for each parameter.

    Raises
    ------
    SchemaError: the definition is wrong; it lists every mistake with its path.
    TypeError: `function` cannot be called.
    """

    def __init__(self, definition: Mapping[str, Any], function: Callable[..., Any]) -> None:
        signature = check_definition(definition, "callback definition", variadic=False)
        if not callable(function):
            raise TypeError(f"Callback() takes a function, not {type(function).__name__}")
        name = getattr(function, "__qualname__", None) or type(function).__qualname__
        self._declaration = Declaration(name, name, signature)
        self._native = backend.open_callback(self._declaration, function)

    @property
    def address(self) -> int:
        """What C calls; raises ClosedError once the callback is closed."""
        address = self._native.address
        if address is None:
            raise ClosedError(f"the callback {self._declaration.name}() is closed")
        return address

    def close(self) -> None:
        """Make the address useless: C that still calls it gets zeros. Twice is fine."""
        self._native.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        where = "closed" if self._native.address is None else f"at {self._native.address:#x}"
        return f"<ffi_core.Callback {self._declaration} {where}>"

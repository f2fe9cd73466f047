"""The portable path: cffi makes the call. It serves what the fast path does not cover, and machines without it.

Conversions and errors are those of the fast path, so that a program cannot tell the two apart but by speed; one thing
differs: cffi releases the GIL during every call.
"""

from __future__ import annotations

import inspect
import os
from collections import deque
from collections.abc import Callable
from functools import cache
from typing import Any

from ffi_core.errors import ClosedError
from ffi_core.model import Declaration
from ffi_core.runtime import calls as portable_calls
from ffi_core.runtime.identity import NativeHandle
from ffi_core.runtime.messages import describe_argument, describe_arity, signature_of
from ffi_core.runtime.values import Held, UnfitError, c_name, cffi, from_native, to_native, variadic_argument
from ffi_core.runtime.which import BACKEND
from ffi_core.types import Kind, StructType

if BACKEND == "fastcall":
    # One chain of frames for both kinds of calls, so that they nest.
    from ffi_core.runtime import _fastcall as calls
else:
    calls = portable_calls  # type: ignore[misc]

keep, get_errno, set_errno = calls.keep, calls.get_errno, calls.set_errno


@cache
def _loader() -> Any:
    loader = cffi().dlopen(None)
    # cffi looks a function up when it is used first, and that look-up would wipe dlerror's message.
    for name in ("dlopen", "dlsym", "dlclose", "dlerror"):
        getattr(loader, name)
    return loader


class Library:
    """An open library: gives addresses, can be closed.

    Parameters
    ----------
    path: a name as dlopen(3) takes it; None for the process itself.

    Raises
    ------
    OSError: with the loader's own words.
    """

    def __init__(self, path: str | None) -> None:
        ffi, loader = cffi(), _loader()
        self._handle = loader.dlopen(ffi.NULL if path is None else os.fsencode(path), os.RTLD_NOW | os.RTLD_LOCAL)
        self.closed = False
        if not self._handle:
            words = loader.dlerror()
            raise OSError(ffi.string(words).decode(errors="replace") if words else "dlopen failed")

    def address(self, name: str, /) -> int | None:
        """The address of an exported symbol, or None."""
        if self.closed:
            raise ClosedError("the library is closed")
        return int(cffi().cast("uintptr_t", _loader().dlsym(self._handle, name.encode()))) or None

    def discard(self) -> None:
        """Unload at once a library of which nothing was called."""
        self.closed = True
        _loader().dlclose(self._handle)

    def close(self) -> None:
        """Unload, or let the last call that is under way do so. Twice is fine."""
        if not self.closed:
            self.closed = True
            handle, self._handle = self._handle, None
            portable_calls.unload_when_idle(lambda: _loader().dlclose(handle))


class Job:
    """A call whose arguments are converted, and stay locked and alive until it is over.

    Raises
    ------
    TypeError, OverflowError, ValueError, BufferError, ClosedError: as the call itself would.
    """

    def __init__(self, native: Native, arguments: tuple[object, ...]) -> None:
        self._native, self._held, self.errno = native, Held(), 0
        try:
            self._values = native.convert(arguments, self._held)
            # Converting may have run Python code that closed the library; `perform` asks again.
            native.check_open()
        except BaseException:
            self._held.release()
            raise

    def run(self) -> Any:
        """Make the call without the GIL."""
        try:
            value = calls.run(self._native.perform, self._values)
            self.errno = get_errno()
            return self._native.read(value)
        finally:
            self._held.release()


class Native:
    """How cffi calls one function.

    Parameters
    ----------
    library: what keeps the code in memory; None for a bare address.
    address: of the native function.
    declaration: its types; a function's.
    """

    def __init__(self, library: Any, address: int, declaration: Declaration) -> None:
        self.library, self.declaration = library, declaration
        self.signature = signature_of(declaration)
        self.read = from_native(self.signature.result)
        names = [c_name(parameter) for parameter in self.signature.parameters[: self.signature.fixed]]
        if self.signature.fixed is not None:
            names.append("...")
        listed = ", ".join(names) or "void"
        self._function = cffi().cast(f"{c_name(self.signature.result)}(*)({listed})", address)

    def check_open(self) -> None:
        """Raise ClosedError where the library is closed."""
        if self.library is not None and self.library.closed:
            raise ClosedError(f"{self.declaration.name}(): its library is closed")

    def convert(self, arguments: tuple[object, ...], held: Held) -> tuple[Any, ...]:
        """Check and convert arguments; what is locked goes to `held`."""
        parameters = self.signature.parameters
        if len(arguments) != len(parameters):
            raise TypeError(describe_arity(self.declaration, len(arguments)))
        values = []
        for index, (type_, value) in enumerate(zip(parameters, arguments, strict=True)):
            try:
                native = to_native(type_, value, held)
            except UnfitError as unfit:
                raise unfit.error(describe_argument(self.declaration, index, value)) from None
            if self.signature.fixed is not None and index >= self.signature.fixed:
                native = variadic_argument(type_, native)
            values.append(native)
        return tuple(values)

    def perform(self, *values: Any) -> Any:
        """The call itself, with errno around it."""
        # From here on, a library that is closed stays loaded until the call is over.
        self.check_open()
        ffi = cffi()
        ffi.errno = 0
        value = self._function(*values)
        set_errno(ffi.errno)
        return value


def bind(library: Any, address: int, declaration: Declaration, doc: str) -> Callable[..., Any]:
    """A Python function that calls the native one at `address`.

    Parameters
    ----------
    library: what keeps the code in memory; None for a bare address.
    address: of the native function.
    declaration: its types; a function's.
    doc: the docstring, with the text signature in front.
    """
    return BoundFunction(Native(library, address, declaration), doc)


class BoundFunction(NativeHandle):
    """A native function that cffi calls; it looks like the builtin that the fast path would give."""

    def __init__(self, native: Native, doc: str) -> None:
        self.native = native
        self.__name__ = self.__qualname__ = native.declaration.name
        self.__self__ = native
        head, _, body = doc.partition("\n--\n\n")
        self.__doc__ = body
        words = head[len(self.__name__) + 1 : -1].split(", ")[:-1]
        self.__signature__ = inspect.Signature(
            [inspect.Parameter(word, inspect.Parameter.POSITIONAL_ONLY) for word in words]
        )

    def __call__(self, *arguments: object) -> Any:
        return Job(self.native, arguments).run()

    def __repr__(self) -> str:
        signature = self.native.signature
        return f"<native method {self.__name__} of ffi_core.function {signature} object at {id(self):#x}>"


def prepare(function: Callable[..., Any], arguments: tuple[object, ...]) -> Job:
    """A job for a bound function; raises what the call would raise for the arguments."""
    if not isinstance(function, BoundFunction):
        raise TypeError("expected a function that ffi_core bound")
    return Job(function.native, arguments)


# C may hold a closed callback's address for a while; what it would run stays in memory until many others were closed.
_closed: deque[Any] = deque(maxlen=4096)


class Callback:
    """The native side of `ffi_core.Callback` where cffi makes it.

    Parameters
    ----------
    declaration: the definition, under the name that messages show.
    function: what to call.
    """

    def __init__(self, declaration: Declaration, function: Callable[..., Any]) -> None:
        ffi = cffi()
        self._declaration, self._kept = declaration, Held()
        self._function: Callable[..., Any] | None = function
        signature = signature_of(declaration)
        self._readers = [from_native(parameter) for parameter in signature.parameters]
        self._result = signature.result
        names = ", ".join(c_name(parameter) for parameter in signature.parameters) or "void"
        self._native = ffi.callback(f"{c_name(signature.result)}(*)({names})", self._enter, onerror=self._stumble)
        self._zero = self._zeros()
        self.address: int | None = int(ffi.cast("uintptr_t", self._native))

    def close(self) -> None:
        """C then meets zeros."""
        if self.address is not None:
            self.address = self._function = None
            self._kept.release()
            _closed.append(self._native)

    def __del__(self) -> None:
        if getattr(self, "address", None) is not None:
            self.close()

    def _zeros(self) -> Any:
        if self._result.kind is Kind.VOID:
            return None
        if isinstance(self._result, StructType):
            return cffi().new(f"{c_name(self._result)} *")[0]
        return 0

    def _enter(self, *values: Any) -> Any:
        try:
            ffi = cffi()
            error_of_c = ffi.errno
            try:
                return calls.call_back(self._answer, values)
            finally:
                ffi.errno = error_of_c
        except BaseException as error:  # noqa: BLE001 - survives whatever the user's function raises: C cannot
            keep(error, self)
            return self._zero

    def _answer(self, *values: Any) -> Any:
        function = self._function
        if function is None:
            raise ClosedError("C called a callback that was closed")
        answer = function(*[read(value) for read, value in zip(self._readers, values, strict=True)])
        if self._result.kind is Kind.VOID:
            return None
        kept = Held()
        try:
            native = to_native(self._result, answer, kept)
        except UnfitError as unfit:
            raise unfit.error(describe_argument(self._declaration, -1, answer)) from None
        # C may read the memory of the last answer for as long as it likes; it stays until the next one comes.
        self._kept.release()
        self._kept = kept
        return native

    def _stumble(self, _kind: type[BaseException], error: BaseException, _trace: object) -> None:
        # What is raised just outside `_enter`, such as a KeyboardInterrupt as it begins; C has got zeros.
        keep(error, self)

    def __repr__(self) -> str:
        return f"<native callback {self._declaration}>"

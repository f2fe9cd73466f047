"""`dlopen`: declarations in, a namespace of callables out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from weakref import WeakKeyDictionary

from ffi_core import schema
from ffi_core.errors import LibraryLoadError, LibraryNotFoundError, LoadFailure, SymbolNotFoundError
from ffi_core.model import Declaration
from ffi_core.runtime import backend
from ffi_core.runtime.identity import NativeHandle
from ffi_core.runtime.memory import read_value
from ffi_core.runtime.nonblocking import Calls, NonblockingFunction
from ffi_core.runtime.precheck import refuse_dangerous_files
from ffi_core.types import Kind


class _Documentation:
    """A library's own docstring, made when `help(lib)` asks for it; the class keeps its general one."""

    def __init__(self, general: str | None) -> None:
        self._general = general

    def __get__(self, library: Library | None, owner: type | None = None) -> str | None:
        state = None if library is None else _opened.get(library)
        if state is None:
            return self._general
        lines = [f"The library {state.name}, as its schema declares it:", ""]
        lines += [f"    {declaration}" for declaration in state.declarations]
        return "\n".join(lines)


class Library(NativeHandle):
    """The symbols of an open library, by attribute (``lib.cos``) or by item (``lib["cos"]``).

    It has no public attribute of its own, since a library may export any name: `ffi_core.close` closes it, or a
    ``with`` block. A name that is no identifier, or that Python's object protocol claims, is reached as an item.
    """

    __doc__ = _Documentation(__doc__)

    def __getitem__(self, name: str) -> Any:
        try:
            return _opened[self].symbols[name]
        except KeyError:
            raise KeyError(f"{name!r} is not declared; the schema has {', '.join(dir(self)) or 'nothing'}") from None

    def __getattr__(self, name: str) -> Any:
        # Only reached for names that the instance dict lacks.
        declared = ", ".join(dir(self)) or "nothing"
        raise AttributeError(f"{name!r} is not declared; the schema has {declared}", name=name, obj=self)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"cannot set {name!r}: a library's symbols are fixed by its schema")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"cannot delete {name!r}: a library's symbols are fixed by its schema")

    def __dir__(self) -> list[str]:
        state = _opened.get(self)
        return sorted(state.symbols) if state else []

    def __repr__(self) -> str:
        state = _opened.get(self)
        if state is None:
            return "<ffi_core.Library>"
        return f"<ffi_core.Library {state.name!r}, {len(state.symbols)} symbols{', closed' if state.closed else ''}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        close(self)


class _State:
    """What an open library consists of; kept beside the namespace so that the namespace's names are all the user's."""

    __slots__ = ("calls", "closed", "declarations", "name", "native", "symbols")

    def __init__(self, name: str, native: backend.NativeLibrary, declarations: tuple[Declaration, ...]) -> None:
        self.name, self.native, self.declarations, self.closed = name, native, declarations, False
        self.calls = Calls()
        self.symbols = {declaration.name: self._bind(declaration) for declaration in declarations}

    def _bind(self, declaration: Declaration) -> Any:
        address = self.native.address(declaration.symbol)
        if address is None:
            if declaration.optional:
                return None
            raise SymbolNotFoundError(declaration.symbol, self.name, _nearest(self.name, declaration.symbol))
        if declaration.static is not None:
            # The value of a pointer-like static is the variable's address: what it holds may change, where it is not.
            is_address = declaration.static.kind in (Kind.POINTER, Kind.BUFFER, Kind.FUNCTION)
            return address if is_address else read_value(address, declaration.static)
        function = backend.bind(self.native, address, declaration)
        return NonblockingFunction(function, backend.prepare, self.calls) if declaration.nonblocking else function


_PROCESS = "the process"
_opened: WeakKeyDictionary[Library, _State] = WeakKeyDictionary()


def dlopen(path: str | os.PathLike[str] | None, symbols: Mapping[str, Mapping[str, Any]]) -> Library:
    """Open a native library and bind the symbols that a schema declares.

    Parameters
    ----------
    path: the library: a name that the dynamic loader searches for (``"libm.so.6"``), a path with a slash, or None for
        the process itself.
    symbols: a dict from name to declaration, as in Deno: ``{"cos": {"parameters": ["f64"], "result": "f64"}}``.

    Returns
    -------
    A namespace whose attributes are the symbols.

    Raises
    ------
    SchemaError: before anything is loaded; it lists every mistake with its path.
    LibraryNotFoundError: no file of that name where the loader looks.
    LibraryLoadError: a file is there that cannot be loaded.
    SymbolNotFoundError: the library lacks a symbol; nothing stays open.
    TypeError: the path is neither str, path nor None.
    """
    declarations = schema.check(symbols)
    name = _file_name(path)
    native = _load(name)
    try:
        state = _State(name or _PROCESS, native, declarations)
    except BaseException:
        native.discard()
        raise
    library = object.__new__(Library)
    # Names that Python's object protocol claims stay items: a library that exports `__class__` must not become one.
    library.__dict__.update(
        (name, value) for name, value in state.symbols.items() if not (name.startswith("__") and name.endswith("__"))
    )
    _opened[library] = state
    return library


def close(library: Library) -> None:
    """Close a library that `dlopen` opened: every later call of its functions raises ClosedError. Twice is fine.

    Nonblocking calls that wait in the queue are cancelled, running ones are waited for. Statics keep their values.

    Raises
    ------
    TypeError: for anything else than a library that `dlopen` gave.
    """
    state = _opened.get(library) if isinstance(library, Library) else None
    if state is None:
        raise TypeError(f"close() takes a library that dlopen gave, not {type(library).__name__}")
    if not state.closed:
        state.closed = True
        try:
            state.calls.finish()
        finally:
            # Also where waiting was interrupted: what still runs keeps the library loaded.
            state.native.close()


def _file_name(path: object) -> str | None:
    if path is None:
        return None
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"dlopen() takes the library as str, path or None, not {type(path).__name__}")
    name = os.fspath(path)
    if not isinstance(name, str):
        raise TypeError(f"dlopen() takes the library as str, path or None, not a path of {type(name).__name__}")
    # dlopen(3) reads "" as the process itself, and a NUL as the end of the name: both would open something else.
    if not name or "\0" in name:
        raise LibraryNotFoundError(name)
    return name


def _load(name: str | None) -> backend.NativeLibrary:
    if name is not None:
        refuse_dangerous_files(name)
    try:
        return backend.open_library(name)
    except (OSError, UnicodeEncodeError) as error:
        raise _explain(name or "", str(error)) from None


def _explain(name: str, words: str) -> LibraryNotFoundError | LibraryLoadError:
    """Why the loader refused, from the file itself where that says more than the loader's words."""
    from ffi_core.library import locate

    location = locate(name)
    if location.failure is not None:
        return location.failure
    if location.path is None:
        return LibraryNotFoundError(name, location.searched, location.near)
    return LibraryLoadError(str(location.path), LoadFailure.REFUSED, f"the loader refused it: {words}")


def _nearest(library: str, symbol: str) -> str | None:
    from ffi_core.errors import FFIError
    from ffi_core.library import locate, open_library

    path = locate(library).path if library != _PROCESS else None
    if path is None:
        return None
    try:
        return open_library(path).nearest(symbol)
    except FFIError:
        # The library is loaded all the same; only the hint is lost.
        return None

"""The arguments of our commands, checked: one class a command, whose fields are the keys that a client may send."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeVar

from pygls.exceptions import JsonRpcInvalidParams

MAX_TIMEOUT = 600.0
"""Seconds: the longest time limit that a request may set."""
MAX_RUNS = 100
"""The most runs of each program in a comparison."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Check:
    """What a field's value must be: a test, and the words for it."""

    test: Callable[[Any], bool]
    expected: str


def _field(test: Callable[[Any], bool], expected: str, **more: Any) -> Any:
    return field(metadata={"check": _Check(test, expected)}, **more)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_place(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_time(value: Any) -> bool:
    return type(value) in (int, float) and 0 < value <= MAX_TIMEOUT


def _uri() -> Any:
    return _field(_is_text, "the URI of an open text")


def _optional_uri() -> Any:
    return _field(_is_text, "the URI of a text", default=None)


def _optional_symbol() -> Any:
    return _field(_is_text, "a key of a schema", default=None)


def _timeout() -> Any:
    limit = f"a timeout of more than 0 and at most {MAX_TIMEOUT:g} seconds"
    return _field(_is_time, limit, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickRun:
    """`ffi.quickRun`: call a declared function.

    Parameters
    ----------
    uri: the open text that declares the function.
    symbol: its key in the schema.
    call: which of the text's calls that open a library declares it; None for the first that has the key.
    site: which of the function's calls in the text gives the arguments; None for the usual choice.
    arguments: JSON values for the function's parameters, or None to take them from the text.
    mode: ``"benchmark"`` to time it, ``"run"`` to call it once.
    timeout: seconds, or None for the usual limit.
    """

    uri: str = _uri()
    symbol: str = _field(_is_text, "a key of a schema")
    call: int | None = _field(_is_place, "the number of a call that opens a library, from 0", default=None)
    site: int | None = _field(_is_place, "the number of a call of the function, from 0", default=None)
    arguments: Sequence[object] | None = _field(lambda value: isinstance(value, list), "a list of values", default=None)
    mode: str = _field(lambda value: value in ("run", "benchmark"), '"run" or "benchmark"', default="benchmark")
    timeout: float | None = _timeout()


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRun:
    """`ffi.cancelRun`: end runs; those of one text or function where they are named."""

    uri: str | None = _optional_uri()
    symbol: str | None = _optional_symbol()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowReport:
    """`ffi.showReport`: open the last report on a function, or on anything in a text."""

    uri: str = _field(_is_text, "the URI of a text")
    symbol: str | None = _optional_symbol()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFile:
    """`ffi.runFile`: run a whole file.

    Parameters
    ----------
    uri: the open text; what runs is the file, so it has to be saved.
    runtime: its name, or None for the file's own, else the first that can.
    timeout: seconds, or None for the usual limit.
    """

    uri: str = _uri()
    runtime: str | None = _field(_is_text, "the name of a runtime", default=None)
    timeout: float | None = _timeout()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareRuntimes:
    """`ffi.compareRuntimes`: run a whole file on several runtimes, in turns.

    Parameters
    ----------
    uri: the open text; what runs is the file, so it has to be saved.
    runtimes: their names, or None for all.
    runs: counted runs of each.
    timeout: seconds for each run, or None for the usual limit.
    """

    uri: str = _uri()
    runtimes: Sequence[str] | None = _field(
        lambda value: isinstance(value, list) and all(map(_is_text, value)) and bool(value),
        "a list of runtimes' names",
        default=None,
    )
    runs: int = _field(
        lambda value: type(value) is int and 2 <= value <= MAX_RUNS, f"a number from 2 to {MAX_RUNS}", default=5
    )
    timeout: float | None = _timeout()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenHeader:
    """`ffi.openHeader`: open the C header of a declared symbol, or everything that a call declares as a header.

    Parameters
    ----------
    uri: the open text.
    call: which of the text's calls, from 0; None for the first that has declarations, or that of the symbol.
    symbol: the C name; None for all that the call declares.
    """

    uri: str = _uri()
    call: int | None = _field(_is_place, "the number of a call that opens a library, from 0", default=None)
    symbol: str | None = _field(_is_text, "the C name of a declared symbol", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRuntimes:
    """`ffi.listRuntimes`: which runtimes are here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetConsent:
    """`ffi.resetConsent`: ask again before native code runs, in this workspace or everywhere."""

    everywhere: bool = _field(lambda value: isinstance(value, bool), "true or false", default=False)


def read_order(kind: type[T], command: str, arguments: object) -> T:
    """Check what came with a command.

    Parameters
    ----------
    kind: the command's class.
    command: its name.
    arguments: what the client sent: a list of one object, or nothing where every field may be left out.

    Raises
    ------
    JsonRpcInvalidParams: naming the field, what was expected and what came.
    """
    known = {entry.name: entry for entry in fields(kind)}  # type: ignore[arg-type]
    needed = [name for name, entry in known.items() if entry.default is MISSING]
    given = list(arguments) if isinstance(arguments, Sequence) and not isinstance(arguments, str) else []
    if not given and not needed:
        return kind()
    if len(given) != 1 or not isinstance(given[0], Mapping):
        names = f" with {' and '.join(needed or known)}" if known else " without fields"
        raise wrong(command, f"takes one argument, an object{names}")
    unknown = sorted(map(str, given[0].keys() - known.keys()))
    if unknown:
        raise wrong(command, f"knows no field {unknown[0]!r}; it has {', '.join(known) or 'none'}")
    # Null stands for what was left out, as clients that have no other word for that send it.
    values = {name: value for name, value in given[0].items() if value is not None}
    for name, entry in known.items():
        check: _Check = entry.metadata["check"]
        missing = name in needed and name not in values
        if missing or (name in values and not check.test(values[name])):
            raise wrong(command, f"expects {name} to be {check.expected}, not {values.get(name)!r:.60}")
    return kind(**values)


def wrong(command: str, reason: str) -> JsonRpcInvalidParams:
    """The error of an order that cannot be carried out as it stands."""
    return JsonRpcInvalidParams(f"{command} {reason}")

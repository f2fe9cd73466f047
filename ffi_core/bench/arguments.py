"""Arguments for a run: how their JSON becomes what the native call takes, and results become JSON.

JSON values by parameter: a number for integers and floats (floats take ``"NaN"``, ``"Infinity"`` and ``"-Infinity"``
too), true or false for ``bool``; for ``buffer`` and ``pointer`` a string (sent as UTF-8 with a NUL behind it), a list
of bytes ``[1, 2, 255]``, ``{"out": 8}`` for that many zero bytes to be written to, or null; for ``pointer`` and
``function`` also an address as a number.

``{"name": "db"}`` stands for what a set-up step named so: a result as it is; a block of bytes is itself to a
``buffer``, and to every other type the value of that type at its start, which is how a handle that C wrote is passed
on. ``{"address": "db"}`` is the block's address to a ``pointer`` too. Nothing native runs here.
"""

from __future__ import annotations

import json
import math
import re
import struct
import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from ffi_core.model import Declaration, Signature
from ffi_core.types import NATIVE_TYPES, Kind, NativeType, StructType, Type

MAX_BUFFER = 64 << 20
"""The most bytes that ``{"out": n}`` may ask for."""

_LONGEST_RESULT = 200
_ADDRESS = re.compile(r"-?0x[0-9a-f]+")
_ADDRESSES = (Kind.POINTER, Kind.BUFFER, Kind.FUNCTION)
_NAMED_FLOATS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class ArgumentsError(ValueError):
    """Arguments that cannot be used, or none at all where some are needed.

    Parameters
    ----------
    message: a sentence for people.
    example: arguments that would be accepted, for a hint; None where the function has no usable declaration.
    """

    def __init__(self, message: str, example: tuple[object, ...] | None = None) -> None:
        super().__init__(message)
        self.example = example


Names = Mapping[str, object]
"""What set-up steps named: bytearrays for blocks of bytes, else native results and plain values."""

NO_NAMES: Names = MappingProxyType({})


def to_native(signature: Signature, values: Sequence[object], names: Names = NO_NAMES) -> tuple[object, ...]:
    """Turn JSON values into what `ffi_core.runtime` passes on; buffers are fresh bytearrays.

    Parameters
    ----------
    signature: what is called.
    values: one JSON value for each parameter.
    names: what earlier steps named.

    Raises
    ------
    ArgumentsError: naming the argument, what was expected and what was given.
    """
    expected = len(signature.parameters)
    if len(values) != expected:
        takes = f"{expected} argument{'' if expected == 1 else 's'}"
        example = example_arguments(signature)
        raise ArgumentsError(f"takes {takes} {_types(signature)}, not {len(values)}", example)
    return tuple(
        _convert(type_, _look_up(type_, value, names, f"argument {place}"), f"argument {place}")
        for place, (type_, value) in enumerate(zip(signature.parameters, values, strict=True), 1)
    )


def from_word(type_: Type, word: str) -> object:
    """Read one word of a command line as the JSON value for a parameter.

    Text is taken as it stands for ``buffer``, unless it is a JSON object, list or null; everything else is JSON, and
    addresses may be hexadecimal.

    Raises
    ------
    ArgumentsError: where the word is no JSON.
    """
    kind = type_.kind
    if kind is Kind.BUFFER and word[:1] not in ("{", "[") and word != "null":
        return word
    if kind is Kind.FLOAT and word.removeprefix("-").lower() in ("nan", "inf", "infinity"):
        return float(word)
    try:
        return int(word, 16) if word.startswith("0x") else json.loads(word)
    except ValueError:
        raise ArgumentsError(f"{word!r} is no {type_}: {_expectation(type_)}") from None


def example_arguments(signature: Signature) -> tuple[object, ...]:
    """Harmless values that fit a signature, to show how arguments are written."""
    examples: dict[Kind, object] = {Kind.BOOL: True, Kind.FLOAT: 0.5, Kind.BUFFER: "text", Kind.INTEGER: 1}
    return tuple(examples.get(type_.kind) for type_ in signature.parameters)


def show_result(type_: Type, result: object) -> object:
    """A native result as a JSON value; see `RunReport.result`.

    Parameters
    ----------
    type_: the declared result type.
    result: what the bound function returned.
    """
    if isinstance(result, float) and not math.isfinite(result):
        return next(word for word, value in _NAMED_FLOATS.items() if repr(value) == repr(result))
    if result is None or isinstance(result, bool | str | float):
        return result
    if isinstance(result, bytes | bytearray | memoryview):
        return bytes(result).hex(" ")
    if isinstance(result, int):
        return hex(result) if type_.kind in _ADDRESSES else result
    address = getattr(result, "address", None)
    return hex(address) if isinstance(address, int) else repr(result)


def spell_result(declaration: Declaration, shown: object) -> str:
    """A result in words for people: addresses, numbers and ``NaN`` bare, texts in quotes, a struct as its bytes.

    Parameters
    ----------
    declaration: what was called.
    shown: the result as `show_result` gives it.

    Returns
    -------
    At most 200 characters of it, and an ellipsis where there are more.
    """
    kind = declaration.signature.result.kind if declaration.signature is not None else None
    match shown:
        case str() if kind is Kind.FLOAT or (kind in _ADDRESSES and _ADDRESS.fullmatch(shown)):
            text = shown
        case str() if kind is Kind.STRUCT:
            text = f"bytes {shown}"
        case _:
            text = json.dumps(shown, ensure_ascii=False)
    return text if len(text) <= _LONGEST_RESULT else f"{text[:_LONGEST_RESULT]}..."


_MISSING = object()


def make_value(value: object) -> object:
    """What a name stands for from then on: a block of bytes for text, a list or ``{"out": n}``, else the value itself.

    Raises
    ------
    ArgumentsError: for a block that cannot be made.
    """
    if not isinstance(value, str | list | dict):
        return value
    block = _block(value)
    if block is _MISSING:
        raise ArgumentsError(f"{_shown(value)} makes no block of bytes; {_expectation(NATIVE_TYPES['buffer'])}")
    return block


def _look_up(type_: Type, value: object, names: Names, where: str) -> object:
    if not isinstance(value, dict) or not {"name", "address"} & value.keys() or len(value) != 1:
        return value
    ((how, name),) = value.items()
    if name not in names:
        known = f"; there are {', '.join(names)}" if names else ""
        raise ArgumentsError(f"{where}: nothing was named {name!r} before{known}")
    found = names[name]
    if not isinstance(found, bytearray):
        if how == "address":
            raise ArgumentsError(f"{where}: {name!r} is a value, which has no address")
        return found
    if how == "address" or type_.kind in (Kind.BUFFER, Kind.STRUCT):
        return found
    if len(found) < type_.size:
        raise ArgumentsError(f"{where}: {name!r} has {len(found)} bytes, too few to hold a {type_}")
    return _value_at_start(type_, found)


def _value_at_start(type_: Type, block: bytearray) -> object:
    if type_.kind is Kind.FLOAT:
        return struct.unpack_from("=d" if type_.size == 8 else "=f", block)[0]
    signed = isinstance(type_, NativeType) and type_.signed
    whole = int.from_bytes(block[: type_.size], sys.byteorder, signed=signed)
    return bool(whole) if type_.kind is Kind.BOOL else whole


def _convert(type_: Type, value: object, where: str) -> object:
    converted = _accept(type_, value)
    if converted is _MISSING:
        if isinstance(type_, NativeType) and type_.kind is Kind.INTEGER and _whole(value) is not None:
            raise ArgumentsError(
                f"{where}: {value} does not fit {type_}, which holds {type_.minimum} to {type_.maximum}"
            )
        raise ArgumentsError(f"{where}: {_shown(value)} is no {type_}; {_expectation(type_)}")
    return converted


def _accept(type_: Type, value: object) -> object:
    if isinstance(type_, StructType):
        block = _block(value)
        return block if isinstance(block, bytearray) and len(block) == type_.size else _MISSING
    match type_.kind:
        case Kind.BOOL:
            return value if isinstance(value, bool) else _MISSING
        case Kind.INTEGER:
            whole = _whole(value)
            return whole if whole is not None and type_.minimum <= whole <= type_.maximum else _MISSING
        case Kind.FLOAT:
            return _float(value)
        case Kind.BUFFER:
            return None if value is None else _block(value)
        case Kind.POINTER | Kind.FUNCTION:
            whole = _whole(value)
            if whole is not None:
                return whole if 0 <= whole < 1 << 64 else _MISSING
            return None if value is None else _block(value)
        case _:
            return _MISSING


def _whole(value: object) -> int | None:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _float(value: object) -> object:
    if isinstance(value, str):
        return _NAMED_FLOATS.get(value, _MISSING)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _MISSING
    try:
        return float(value)
    except OverflowError:
        return _MISSING


def _block(value: object) -> object:
    """The bytes that a JSON value stands for, in memory of their own, since C may write to them."""
    if isinstance(value, bytearray):
        return value
    if isinstance(value, str):
        try:
            return bytearray(value.encode()) + b"\0" if "\0" not in value else _MISSING
        except UnicodeEncodeError:
            return _MISSING
    if isinstance(value, dict):
        size = _whole(value.get("out")) if len(value) == 1 else None
        return bytearray(size) if size is not None and 0 < size <= MAX_BUFFER else _MISSING
    if isinstance(value, list | tuple):
        places = [_whole(item) for item in value]
        fitting = [place for place in places if place is not None and 0 <= place <= 255]
        return bytearray(fitting) if len(fitting) == len(places) else _MISSING
    return _MISSING


def _expectation(type_: Type) -> str:
    if isinstance(type_, StructType):
        return f"expected a list of its {type_.size} bytes"
    block = f'text, a list of bytes, {{"out": SIZE}} with at most {MAX_BUFFER} bytes, or null'
    return {
        Kind.BOOL: "expected true or false",
        Kind.INTEGER: "expected a whole number",
        Kind.FLOAT: 'expected a number, "NaN" or "Infinity"',
        Kind.BUFFER: f"expected {block}",
        Kind.POINTER: f"expected an address as a number, {block}",
        Kind.FUNCTION: f"expected an address as a number, {block}",
    }.get(type_.kind, "which takes no value")


def _types(signature: Signature) -> str:
    return f"({', '.join(str(parameter) for parameter in signature.parameters)})"


def _shown(value: object) -> str:
    text = json.dumps(value, default=repr)
    return text if len(text) <= 60 else f"{text[:57]}..."

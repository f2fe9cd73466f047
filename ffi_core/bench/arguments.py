"""Arguments for a run: where they come from, and how their JSON becomes what the native call takes.

JSON values by parameter: a number for integers and floats (floats take ``"NaN"``, ``"Infinity"`` and ``"-Infinity"``
too), true or false for ``bool``; for ``buffer`` and ``pointer`` a string (sent as UTF-8 with a NUL behind it), a list
of bytes ``[1, 2, 255]``, ``{"out": 8}`` for that many zero bytes to be written to, or null; for ``pointer`` and
``function`` also an address as a number. Nothing native runs here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

from ffi_core.model import Array, BigInt, Boolean, DlopenCall, Nothing, Number, Signature, Span, Text, Value
from ffi_core.types import Kind, NativeType, StructType, Type

MAX_BUFFER = 64 << 20
"""The most bytes that ``{"out": n}`` may ask for."""

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


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments chosen for a run.

    Parameters
    ----------
    values: JSON values that fit the declaration.
    origin: ``"request"``, ``"call"`` (a call in the file) or ``"none needed"``.
    span: the call in the file they were read from, else None.
    """

    values: tuple[object, ...]
    origin: str
    span: Span | None = None


def choose_arguments(call: DlopenCall, name: str, given: Sequence[object] | None = None) -> Arguments:
    """Choose what a run of one declared function is called with.

    In this order: what the request gives; the first call in the file whose arguments are literals that fit; nothing,
    where the function takes nothing.

    Parameters
    ----------
    call: the dlopen call, as a dialect read it.
    name: the schema key of the function.
    given: JSON values from the request, or None.

    Raises
    ------
    ArgumentsError: where there are none, or those given do not fit, or nothing callable is declared under that name.
    """
    signature = _signature_of(call, name)
    if given is not None:
        check_arguments(signature, given)
        return Arguments(tuple(given), "request")
    refused: str | None = None
    for site in call.calls:
        values = _literals(site.arguments) if site.symbol == name else None
        if values is None:
            continue
        try:
            check_arguments(signature, values)
        except ArgumentsError as error:
            refused = refused or f"; a call in the file does not fit: {error}"
            continue
        return Arguments(values, "call" if values else "none needed", site.span)
    if not signature.parameters:
        return Arguments((), "none needed")
    wanted = ", ".join(str(parameter) for parameter in signature.parameters)
    why = refused or " and no call in the file gives them as literals"
    raise ArgumentsError(f"{name} needs arguments ({wanted}){why}", example_arguments(signature))


def check_arguments(signature: Signature, values: Sequence[object]) -> None:
    """Check JSON values against a signature, without keeping what they become.

    Raises
    ------
    ArgumentsError: naming the argument, what was expected and what was given.
    """
    to_native(signature, values)


def to_native(signature: Signature, values: Sequence[object]) -> tuple[object, ...]:
    """Turn JSON values into what `ffi_core.runtime` passes on; buffers are fresh bytearrays.

    Raises
    ------
    ArgumentsError: as `check_arguments`.
    """
    expected = len(signature.parameters)
    if len(values) != expected:
        takes = f"{expected} argument{'' if expected == 1 else 's'}"
        example = example_arguments(signature)
        raise ArgumentsError(f"takes {takes} {_types(signature)}, not {len(values)}", example)
    return tuple(
        _convert(type_, value, f"argument {place}")
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
        is_address = type_.kind in (Kind.POINTER, Kind.BUFFER, Kind.FUNCTION)
        return hex(result) if is_address else result
    address = getattr(result, "address", None)
    return hex(address) if isinstance(address, int) else repr(result)


def _signature_of(call: DlopenCall, name: str) -> Signature:
    entry = call.declaration_of(name)
    if entry is None:
        raise ArgumentsError(f"{name} is not declared in this call of dlopen")
    if entry.declaration is None:
        raise ArgumentsError(f"the declaration of {name} has mistakes; mend them first")
    if entry.declaration.signature is None:
        raise ArgumentsError(f"{name} is declared as data ({entry.declaration.static}), which cannot be called")
    return entry.declaration.signature


def _literals(arguments: Array) -> tuple[object, ...] | None:
    values = [_literal(value) for value in arguments.items]
    return None if not arguments.complete or _MISSING in values else tuple(values)


_MISSING = object()


def _literal(value: Value) -> object:
    match value:
        case Text(value=folded) | Number(value=folded) | BigInt(value=folded) | Boolean(value=folded):
            return folded
        case Nothing():
            return None
        case _:
            return _MISSING


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

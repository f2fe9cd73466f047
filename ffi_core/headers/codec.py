"""Prototypes as JSON and back: what the worker answers, what the cache keeps, and how the shipped table is written.

A type is ``[tag, ...]``; whatever cannot be read raises `CodecError`, so that a damaged file is told from a sound one.
"""

from __future__ import annotations

from typing import Any

from ffi_core.c_types import (
    CArray,
    CBool,
    CField,
    CFloat,
    CFunction,
    CInteger,
    CPointer,
    CStruct,
    CType,
    CUnknown,
    CVoid,
)
from ffi_core.model import Prototype, PrototypeKind

VERSION = 1
"""Changes when what is written changes its meaning, so that older caches are left alone."""


class CodecError(ValueError):
    """It is no prototype that this version wrote."""


def encode(prototype: Prototype) -> list[Any]:
    """A prototype as a list of JSON's types."""
    flags = prototype.variadic + 2 * prototype.unspecified
    parameters = [[name, _encode(type_)] for name, type_ in prototype.parameters]
    head = [prototype.name, prototype.kind.value, _encode(prototype.result), parameters, flags]
    return [*head, prototype.header, prototype.line, prototype.comment]


def decode(data: Any) -> Prototype:
    """The prototype that `encode` wrote.

    Raises
    ------
    CodecError: it is none.
    """
    try:
        name, kind, result, parameters, flags, header, line, comment = data
        prototype = Prototype(
            name=_text(name),
            kind=PrototypeKind(kind),
            result=_decode(result),
            parameters=tuple((_text(word), _decode(type_)) for word, type_ in parameters),
            variadic=bool(flags & 1),
            unspecified=bool(flags & 2),
            header=_text(header),
            line=_number(line),
            comment=_text(comment),
        )
    except (TypeError, ValueError, LookupError, RecursionError) as error:
        raise CodecError(f"no prototype: {error}") from error
    return prototype


def _encode(type_: CType) -> list[Any]:
    match type_:
        case CVoid(typedef):
            return ["v", typedef] if typedef else ["v"]
        case CBool(typedef):
            return ["b", typedef] if typedef else ["b"]
        case CInteger(basis, typedef, enum):
            return ["i", basis, typedef, enum] if typedef or enum else ["i", basis]
        case CFloat(basis, typedef):
            return ["f", basis, typedef] if typedef else ["f", basis]
        case CPointer(to, const, typedef):
            return ["p", _encode(to), int(const), *([typedef] if typedef else [])]
        case CFunction(result, parameters, variadic, unspecified, typedef):
            return ["F", _encode(result), [_encode(entry) for entry in parameters], variadic + 2 * unspecified, typedef]
        case CArray(element, count, typedef):
            return ["a", _encode(element), count, typedef]
        case CStruct(tag, fields, size, align, complete, natural, typedef):
            inner = [[field.name, _encode(field.type), field.offset, field.bits] for field in fields]
            return ["s", tag, inner, size, align, complete + 2 * natural, typedef]
        case CUnknown(text, reason, typedef):
            return ["?", text, reason, typedef]


def _decode(data: Any) -> CType:
    if not isinstance(data, list) or not data:
        raise CodecError(f"no type: {data!r:.40}")
    tag, *rest = data
    rest += [None] * 3
    match tag:
        case "v":
            return CVoid(_optional(rest[0]))
        case "b":
            return CBool(_optional(rest[0]))
        case "i":
            return CInteger(_text(rest[0]), _optional(rest[1]), _optional(rest[2]))
        case "f":
            return CFloat(_text(rest[0]), _optional(rest[1]))
        case "p":
            return CPointer(_decode(rest[0]), bool(rest[1]), _optional(rest[2]))
        case "F":
            parameters = tuple(_decode(entry) for entry in rest[1])
            return CFunction(_decode(rest[0]), parameters, bool(rest[2] & 1), bool(rest[2] & 2), _optional(rest[3]))
        case "a":
            return CArray(_decode(rest[0]), _number(rest[1]), _optional(rest[2]))
        case "s":
            fields = tuple(
                CField(_text(name), _decode(type_), _number(offset), None if bits is None else _number(bits))
                for name, type_, offset, bits in rest[1]
            )
            complete, natural = bool(rest[4] & 1), bool(rest[4] & 2)
            size, align = _number(rest[2]), _number(rest[3])
            return CStruct(_text(rest[0]), fields, size, align, complete, natural, _optional(rest[5]))
        case "?":
            return CUnknown(_text(rest[0]), _text(rest[1]), _optional(rest[2]))
        case _:
            raise CodecError(f"no type: {tag!r:.40}")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise CodecError(f"expected text, not {value!r:.40}")
    return value


def _optional(value: Any) -> str | None:
    return None if value is None else _text(value)


def _number(value: Any) -> int:
    if type(value) is not int:
        raise CodecError(f"expected a whole number, not {value!r:.40}")
    return value

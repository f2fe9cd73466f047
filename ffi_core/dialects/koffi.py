"""koffi: ``koffi.load(path)``, then ``func`` with a C prototype, or with name, result and parameters one by one.

Types: https://koffi.dev/input, and what koffi 3.3 accepts. Types can be added by name anywhere in a program, so a
word that is not known here may well be one.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.dialects.base import Dialect
from ffi_core.dialects.prototype import PrototypeText, read_prototype
from ffi_core.errors import SchemaError
from ffi_core.model import (
    Declaration,
    DlopenCall,
    Object,
    Property,
    SourceDeclaration,
    Span,
    Text,
    Unknown,
    Value,
)
from ffi_core.schema import check
from ffi_core.source import Scopes, SourceTree
from ffi_core.source.call import CallText
from ffi_core.source.flow import BoundSymbol, Entry, Flow, Members, Shape
from ffi_core.source.opening import Openings

_SPELLINGS = {
    "bool": "bool",
    "i8": "int8|int8_t|char|schar|signed char",
    "u8": "uint8|uint8_t|uchar|unsigned char",
    "i16": "int16|int16_t|short|short int",
    "u16": "uint16|uint16_t|ushort|unsigned short|char16|char16_t",
    "i32": "int32|int32_t|int|signed int|wchar_t",
    "u32": "uint32|uint32_t|uint|unsigned int|unsigned|char32|char32_t",
    "i64": "int64|int64_t|long|long int|longlong|long long",
    "u64": "uint64|uint64_t|ulong|unsigned long|ulonglong|unsigned long long",
    "isize": "intptr|intptr_t",
    "usize": "size_t|uintptr|uintptr_t",
    "f32": "float|float32",
    "f64": "double|float64",
    "buffer": "str|string|char *",
    "pointer": "void *",
    "void": "void",
}
_TYPES: dict[str, str | None] = {
    **{word: native for native, words in _SPELLINGS.items() for word in words.split("|")},
    **dict.fromkeys(("str16", "string16", "str32", "string32", "wstring", "...")),
    **{
        f"{word}_{order}": None
        for word in ("int16", "int32", "int64", "uint16", "uint32", "uint64")
        for order in ("le", "be")
    },
}


def _read(tree: SourceTree, scopes: Scopes) -> Iterator[DlopenCall]:
    openings = Openings("koffi", DIALECT.declare, tree.text)

    def load(call: CallText) -> Shape:
        path = next(iter(call.arguments.items), None)

        def func(call: CallText) -> Shape | None:
            return _function(openings, tree.text, call, path)

        return Members({"func": Entry(func)})

    flow = Flow(scopes)
    flow.from_module("koffi", Members({"load": Entry(load)}))
    flow.run()
    return openings.calls()


def _function(openings: Openings, source: bytes, call: CallText, path: Value | None) -> BoundSymbol | None:
    arguments = call.arguments.items
    if not call.arguments.complete or not arguments or not isinstance(arguments[0], Text):
        return None
    if len(arguments) == 1:
        return _from_prototype(openings, source, call, path, arguments[0])
    name, result, parameters = arguments[-3:] if len(arguments) >= 3 else (None, None, None)
    if not isinstance(name, Text) or result is None or parameters is None:
        return None
    entry = _entry(call.arguments.span, result, parameters)
    return openings.add_declared(
        call, path, SourceDeclaration(name.value, name.span, entry.span, entry, DIALECT.declare(name.value, entry))
    )


def _from_prototype(
    openings: Openings, source: bytes, call: CallText, path: Value | None, text: Text
) -> BoundSymbol | None:
    prototype = read_prototype(text.value)
    inside = Span(text.span.start + 1, text.span.end - 1)
    if prototype is None or source[inside.start : inside.end] != text.value.encode("utf-8", "replace"):
        return None
    start = inside.start + len(text.value[: prototype.name_offset].encode())
    name_span = Span(start, start + len(prototype.name))
    unknown = Unknown(text.span)
    entry = _entry(text.span, unknown, unknown)
    return openings.add_declared(
        call, path, SourceDeclaration(prototype.name, name_span, text.span, entry, _declaration(prototype))
    )


def _entry(span: Span, result: Value, parameters: Value) -> Object:
    """Name, result and parameters one by one, as the entry of a schema that they amount to."""
    fields = (("result", result), ("parameters", parameters))
    return Object(span, tuple(Property(key, value.span, value, value.span) for key, value in fields))


def _declaration(prototype: PrototypeText) -> Declaration | None:
    parameters = [_native(word) for word in prototype.parameters]
    result = _native(prototype.result)
    if result is None or None in parameters:
        return None
    try:
        words = [*parameters, "..."] if prototype.variadic else parameters
        return check({prototype.name: {"parameters": words, "result": result}})[0]
    except SchemaError:
        return None


def _native(word: str) -> str | None:
    return _TYPES.get(word, "pointer" if word.endswith("*") else None)


DIALECT = Dialect(
    name="koffi",
    title="koffi",
    entry_points=((b"koffi", b"load"),),
    parameters="parameters",
    result="result",
    fields=("parameters", "result"),
    ignored=(),
    required=(),
    types=_TYPES,
    read=_read,
    needs_schema=False,
    types_can_be_added=True,
)

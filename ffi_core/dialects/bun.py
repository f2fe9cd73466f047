"""Bun: the module ``bun:ffi``, by whatever name it is imported: libraries, linked symbols, C text, callbacks.

Fields and types: https://bun.sh/docs/api/ffi, and what Bun 1.4 accepts. A number stands for a type as in ``FFIType``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ffi_core.dialects.base import Dialect, Form, mentions
from ffi_core.model import CallKind, DlopenCall, Object, Value
from ffi_core.source import Scopes
from ffi_core.source.call import CallText
from ffi_core.source.flow import Flow
from ffi_core.source.modules import Constants
from ffi_core.source.opening import Openings, closing
from ffi_core.source.shapes import Constant, Entry, Members, Shape, Symbols

_SPELLINGS = {
    "bool": "bool",
    "i8": "i8 int8_t char",
    "u8": "u8 uint8_t",
    "i16": "i16 int16_t",
    "u16": "u16 uint16_t",
    "i32": "i32 int32_t int c_int",
    "u32": "u32 uint32_t c_uint",
    "i64": "i64 int64_t i64_fast",
    "u64": "u64 uint64_t u64_fast",
    "isize": "isize",
    "usize": "usize size_t buffer_length buffer_bytelength",
    "f32": "f32 float",
    "f64": "f64 double",
    "pointer": "ptr pointer void* char*",
    "buffer": "buffer cstring",
    "function": "function fn callback",
    "void": "void",
}
_TYPES: dict[str, str | None] = {word: native for native, words in _SPELLINGS.items() for word in words.split()}
_OF_CC_ALONE: dict[str, str | None] = {"napi_env": None, "napi_value": None}
_NUMBERED = "char i8 u8 i16 u16 i32 u32 i64 u64 f64 f32 bool ptr void cstring i64_fast u64_fast function"
_NOT_IN_FFITYPE = {"size_t"}
_FFITYPE = [word for word in (*_TYPES, *_OF_CC_ALONE) if word not in _NOT_IN_FFITYPE]
_SUFFIX = {"darwin": "dylib", "win32": "dll"}.get(sys.platform, "so")
CONSTANTS: Constants = {"bun:ffi": {"FFIType": {word: word for word in _FFITYPE}, "suffix": _SUFFIX}}
"""What modules of the runtime export that is the same in every program."""


def _read(scopes: Scopes) -> Iterator[DlopenCall]:
    openings = Openings(DIALECT.name, DIALECT.declare, scopes)

    def dlopen(call: CallText) -> Shape:
        return _library(openings.add(call, *call.arguments.items[:2]))

    def link_symbols(call: CallText) -> Shape:
        return _library(openings.add(call, None, *call.arguments.items[:1], kind=CallKind.LINKED))

    def cc(call: CallText) -> Shape:
        options = call.arguments.items[0] if call.arguments.items else None
        return _library(openings.add(call, None, _property(options, "symbols"), kind=CallKind.COMPILED))

    def c_function(call: CallText) -> Shape:
        definition = call.arguments.items[0] if call.arguments.items else None
        return openings.add_definition(call, CallKind.POINTER, definition, closed_by="close")

    def js_callback(call: CallText) -> Shape:
        function, definition = (*call.arguments.items, None, None)[:2]
        return openings.add_definition(call, CallKind.CALLBACK, definition, function=function, closed_by="close")

    words = {word: Constant(word) for word in _FFITYPE}
    module = Members(
        {
            "dlopen": Entry(dlopen),
            "linkSymbols": Entry(link_symbols),
            "cc": Entry(cc),
            "CFunction": Entry(c_function, is_class=None),
            "JSCallback": Entry(js_callback, is_class=True),
            "FFIType": Members(words),
            "suffix": Constant(_SUFFIX),
        }
    )
    flow = Flow(scopes)
    flow.from_module("bun:ffi", module)
    bun = Members({"FFI": module})
    flow.from_global("Bun", bun)
    flow.from_global("globalThis", Members({"Bun": bun}))
    flow.run()
    return openings.calls()


def _library(symbols: Symbols) -> Members:
    return Members({"symbols": symbols, "close": closing(symbols)})


def _property(value: Value | None, key: str) -> Value | None:
    found = value.get(key) if isinstance(value, Object) else None
    return found.value if found is not None else None


_IGNORED = ("nonblocking", "optional", "name")
_FUNCTION = ("args", "returns", "ptr", "threadsafe", *_IGNORED)

DIALECT = Dialect(
    name="bun",
    title="Bun",
    entry_points=((b"bun:ffi",), (b"Bun", b"FFI")),
    parameters="args",
    result="returns",
    fields=_FUNCTION,
    ignored=_IGNORED,
    required=(),
    types={**_TYPES, **_OF_CC_ALONE},
    read=_read,
    forms={
        # Nothing is looked up there, so it does not matter what the symbol is called, nor whether it is missing.
        CallKind.LINKED: Form(_FUNCTION, ignored=("nonblocking",), required=("ptr",)),
        CallKind.POINTER: Form(_FUNCTION, ignored=("nonblocking",), required=("ptr",)),
        CallKind.CALLBACK: Form(("args", "returns", "threadsafe")),
    },
    type_numbers=dict(enumerate(_NUMBERED.split())),
    tries_working_directory=True,
    reaches_far=mentions(b"bun:ffi"),
)

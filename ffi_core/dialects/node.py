"""Node: ``dlopen``, ``DynamicLibrary`` and their callbacks, of the module ``node:ffi`` (Node 26), under any name.

Fields and types: https://nodejs.org/api/ffi.html, and what Node 26.10 accepts.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.dialects.base import Dialect, Form, mentions
from ffi_core.model import CallKind, DlopenCall, Value
from ffi_core.source import Scopes
from ffi_core.source.call import CallText
from ffi_core.source.flow import Flow
from ffi_core.source.opening import Openings, closing
from ffi_core.source.shapes import Entry, Members, Shape, Symbols

_SPELLINGS = {
    "i8": "i8 int8 char",
    "u8": "u8 uint8 bool",
    "i16": "i16 int16",
    "u16": "u16 uint16",
    "i32": "i32 int32",
    "u32": "u32 uint32",
    "i64": "i64 int64",
    "u64": "u64 uint64",
    "f32": "f32 float32 float",
    "f64": "f64 float64 double",
    "pointer": "pointer ptr",
    "buffer": "buffer string str arraybuffer",
    "function": "function",
    "void": "void",
}
_TYPES: dict[str, str | None] = {word: native for native, words in _SPELLINGS.items() for word in words.split()}


def _read(scopes: Scopes) -> Iterator[DlopenCall]:
    openings = Openings(DIALECT.name, DIALECT.declare, scopes)

    def library_of(path: Value | None, symbols: Symbols) -> Members:
        closings = symbols.closings  # one close() ends all that was taken from the library, in whichever call

        def get_function(call: CallText) -> Shape | None:
            name, definition = (*call.arguments.items, None, None)[:2]
            return openings.add_single(call, path, name, definition, symbols=Symbols(closings=closings))

        def get_functions(call: CallText) -> Shape:
            return openings.add(call, path, *call.arguments.items[:1], symbols=Symbols(closings=closings))

        return Members(
            {
                "getFunction": Entry(get_function),
                "getFunctions": Entry(get_functions),
                "registerCallback": Entry(register_callback),
                "unregisterCallback": Entry(openings.close_argument),
                "close": closing(symbols),
            }
        )

    def register_callback(call: CallText) -> Shape:
        first, second = (*call.arguments.items, None, None)[:2]
        definition, function = (None, first) if second is None else (first, second)
        return openings.add_definition(call, CallKind.CALLBACK, definition, function=function)

    def dlopen(call: CallText) -> Shape:
        path, definitions = (*call.arguments.items, None, None)[:2]
        functions = openings.add(call, path, definitions)
        return Members({"lib": library_of(path, functions), "functions": functions})

    def dynamic_library(call: CallText) -> Shape:
        return library_of(next(iter(call.arguments.items), None), Symbols())

    flow = Flow(scopes)
    module = {"dlopen": Entry(dlopen), "DynamicLibrary": Entry(dynamic_library, is_class=True)}
    flow.from_module("node:ffi", Members(module))
    flow.run()
    return openings.calls()


DIALECT = Dialect(
    name="node",
    title="Node",
    entry_points=((b"node:ffi",),),
    parameters="arguments",
    result="return",
    fields=("arguments", "return", "nonblocking", "optional", "name"),
    ignored=("nonblocking", "optional", "name"),
    required=(),
    types=_TYPES,
    read=_read,
    forms={CallKind.CALLBACK: Form(("arguments", "return"))},
    needs_schema=False,
    reaches_far=mentions(b"node:ffi"),
)

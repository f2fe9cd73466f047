"""Deno: ``Deno.dlopen(path, schema)``, ``Deno.UnsafeFnPointer`` and ``Deno.UnsafeCallback``.

Fields and types: https://docs.deno.com/runtime/fundamentals/ffi/ and ``cli/tsc/dts/lib.deno.unstable.d.ts``.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.dialects.base import Dialect, Form
from ffi_core.model import CallKind, DlopenCall
from ffi_core.source import Scopes
from ffi_core.source.call import CallText
from ffi_core.source.flow import Flow
from ffi_core.source.opening import Openings, closing
from ffi_core.source.shapes import Entry, Members, Shape
from ffi_core.types import NATIVE_TYPES


def _read(scopes: Scopes) -> Iterator[DlopenCall]:
    openings = Openings(DIALECT.name, DIALECT.declare, scopes)

    def dlopen(call: CallText) -> Shape:
        symbols = openings.add(call, *call.arguments.items[:2])
        return Members({"symbols": symbols, "close": closing(symbols)})

    def function_pointer(call: CallText) -> Shape:
        _, definition = (*call.arguments.items, None, None)[:2]
        return openings.add_definition(call, CallKind.POINTER, definition, called_by="call")

    def callback(call: CallText) -> Shape:
        definition, function = (*call.arguments.items, None, None)[:2]
        return openings.add_definition(call, CallKind.CALLBACK, definition, function=function, closed_by="close")

    flow = Flow(scopes)
    deno = Members(
        {
            "dlopen": Entry(dlopen),
            "UnsafeFnPointer": Entry(function_pointer, is_class=True),
            "UnsafeCallback": Entry(callback, is_class=True, members={"threadSafe": Entry(callback)}),
        }
    )
    flow.from_global("Deno", deno)
    flow.from_global("globalThis", Members({"Deno": deno}))
    flow.run()
    return openings.calls()


DIALECT = Dialect(
    name="deno",
    title="Deno",
    entry_points=((b"Deno", b"dlopen"), (b"Deno", b"UnsafeFnPointer"), (b"Deno", b"UnsafeCallback")),
    parameters="parameters",
    result="result",
    fields=("parameters", "result", "nonblocking", "optional", "name", "type"),
    ignored=(),
    required=("parameters", "result"),
    types={name: name for name in NATIVE_TYPES},
    has_structs=True,
    read=_read,
    forms={
        CallKind.POINTER: Form(("parameters", "result", "nonblocking"), required=("parameters", "result")),
        CallKind.CALLBACK: Form(("parameters", "result"), required=("parameters", "result")),
    },
)

"""Porffor: ``const { f } = Porffor.dlopen("lib.so", { f: { parameters: [...], result: ... } })``, and no other form.

Porffor 0.61 reads the call while it compiles. It takes Deno's field and type names, but looks only at ``parameters``
and ``result``, and gives the symbols through direct destructuring alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.dialects.base import Dialect, mentions
from ffi_core.model import DlopenCall
from ffi_core.source import Scopes
from ffi_core.source.flow import Flow
from ffi_core.source.opening import Openings
from ffi_core.source.shapes import Entry, Members, Symbols
from ffi_core.types import NATIVE_TYPES


def _read(scopes: Scopes) -> Iterator[DlopenCall]:
    openings = Openings(DIALECT.name, DIALECT.declare, scopes)
    flow = Flow(scopes)
    entry = Entry(lambda call: openings.add(call, *call.arguments.items[:2], symbols=Symbols(direct=True)))
    flow.from_global("Porffor", Members({"dlopen": entry}))
    flow.run()
    return openings.calls()


DIALECT = Dialect(
    name="porffor",
    title="Porffor",
    entry_points=((b"Porffor", b"dlopen"),),
    parameters="parameters",
    result="result",
    fields=("parameters", "result", "nonblocking", "optional", "name"),
    ignored=("nonblocking", "optional", "name"),
    required=("parameters",),
    types={name: name for name in NATIVE_TYPES},
    read=_read,
    reaches_far=mentions(b"catch"),
)

"""Deno: ``Deno.dlopen(path, schema)``, whose result has ``symbols`` and ``close()``.

Fields and types: https://docs.deno.com/runtime/fundamentals/ffi/ and ``cli/tsc/dts/lib.deno.unstable.d.ts``.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.dialects.base import Dialect
from ffi_core.model import DlopenCall
from ffi_core.source import Scopes, SourceTree
from ffi_core.source.flow import Entry, Flow, Members
from ffi_core.source.opening import Openings
from ffi_core.types import NATIVE_TYPES


def _read(tree: SourceTree, scopes: Scopes) -> Iterator[DlopenCall]:
    openings = Openings(DIALECT.name, DIALECT.declare, tree.text)
    flow = Flow(scopes)
    dlopen = Entry(lambda call: Members({"symbols": openings.add(call, *call.arguments.items[:2])}))
    deno = Members({"dlopen": dlopen})
    flow.from_global("Deno", deno)
    flow.from_global("globalThis", Members({"Deno": deno}))
    flow.run()
    return openings.calls()


DIALECT = Dialect(
    name="deno",
    title="Deno",
    entry_points=((b"Deno", b"dlopen"),),
    parameters="parameters",
    result="result",
    fields=("parameters", "result", "nonblocking", "optional", "name", "type"),
    ignored=(),
    required=("parameters", "result"),
    types={name: name for name in NATIVE_TYPES},
    read=_read,
)

"""Porffor: ``const { f } = Porffor.dlopen("lib.so", { f: { parameters: [...], result: ... } })``, and no other form.

Porffor 0.61 reads the call while it compiles. It takes Deno's field and type names, but looks only at ``parameters``
and ``result``, and gives the symbols through direct destructuring alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.dialects.base import Dialect
from ffi_core.errors import SchemaError
from ffi_core.model import Declaration, DlopenCall, Object
from ffi_core.schema import check
from ffi_core.source import Scopes, SourceTree
from ffi_core.source.call import CallText
from ffi_core.source.extract import NotFoldedError, declarations_of, dlopen_call, plain
from ffi_core.source.flow import Entry, Flow, Members, Symbols
from ffi_core.types import NATIVE_TYPES

_NOT_LOOKED_AT = ("nonblocking", "optional", "name")


def _read(tree: SourceTree, scopes: Scopes) -> Iterator[DlopenCall]:
    opened: list[tuple[CallText, Symbols]] = []

    def on_call(call: CallText) -> Symbols:
        opened.append((call, Symbols(direct=True)))
        return opened[-1][1]

    flow = Flow(scopes)
    flow.from_global("Porffor", Members({"dlopen": Entry(on_call)}))
    flow.run()
    for call, symbols in opened:
        library, schema = (*call.arguments.items, None, None)[:2]
        yield dlopen_call("porffor", tree, call, library, schema, declarations_of(schema, _declaration), symbols)


def _declaration(name: str, entry: Object) -> Declaration | None:
    """The entry as Porffor takes it: without ``result`` no value is read, and other fields are not looked at."""
    try:
        fields = plain(entry)
        read = {"result": "void"} | {key: value for key, value in fields.items() if key not in _NOT_LOOKED_AT}
        return check({name: read})[0]
    except (NotFoldedError, SchemaError):
        return None


DIALECT = Dialect(
    name="porffor",
    title="Porffor",
    entry_points=(b"dlopen",),
    parameters="parameters",
    result="result",
    fields=("parameters", "result", *_NOT_LOOKED_AT),
    ignored=_NOT_LOOKED_AT,
    required=("parameters",),
    types={name: name for name in NATIVE_TYPES},
    read=_read,
)

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
from ffi_core.source.call import CallText, call_around, is_member
from ffi_core.source.extract import (
    NotFoldedError,
    bindings_of,
    declarations_of,
    follow,
    offsets_of,
    plain,
)
from ffi_core.source.literal import span_of
from ffi_core.types import NATIVE_TYPES

_NOT_LOOKED_AT = ("nonblocking", "optional", "name")


def _read(tree: SourceTree, scopes: Scopes) -> Iterator[DlopenCall]:
    for offset in offsets_of(tree.text, b"dlopen"):
        call = call_around(tree.path_to(offset), scopes.constant)
        if call is not None and _is_porffors(call, scopes):
            library, schema = (*call.arguments.items, None, None)[:2]
            bindings = bindings_of(call.pattern)
            followed = follow(bindings, scopes)
            yield DlopenCall(
                dialect="porffor",
                span=call.span,
                callee_span=span_of(call.callee),
                library=library,
                schema=schema,
                declarations=declarations_of(schema, _declaration),
                bindings=bindings,
                uses=followed.uses,
                calls=followed.calls,
                labels=followed.labels,
                source=tree.text,
            )


def _is_porffors(call: CallText, scopes: Scopes) -> bool:
    return is_member(call.callee, "Porffor", "dlopen") and scopes.resolve("Porffor", call.span.start) is None


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

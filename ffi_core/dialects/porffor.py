"""Porffor: ``const { f } = Porffor.dlopen("lib.so", { f: { parameters: [...], result: ... } })``, and no other form.

Porffor 0.61 reads the call while it compiles. It takes Deno's field and type names, but looks only at ``parameters``
and ``result``, and gives the symbols through direct destructuring alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ffi_core.dialects.base import Dialect
from ffi_core.errors import SchemaError
from ffi_core.model import Declaration, DlopenCall, Object
from ffi_core.schema import check
from ffi_core.source import Scopes, SourceTree
from ffi_core.source.extract import (
    NotFoldedError,
    arguments_of,
    bindings_of,
    declarations_of,
    follow,
    is_member,
    offsets_of,
    pattern_around,
    plain,
)
from ffi_core.source.literal import span_of
from ffi_core.types import NATIVE_TYPES

if TYPE_CHECKING:
    from tree_sitter import Node

_NOT_LOOKED_AT = ("nonblocking", "optional", "name")


def _read(tree: SourceTree, scopes: Scopes) -> Iterator[DlopenCall]:
    for offset in offsets_of(tree.text, b"dlopen"):
        path = tree.path_to(offset)
        call = _call_at(path, scopes)
        if call is not None:
            yield _dlopen_call(call, path, tree, scopes)


def _call_at(path: list[Node], scopes: Scopes) -> Node | None:
    """The call ``Porffor.dlopen(...)`` around its word ``dlopen``."""
    for node, parent in zip(path[::-1], path[-2::-1], strict=False):
        if parent.type == "call_expression":
            callee = parent.child_by_field_name("function")
            known = callee is not None and callee.id == node.id and _is_porffors(callee, scopes)
            return parent if known else None
        if node.type in {"statement_block", "arguments", "object"}:
            return None
    return None


def _is_porffors(callee: Node, scopes: Scopes) -> bool:
    return is_member(callee, "Porffor", "dlopen") and scopes.resolve("Porffor", callee.start_byte) is None


def _dlopen_call(call: Node, path: list[Node], tree: SourceTree, scopes: Scopes) -> DlopenCall:
    arguments = arguments_of(call, scopes).items
    library, schema = (*arguments, None, None)[:2]
    callee = call.child_by_field_name("function") or call
    bindings = bindings_of(pattern_around(path, call))
    followed = follow(bindings, scopes)
    return DlopenCall(
        "porffor",
        span_of(call),
        span_of(callee),
        library,
        schema,
        declarations_of(schema, _declaration),
        bindings,
        followed.uses,
        followed.calls,
        followed.labels,
        tree.text,
    )


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

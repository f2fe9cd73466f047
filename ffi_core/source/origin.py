"""What made a value that is passed on: memory and its size, an address, a JavaScript function. Never a guess."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ffi_core.model import Array, BigInt, Number, Origin, OriginKind, Text, Unknown, Value
from ffi_core.source.call import arguments_of
from ffi_core.source.literal import fold, span_of, text_of, unwrap
from ffi_core.source.scope import Declared, Reference, Scopes

if TYPE_CHECKING:
    from tree_sitter import Node

ELEMENT_SIZES = {
    "Int8Array": 1,
    "Uint8Array": 1,
    "Uint8ClampedArray": 1,
    "Int16Array": 2,
    "Uint16Array": 2,
    "Float16Array": 2,
    "Int32Array": 4,
    "Uint32Array": 4,
    "Float32Array": 4,
    "BigInt64Array": 8,
    "BigUint64Array": 8,
    "Float64Array": 8,
}
"""Bytes of one element of each kind of typed array (ECMA-262, table "The TypedArray Constructors")."""

_ADDRESS_FUNCTIONS = {("bun:ffi", "ptr"), ("node:ffi", "getRawPointer"), ("koffi", "address")}
_ADDRESS_MEMBERS = {"Deno.UnsafePointer.of", "Bun.FFI.ptr"}
_CALLBACK_MAKERS = {"Deno.UnsafeCallback", "Deno.UnsafeCallback.threadSafe"}
_FUNCTIONS = {"arrow_function", "function_expression", "function", "generator_function"}
_NAMES = {"identifier", "shorthand_property_identifier"}
_NUMERIC = {"+", "-", "*", "/", "%", "**", "<<", ">>", ">>>", "&", "|", "^"}
_MEMORY_METHODS = {"encode", "from", "alloc", "allocUnsafe", "allocUnsafeSlow"}
_UTF8 = {"utf8", "utf-8"}
_LENGTHS = {b"length", b"byteLength"}
_REQUIRE = re.compile(rb"require\(\s*[\"']([^\"']+)[\"']\s*\)")
_STRING = re.compile(rb"[\"'`]")
_Memory = tuple[str, "int | None", "Text | None"]
"""What makes it, its size in bytes, the text that it holds."""


def origin_of(node: Node, scopes: Scopes) -> Origin | None:
    """What made the value of an expression; None where the text does not tell."""
    node = unwrap(node)
    if node.type not in _NAMES:
        return _made(node, scopes, None)
    declared = scopes.resolve(text_of(node), node.start_byte)
    if declared is not None and declared.keyword == "function":
        return Origin(OriginKind.FUNCTION, declared.span, declared.name, by_name=True)
    value = _value_of(node, scopes)
    return _made(value, scopes, declared) if value is not None and declared is not None else None


def module_member(node: Node, scopes: Scopes) -> tuple[str, str] | None:
    """The module and the member of it that a name or ``namespace.member`` stands for, by the file's imports.

    ``import { ptr as address } from "bun:ffi"`` makes ``address`` stand for ``("bun:ffi", "ptr")``.
    """
    if node.type == "member_expression":
        owner, place = node.child_by_field_name("object"), node.child_by_field_name("property")
        if owner is None or place is None or owner.type != "identifier":
            return None
        found = _imported(owner, scopes)
        return (found[0], text_of(place)) if found is not None and found[1] in {"*", "default"} else None
    return _imported(node, scopes) if node.type == "identifier" else None


def is_global(node: Node, scopes: Scopes) -> bool:
    """Whether a name is declared nowhere in the file, or is ``Buffer`` as Node's module gives it."""
    declared = scopes.resolve(text_of(node), node.start_byte)
    return declared is None or (declared.keyword == "import" and declared.name == "Buffer")


def _value_of(node: Node, scopes: Scopes) -> Node | None:
    """The expression that a name's const is set to."""
    found = scopes.constant(node) if node.type in _NAMES else None
    return None if found is None or isinstance(found, Value) else unwrap(found)


def _made(node: Node, scopes: Scopes, variable: Declared | None) -> Origin | None:
    by_name = variable is not None
    match node.type:
        case kind if kind in _FUNCTIONS:
            return Origin(OriginKind.FUNCTION, span_of(node), by_name=by_name)
        case "binary_expression" | "unary_expression":
            return Origin(OriginKind.CUT, span_of(node), by_name=by_name) if _is_cut(node, scopes) else None
        case "new_expression" | "call_expression" if _is_callback(node):
            return Origin(OriginKind.CALLBACK, span_of(node), by_name=by_name)
        case "new_expression" | "call_expression":
            return _address(node, scopes, by_name=by_name) or _memory(node, scopes, variable)
        case _:
            return None


def _address(node: Node, scopes: Scopes, *, by_name: bool) -> Origin | None:
    inner = _addressed(node, scopes)
    if inner is None:
        return None
    is_name = inner.type in _NAMES
    value = _value_of(inner, scopes) if is_name else inner
    variable = scopes.resolve(text_of(inner), inner.start_byte) if is_name else None
    memory = _memory(value, scopes, variable) if value is not None else None
    if memory is None:
        return None
    return replace(memory, kind=OriginKind.ADDRESS, span=span_of(node), by_name=by_name)


def _addressed(node: Node, scopes: Scopes) -> Node | None:
    """What ``ptr(array)`` and its like take the address of: the first argument, where it is the only one."""
    callee = node.child_by_field_name("function") if node.type == "call_expression" else None
    if callee is None:
        return None
    takes = text_of(callee) in _ADDRESS_MEMBERS if callee.type == "member_expression" else False
    if not takes and module_member(callee, scopes) not in _ADDRESS_FUNCTIONS:
        return None
    inner = _argument_nodes(node)
    return unwrap(inner[0]) if len(inner) == 1 else None


def _memory(node: Node, scopes: Scopes, variable: Declared | None) -> Origin | None:
    """Memory that an expression surely makes anew, of whatever size."""
    read = {"new_expression": _new_array, "call_expression": _encoded}.get(node.type)
    made = read(node, scopes) if read is not None else None
    if made is None:
        return None
    maker, size, content = made
    if content is not None and variable is not None and not _is_only_passed(scopes.references(variable)):
        content = None
    held = variable is not None
    return Origin(OriginKind.MEMORY, span_of(node), maker, size, content, held, held)


def _new_array(node: Node, scopes: Scopes) -> _Memory | None:
    callee = node.child_by_field_name("constructor")
    name = text_of(callee) if callee is not None else ""
    unit = 1 if name == "ArrayBuffer" else ELEMENT_SIZES.get(name)
    nodes = _argument_nodes(node)
    if callee is None or unit is None or len(nodes) != 1 or not is_global(callee, scopes):
        return None
    match fold(nodes[0], scopes.constant):
        case Number(value=int() as count) if 0 <= count < 1 << 32:
            return name, count * unit, None
        case Array(items=items, complete=True) if name != "ArrayBuffer" and _is_written_as(nodes[0], "array"):
            return name, len(items) * unit, None
        case Unknown() if _is_number(nodes[0]):
            return name, None, None
        case _:
            return None  # of another buffer it may only be a view


def _encoded(node: Node, scopes: Scopes) -> _Memory | None:
    """``new TextEncoder().encode(text)``, ``Buffer.from(text)``, ``Buffer.alloc(size)``."""
    callee = node.child_by_field_name("function")
    owner = callee.child_by_field_name("object") if callee is not None and callee.type == "member_expression" else None
    if callee is None or owner is None:
        return None
    method = text_of(callee.child_by_field_name("property") or callee)
    if method not in _MEMORY_METHODS:
        return None
    values = arguments_of(node, scopes.constant)
    if not values.complete or not values.items:
        return None
    if text_of(owner) == "Buffer" and is_global(owner, scopes):
        return _of_buffer(method, values.items)
    if method == "encode" and len(values.items) == 1 and _is_encoder(unwrap(owner), scopes):
        return _of_text("encode", values.items[0])
    return None


def _of_buffer(method: str, values: tuple[Value, ...]) -> _Memory | None:
    match method, values:
        case "alloc" | "allocUnsafe" | "allocUnsafeSlow", (Number(value=int() as size), *_):
            return f"Buffer.{method}", size, None
        case "from", (Text() as text,):
            return _of_text("Buffer.from", text)
        case "from", (Text() as text, Text(value=encoding)) if encoding.lower() in _UTF8:
            return _of_text("Buffer.from", text)
        case "from", (Array(items=items, complete=True),):
            return "Buffer.from", len(items), None
        case _:
            return None


def _of_text(maker: str, value: Value) -> _Memory:
    """Memory for a text: its bytes alone, or of a size that is not known where the text is not."""
    if not isinstance(value, Text):
        return maker, None, None
    return maker, len(value.value.encode("utf-8", "replace")), value


def _is_encoder(node: Node, scopes: Scopes) -> bool:
    node = _value_of(node, scopes) or node
    callee = node.child_by_field_name("constructor") if node.type == "new_expression" else None
    return callee is not None and text_of(callee) == "TextEncoder" and is_global(callee, scopes)


def _is_only_passed(references: list[Reference]) -> bool:
    """Whether a variable is only given to functions, or asked for its length, so that no line here writes to it."""
    for reference in references:
        parent = reference.path[-2]
        place = parent.child_by_field_name("property") if parent.type == "member_expression" else None
        if parent.type != "arguments" and (place is None or place.text not in _LENGTHS):
            return False
    return True


def _is_callback(node: Node) -> bool:
    callee = node.child_by_field_name("constructor") or node.child_by_field_name("function")
    return callee is not None and text_of(callee) in _CALLBACK_MAKERS


def _is_cut(node: Node, scopes: Scopes) -> bool:
    """Whether an expression does nothing but cut a number to 32 bits."""
    if node.type == "unary_expression":
        inner = node.child_by_field_name("argument")
        twice = inner is not None and inner.type == "unary_expression" and text_of(inner).startswith("~")
        return twice and text_of(node).startswith("~")
    operator, right = node.child_by_field_name("operator"), node.child_by_field_name("right")
    left = node.child_by_field_name("left")
    if node.type != "binary_expression" or operator is None or right is None or left is None:
        return False
    nothing = text_of(right) == "0" and operator.type in {"|", ">>", ">>>", "<<"}
    return nothing and not isinstance(fold(left, scopes.constant), Number | BigInt)


def _imported(node: Node, scopes: Scopes) -> tuple[str, str] | None:
    """Module and member of an imported name; ``*`` for a namespace, ``default`` for a default import."""
    declared = scopes.resolve(text_of(node), node.start_byte)
    if declared is None:
        return None
    path = scopes.tree.path_to(declared.span.start)
    if declared.keyword == "const":
        return _required(path)
    if declared.keyword != "import":
        return None
    statement = next((entry for entry in path if entry.type == "import_statement"), None)
    source = statement.child_by_field_name("source") if statement is not None else None
    if source is None:
        return None
    module, parent = text_of(source)[1:-1], path[-2]
    if parent.type == "import_specifier":
        name = parent.child_by_field_name("name")
        return module, text_of(name).strip("'\"") if name is not None else declared.name
    return module, "*" if parent.type == "namespace_import" else "default"


def _required(path: list[Node]) -> tuple[str, str] | None:
    """Module and member of a name that ``require`` sets: ``*`` for the module, else what a pattern takes of it."""
    declarator = next((node for node in reversed(path) if node.type == "variable_declarator"), None)
    target = declarator.child_by_field_name("name") if declarator is not None else None
    value = declarator.child_by_field_name("value") if declarator is not None else None
    match = _REQUIRE.fullmatch(value.text or b"") if value is not None else None
    if match is None or target is None:
        return None
    module = match[1].decode("utf-8", "replace")
    if target.type == "identifier":
        return module, "*"
    plain = target.type == "object_pattern" and path[-1].type == "shorthand_property_identifier_pattern"
    return (module, text_of(path[-1])) if plain else None


def _argument_nodes(call: Node) -> list[Node]:
    holder = call.child_by_field_name("arguments")
    nodes = [child for child in holder.named_children if child.type != "comment"] if holder is not None else []
    return [] if any(child.type == "spread_element" for child in nodes) else nodes


def _is_written_as(node: Node, kind: str) -> bool:
    return unwrap(node).type == kind


def _is_number(node: Node) -> bool:
    """Whether an expression surely gives a number, or a BigInt, which no array takes."""
    node = unwrap(node)
    operator = node.child_by_field_name("operator")
    if node.type != "binary_expression" or operator is None or operator.type not in _NUMERIC:
        return False
    return operator.type != "+" or _STRING.search(node.text or b"") is None

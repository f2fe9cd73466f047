"""Syntax node to value, as far as the text gives one: literals in every notation, and the consts that hold them.

What cannot be folded is `Unknown`, never a guess. Nothing is evaluated beyond literals.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ffi_core.model import Array, BigInt, Boolean, Nothing, Number, Object, Property, Span, Text, Unknown, Value
from ffi_core.source.branches import returned
from ffi_core.source.entries import Entries
from ffi_core.source.helpers import Helper, count_parts, placed_at
from ffi_core.source.scalar import number, quoted, unescape

if TYPE_CHECKING:
    from tree_sitter import Node

Lookup = Callable[["Node"], "Node | Value | None"]
"""Gives what a name or a member stands for: the expression that a const was set to, a value, or None."""

TRANSPARENT = frozenset(
    {"parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression", "type_assertion"}
)
"""Expressions that have the value of the one inside them."""

_MAX_DEPTH = 64
_MAX_STEPS = 200_000  # consts that hold one another twice over would double with each level
_LONGEST_TEXT = 1 << 16  # that is put together; of half its length twice, and so on
_FOLDER_OF_THE_FILE = {"import.meta.dirname", "import.meta.dir"}
_CHOOSING = {"&&", "||", "??"}
HELPERS = frozenset({"arrow_function", "function_expression", "function_declaration"})
"""Functions that may be called for a value."""
_EQUAL, _UNEQUAL = {"==", "==="}, {"!=", "!=="}
_SYSTEM = sys.platform if sys.platform in {"darwin", "win32"} else "linux"
# What is read is judged for the system that it is judged on; the branches of other systems are not.
_PLATFORM = {
    "process.platform": _SYSTEM,
    "Deno.build.os": {"win32": "windows"}.get(_SYSTEM, _SYSTEM),
    "globalThis.process.platform": _SYSTEM,
}
_URL_TO_PATH = {"fileURLToPath", "fromFileUrl"}


def span_of(node: Node) -> Span:
    """The bytes of a node."""
    return Span(node.start_byte, node.end_byte)


def text_of(node: Node) -> str:
    """The text of a node; bytes that are no UTF-8 become U+FFFD."""
    return (node.text or b"").decode("utf-8", "replace")


def unwrap(node: Node) -> Node:
    """The expression inside parentheses, ``as``, ``satisfies``, ``!`` and ``<type>`` prefixes."""
    while node.type in TRANSPARENT:
        inner = [child for child in node.named_children if child.type != "comment"]
        if not inner:
            break
        node = inner[-1] if node.type == "type_assertion" else inner[0]
    return node


def fold(node: Node, lookup: Lookup | None = None, entries: Entries | None = None) -> Value:
    """The value that an expression is written as.

    Parameters
    ----------
    node: an expression.
    lookup: how to find what a name stands for; without it names are `Unknown`.
    entries: what is remembered of other texts of the same file.

    Returns
    -------
    The value; its span is that of the literal, without the parentheses or ``as const`` around it, and for a name that
    of the name.
    """
    return _Folder(lookup, entries).fold(node, 0)


def fold_property(node: Node, lookup: Lookup | None = None) -> Property | None:
    """One ``key: value`` of an object, folded; None where its key is not known."""
    return _Folder(lookup).property(node, 0)


def fold_call(function: Node, arguments: Sequence[Value], lookup: Lookup) -> tuple[Value, int]:
    """What a function gives that only chooses a value, or puts one together.

    Parameters
    ----------
    function: one of `HELPERS`.
    arguments: what it is called with.
    lookup: how to find what the names in the function stand for.

    Returns
    -------
    The value, and how many steps it took.
    """
    folder = _Folder(lookup)
    value = folder.result(function, arguments, 0)
    return (value if value is not None else Unknown(span_of(function))), folder.steps


def key_of(node: Node) -> str | None:
    """The key that a property is written under, or a member is read by; None where it is computed."""
    if node.type == "computed_property_name":
        inner = [child for child in node.named_children if child.type != "comment"]
        return key_of(inner[0]) if inner and inner[0].type in {"string", "number", "template_string"} else None
    match fold(node) if node.type in {"string", "number", "template_string"} else None:
        case Text(value=text):
            return text
        case Number(value=int() as amount):
            return str(amount)
        case _:
            named = node.type in {"property_identifier", "shorthand_property_identifier_pattern"}
            return unescape(text_of(node)) if named else None


class _Folder:
    """One folding; remembers the consts it is looking into, so that a cycle ends, and its steps, so that all end."""

    def __init__(self, lookup: Lookup | None, entries: Entries | None = None) -> None:
        self._lookup = lookup
        self._entries = entries
        self._asked = 0
        self.open: set[int] = set()
        self.parameters: dict[str, Value] = {}
        self.steps = 0

    def lookup(self, node: Node) -> Node | Value | None:
        """What a name stands for; asking makes the value one that the text alone does not give."""
        self._asked += 1
        return self._lookup(node) if self._lookup else None

    def fold(self, node: Node, depth: int) -> Value:
        node = unwrap(node)
        span = span_of(node)
        self.steps += 1
        if depth > _MAX_DEPTH or self.steps > _MAX_STEPS or node.is_missing:
            return Unknown(span)
        match node.type:
            case "string":
                return _string(node)
            case "template_string":
                return self.template(node, depth)
            case "member_expression" | "subscript_expression":
                return self.member(node, depth)
            case "call_expression":
                return self.called(node, depth)
            case "new_expression":
                return self.path_beside(node, depth)
            case "enum_declaration":
                return self.enum(node, depth)
            case "binary_expression":
                return self.operation(node, depth)
            case "ternary_expression":
                return self.choice(node, depth)
            case "number":
                return number(text_of(node), span)
            case "true" | "false":
                return Boolean(span, node.type == "true")
            case "null" | "undefined":
                return Nothing(span, undefined=node.type == "undefined")
            case "unary_expression":
                return self.unary(node, depth)
            case "array":
                return self.array(node, depth)
            case "object":
                return self.object(node, depth)
            case "identifier" | "shorthand_property_identifier":
                return self.name(node, depth)
            case _:
                return Unknown(span)

    def unary(self, node: Node, depth: int) -> Value:
        operator, argument = node.child_by_field_name("operator"), node.child_by_field_name("argument")
        span = span_of(node)
        if operator is None or argument is None:
            return Unknown(span)
        value = self.fold(argument, depth + 1)
        match operator.type, value:
            case "-", Number(value=amount):
                return Number(span, -amount if amount else -0.0 if math.copysign(1, amount) > 0 else 0)
            case "+", Number(value=amount):
                return Number(span, amount)
            case "-", BigInt(value=amount):
                return BigInt(span, -amount)
            case "!", Boolean(value=truth):
                return Boolean(span, not truth)
            case "void", Number():
                return Nothing(span, undefined=True)
            case _:
                return Unknown(span)

    def array(self, node: Node, depth: int) -> Value:
        items: list[Value] = []
        complete = not node.has_error
        comma_before = True
        for child in node.children:
            if child.type == ",":
                if comma_before:
                    items.append(Unknown(Span(child.start_byte, child.start_byte)))
                    complete = False
                comma_before = True
            elif child.type == "spread_element":
                spread = self.spread(child, depth)
                items += spread.items if isinstance(spread, Array) else [Unknown(span_of(child))]
                complete = complete and isinstance(spread, Array) and spread.complete
                comma_before = False
            elif child.is_named and child.type != "comment" and not child.is_error:
                items.append(self.fold(child, depth + 1))
                comma_before = False
        return Array(span_of(node), tuple(items), complete)

    def object(self, node: Node, depth: int) -> Value:
        properties = []
        complete = True
        for child in node.named_children:
            entry = self.entry(child, depth)
            if entry is not None:
                properties.append(entry)
            elif child.type == "spread_element" and isinstance(spread := self.spread(child, depth), Object):
                properties += spread.properties
                complete = complete and spread.complete
            elif child.type != "comment":
                complete = False
        return Object(span_of(node), tuple(properties), complete)

    def spread(self, node: Node, depth: int) -> Value:
        inner = [child for child in node.named_children if child.type != "comment"]
        value = self.fold(inner[0], depth + 1) if inner else Unknown(span_of(node))
        match value:
            case Object(properties=parts) | Array(items=parts):
                self.steps += len(parts)  # a function may spread what it is given twice over
        return value if self.steps <= _MAX_STEPS else Unknown(span_of(node))

    def entry(self, node: Node, depth: int) -> Property | None:
        """As `property`, remembered where the text alone gives the value."""
        start, length = node.start_byte, node.end_byte - node.start_byte
        entries = self._entries
        if entries is None or not entries.worth_it(length) or node.type != "pair":
            return self.property(node, depth)
        text = node.text or b""
        known = entries.get(depth, text, start)
        if known is not None and self.steps + known.steps <= _MAX_STEPS:
            self.steps += known.steps
            return known.property
        asked, steps = self._asked, self.steps
        self._entries = None
        found = self.property(node, depth)
        self._entries = entries
        if found is not None and asked == self._asked and self.steps <= _MAX_STEPS and not node.has_error:
            entries.add(depth, text, start, found, self.steps - steps)
        return found

    def property(self, node: Node, depth: int) -> Property | None:
        if node.type == "shorthand_property_identifier":
            span = span_of(node)
            return Property(text_of(node), span, self.fold(node, depth + 1), span)
        key_node = node.child_by_field_name("name" if node.type == "method_definition" else "key")
        key = None if key_node is None else key_of(key_node)
        if key_node is None or key is None or node.type not in {"pair", "method_definition"}:
            return None
        value_node = node.child_by_field_name("value")
        value = self.fold(value_node, depth + 1) if value_node is not None else Unknown(span_of(node))
        return Property(key, span_of(key_node), value, span_of(node))

    def name(self, node: Node, depth: int) -> Value:
        span = span_of(node)
        target = self.lookup(node)
        if target is None and text_of(node) in self.parameters:
            return _placed_at(self.parameters[text_of(node)], span)
        if target is None and text_of(node) == "undefined":
            return Nothing(span, undefined=True)
        if target is None and text_of(node) == "__dirname":
            return Text(span, ".")
        if target is None or isinstance(target, Value):
            return target or Unknown(span)
        if target.start_byte in self.open:
            return Unknown(span)
        self.open.add(target.start_byte)
        value = self.fold(target, depth + 1)
        self.open.discard(target.start_byte)
        return _placed_at(value, span)

    def member(self, node: Node, depth: int) -> Value:
        known = self.lookup(node)
        if isinstance(known, Value):
            return known
        place = node.child_by_field_name("property") or node.child_by_field_name("index")
        owner = node.child_by_field_name("object")
        key = key_of(place) if place is not None else None
        if key is None and node.type == "subscript_expression" and place is not None:
            index = self.fold(place, depth + 1)
            key = index.value if isinstance(index, Text) else None
        if owner is not None and key == "pathname" and unwrap(owner).type == "new_expression":
            return self.fold(owner, depth + 1)
        if text_of(node) in _FOLDER_OF_THE_FILE:
            return Text(span_of(node), ".")
        value = self.fold(owner, depth + 1) if owner is not None and key is not None else None
        if isinstance(value, Object) and value.complete and key is not None:
            found = value.get(key)
            return _placed_at(found.value, span_of(node)) if found is not None else Unknown(span_of(node))
        here = _PLATFORM.get(text_of(node)) if isinstance(value, Unknown) else None
        return Unknown(span_of(node)) if here is None else Text(span_of(node), here)

    def called(self, node: Node, depth: int) -> Value:
        """What a helper function gives that only chooses a value, or puts one together from its arguments."""
        callee, holder = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        function = unwrap(callee) if callee is not None else None
        target: Node | Value | None = function
        if function is not None and function.type == "identifier":
            target = self.lookup(function)
        elif function is not None and function.type == "member_expression":
            target = self.member(function, depth)
        arguments = [child for child in holder.named_children if child.type != "comment"] if holder is not None else []
        if isinstance(target, Helper) and not any(argument.type == "spread_element" for argument in arguments):
            return placed_at(target.call([self.fold(argument, depth + 1) for argument in arguments]), target.span)
        function = unwrap(target) if target is not None and not isinstance(target, Value) else None
        if function is None or function.type not in HELPERS or holder is None or function.start_byte in self.open:
            return self.path_beside(node, depth)
        if any(argument.type == "spread_element" for argument in arguments):
            return Unknown(span_of(node))
        value = self.result(function, [self.fold(argument, depth + 1) for argument in arguments], depth)
        # What it is given may come back twice, and from the next function four times: counted as if it were read.
        self.steps += count_parts(value, _MAX_STEPS) if value is not None else 0
        if value is None or self.steps > _MAX_STEPS:
            return Unknown(span_of(node))
        return _placed_at(value, span_of(node))

    def result(self, function: Node, arguments: Sequence[Value], depth: int) -> Value | None:
        """What a function returns for some arguments; None where that is not known."""
        taken = self._taken(function, arguments, depth)
        if taken is None:
            return None
        outer, self.parameters = self.parameters, taken
        self.open.add(function.start_byte)
        found = returned(function, lambda condition: self.fold(condition, depth + 1), taken)
        value = self.fold(found, depth + 1) if found is not None else None
        self.open.discard(function.start_byte)
        self.parameters = outer
        return value

    def _taken(self, function: Node, values: Sequence[Value], depth: int) -> dict[str, Value] | None:
        """What each parameter of a function is for some arguments; None where they are no plain names."""
        holder = function.child_by_field_name("parameters") or function.child_by_field_name("parameter")
        names = [child for child in holder.named_children if child.type != "comment"] if holder is not None else []
        names = [holder] if holder is not None and holder.type == "identifier" else names
        taken: dict[str, Value] = {}
        for index, name in enumerate(names):
            pattern = name.child_by_field_name("pattern") or name
            default = name.child_by_field_name("value")
            if pattern.type == "assignment_pattern":
                default = pattern.child_by_field_name("right")
                pattern = pattern.child_by_field_name("left") or pattern
            if pattern.type == "rest_pattern" and pattern.named_children[0].type == "identifier":
                rest = tuple(values[index:])
                span = Span(rest[0].span.start, rest[-1].span.end) if rest else span_of(pattern)
                taken[text_of(pattern.named_children[0])] = Array(span, rest)
            elif pattern.type != "identifier":
                return None
            elif index < len(values):
                taken[text_of(pattern)] = values[index]
            elif default is not None:
                outer, self.parameters = self.parameters, taken
                taken[text_of(pattern)] = self.fold(default, depth + 1)
                self.parameters = outer
            else:
                taken[text_of(pattern)] = Nothing(span_of(pattern), undefined=True)
        return taken

    def enum(self, node: Node, depth: int) -> Value:
        """TypeScript's enum as the object that it amounts to; a member without a value is one more than the last."""
        body = node.child_by_field_name("body")
        properties: list[Property] = []
        following: int | float | None = 0
        for child in body.named_children if body is not None else ():
            if child.type == "comment":
                continue
            key_node = child.child_by_field_name("name") or child
            key, value_node = key_of(key_node), child.child_by_field_name("value")
            if key is None:
                return Unknown(span_of(node))
            value: Value = Unknown(span_of(child)) if following is None else Number(span_of(child), following)
            if value_node is not None:
                value = self.fold(value_node, depth + 1)
            following = value.value + 1 if isinstance(value, Number) else None
            properties.append(Property(key, span_of(key_node), value, span_of(child)))
        return Object(span_of(node), tuple(properties), complete=body is not None and not node.has_error)

    def path_beside(self, node: Node, depth: int) -> Value:
        """``new URL("x.so", import.meta.url)``, and ``fileURLToPath`` of it: a path from the file's folder."""
        known = self.lookup(node)
        if isinstance(known, Value):
            return known
        callee = node.child_by_field_name("constructor") or node.child_by_field_name("function")
        holder = node.child_by_field_name("arguments")
        arguments = [child for child in holder.named_children if child.type != "comment"] if holder else []
        name = text_of(callee).rpartition(".")[2] if callee is not None else ""
        if name in _URL_TO_PATH and len(arguments) == 1 and unwrap(arguments[0]).type == "new_expression":
            return self.fold(arguments[0], depth + 1)
        if name == "URL" and len(arguments) == 2 and text_of(arguments[1]) == "import.meta.url":
            path = self.fold(arguments[0], depth + 1)
            if isinstance(path, Text) and ":" not in path.value:
                return Text(span_of(node), path.value if "/" in path.value else f"./{path.value}")
        return Unknown(span_of(node))

    def operation(self, node: Node, depth: int) -> Value:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is None or right is None or operator is None:
            return Unknown(span_of(node))
        if operator.type in _CHOOSING:
            return self.either(operator.type, left, right, depth)
        if operator.type not in {"+", *_EQUAL, *_UNEQUAL}:
            return Unknown(span_of(node))
        match self.fold(left, depth + 1), self.fold(right, depth + 1):
            case Text(value=first), Text(value=second) if operator.type == "+":
                is_long = len(first) + len(second) > _LONGEST_TEXT
                return Unknown(span_of(node)) if is_long else Text(span_of(node), first + second)
            case Text(value=first), Text(value=second):
                return Boolean(span_of(node), (first == second) == (operator.type in _EQUAL))
            case _:
                return Unknown(span_of(node))

    def either(self, operator: str, left: Node, right: Node, depth: int) -> Value:
        """``a && b``, ``a || b`` and ``a ?? b`` where the left side is known."""
        first = self.fold(left, depth + 1)
        match first:
            case Unknown():
                return Unknown(span_of(left))
            case Nothing():
                takes_right = operator != "&&"
            case Boolean(value=truth):
                takes_right = operator != "??" and truth == (operator == "&&")
            case Text(value=word):
                takes_right = operator != "??" and bool(word) == (operator == "&&")
            case Number(value=amount):
                takes_right = operator != "??" and (amount == amount and amount != 0) == (operator == "&&")  # noqa: PLR0124
            case _:
                takes_right = operator == "&&"
        return self.fold(right, depth + 1) if takes_right else first

    def choice(self, node: Node, depth: int) -> Value:
        """``condition ? a : b`` where the condition is known, as ``process.platform === "darwin"`` is."""
        condition = node.child_by_field_name("condition")
        known = self.fold(condition, depth + 1) if condition is not None else None
        if not isinstance(known, Boolean):
            return Unknown(span_of(node))
        branch = node.child_by_field_name("consequence" if known.value else "alternative")
        return self.fold(branch, depth + 1) if branch is not None else Unknown(span_of(node))

    def template(self, node: Node, depth: int) -> Value:
        holes = [child for child in node.named_children if child.type == "template_substitution"]
        if not holes:
            return _template(node)
        parts: list[str] = []
        at = node.start_byte + 1
        for hole in holes:
            inner = [child for child in hole.named_children if child.type != "comment"]
            value = self.fold(inner[0], depth + 1) if inner else None
            before = _cut(node, at, hole.start_byte)
            if not isinstance(value, Text) or before is None:
                return Unknown(span_of(node))
            parts += [before, value.value]
            at = hole.end_byte
        rest = _cut(node, at, node.end_byte - 1)
        is_long = sum(map(len, parts)) > _LONGEST_TEXT
        if rest is None or node.has_error or is_long:
            return Unknown(span_of(node))
        return Text(span_of(node), "".join([*parts, rest]))


def _placed_at(value: Value, span: Span) -> Value:
    """The same scalar, standing where the const's name stands; a whole object or array keeps its own places."""
    match value:
        case Text(value=text):
            return Text(span, text)
        case Number(value=amount):
            return Number(span, amount)
        case BigInt(value=amount):
            return BigInt(span, amount)
        case Boolean(value=truth):
            return Boolean(span, truth)
        case Nothing(undefined=undefined):
            return Nothing(span, undefined)
        case Unknown():
            return replace(value, span=span)
        case _:
            return value


def _string(node: Node) -> Value:
    raw = node.text or b""
    closed = len(raw) >= 2 and raw[:1] == raw[-1:] and not node.has_error
    return quoted(raw, span_of(node)) if closed else Unknown(span_of(node))


def _template(node: Node) -> Value:
    raw = node.text or b""
    whole = len(raw) >= 2 and raw.endswith(b"`") and not node.has_error
    return quoted(raw.replace(b"\r\n", b"\n"), span_of(node)) if whole else Unknown(span_of(node))


def _cut(node: Node, start: int, end: int) -> str | None:
    """The piece of a template literal between two byte offsets of the file, unescaped."""
    raw = (node.text or b"")[start - node.start_byte : end - node.start_byte].replace(b"\r\n", b"\n")
    try:
        return unescape(raw.decode())
    except UnicodeDecodeError:
        return None

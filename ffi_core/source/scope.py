"""Which declaration a name refers to, and where else it is used, by JavaScript's block and function scopes.

Nothing is indexed beforehand: only the names that are asked for are looked up in the text, so that a keystroke in a
long file costs little.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ffi_core.model import Span, Value
from ffi_core.source.literal import span_of, text_of
from ffi_core.source.parse import SourceTree

if TYPE_CHECKING:
    from tree_sitter import Node

_WORD = re.compile(rb"[\w$\x80-\xff]+")
_WORD_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$") | frozenset(
    range(128, 256)
)
_LOOK_UPS_BEFORE_AN_INDEX_PAYS = 400
# A name that may be set as a whole by a `const`: right behind the word, or behind the comma of a list. It finds too
# many, never too few; the syntax tree decides.
_MAYBE_CONST = re.compile(
    rb"(?:\bconst\b|,)(?:\s|/\*.*?\*/|//[^\n]*)*([\w$\x80-\xff]+)(?=(?:\s|/\*.*?\*/|//[^\n]*)*[=:!])", re.DOTALL
)

_VARIABLES = {"identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern"}
_PATTERNS = {
    "object_pattern": None,
    "array_pattern": None,
    "pair_pattern": "value",
    "rest_pattern": None,
    "assignment_pattern": "left",
    "object_assignment_pattern": "left",
}
_FUNCTIONS = {
    "function_declaration",
    "function_expression",
    "generator_function_declaration",
    "generator_function",
    "arrow_function",
    "method_definition",
    "function_signature",
    "function_type",
    "constructor_type",
    "call_signature",
    "construct_signature",
    "method_signature",
    "abstract_method_signature",
    "class_static_block",
}
_BLOCKS = _FUNCTIONS | {
    "program",
    "statement_block",
    "for_statement",
    "for_in_statement",
    "switch_body",
    "catch_clause",
}
_NAMED_BY_STATEMENT = {
    "function_declaration",
    "generator_function_declaration",
    "class_declaration",
    "abstract_class_declaration",
    "enum_declaration",
    "internal_module",
    "module",
    "import_alias",
    "function_signature",
}
_ASSIGNMENTS = {"assignment_expression", "augmented_assignment_expression", "for_in_statement"}
_CLASSES = {"class_declaration", "abstract_class_declaration", "class"}
_NAMED_BY_EXPRESSION = {"function_expression", "generator_function", "class"}


@dataclass(frozen=True, slots=True)
class Declared:
    """A variable's declaration.

    Parameters
    ----------
    name: the variable.
    span: the name's place.
    scope: the text in which it is known.
    keyword: ``"const"``, ``"let"``, ``"var"``, ``"parameter"``, ``"import"``, ``"function"``, ``"class"``.
    value: the expression that a const is set to as a whole, or None.
    exported: whether the declaration itself stands behind ``export``.
    initialised: whether the declaration sets it.
    """

    name: str
    span: Span
    scope: Span
    keyword: str
    value: Node | None = None
    exported: bool = False
    initialised: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A place where a variable stands, other than its declaration.

    Parameters
    ----------
    span: the name.
    path: the nodes from the root to the name.
    """

    span: Span
    path: tuple[Node, ...]

    @property
    def is_label(self) -> bool:
        """Whether the name is read by others too, as in ``{ name }`` and ``export { name }``."""
        return self.path[-1].type != "identifier" or self.path[-2].type == "export_specifier"

    @property
    def is_target(self) -> bool:
        """Whether something is assigned to the name here."""
        depth = len(self.path) - 1
        while depth > 1 and _is_target_of_pattern(self.path[depth - 1], self.path[depth]):
            depth -= 1
        parent = self.path[depth - 1]
        return parent.type == "update_expression" or (
            parent.type in _ASSIGNMENTS and _is_field(parent, "left", self.path[depth])
        )


class Scopes:
    """The names of one tree. Answers are remembered as long as it lives.

    Parameters
    ----------
    tree: the file.
    imported: gives the value of a name that the file imports, where it is used; without it such names have none.
    """

    def __init__(self, tree: SourceTree, imported: Callable[[Declared, Span], Value | None] | None = None) -> None:
        self.tree = tree
        self.imports: set[Span] = set()
        """Where values of other modules stand."""
        self._imported = imported
        self._known: dict[str, tuple[tuple[Declared, ...], tuple[Reference, ...]]] = {}
        self._nested: dict[str, _Nested] = {}

    def resolve(self, name: str, offset: int) -> Declared | None:
        """The declaration that `name` refers to at a byte offset; None for a global or an unknown name."""
        nested = self._nested.get(name)
        if nested is None:
            nested = self._nested[name] = _Nested(self.occurrences(name)[0])
        return nested.innermost(offset)

    def references(self, declared: Declared) -> list[Reference]:
        """Every use of a declared variable, in the order of the text."""
        found = self.occurrences(declared.name)[1]
        return [entry for entry in found if self.resolve(declared.name, entry.span.start) == declared]

    def constant(self, node: Node) -> Node | Value | None:
        """What a name stands for: the expression that a ``const`` of this file is set to, or the value of an import;
        what `ffi_core.source.fold` asks.
        """
        if node.type not in _VARIABLES or (self._imported is None and node.text not in self._maybe_constants):
            return None
        declared = self.resolve(text_of(node), node.start_byte)
        if declared is None or declared.keyword != "import" or self._imported is None:
            return declared.value if declared is not None else None
        value = self._imported(declared, span_of(node))
        if value is not None:
            self.imports.add(value.span)
        return value

    def occurrences(self, name: str) -> tuple[tuple[Declared, ...], tuple[Reference, ...]]:
        """Declarations of the name anywhere in the file, and the places where it is used as a variable."""
        known = self._known.get(name)
        if known is None:
            declared, used = [], []
            for offset in self._offsets(name.encode("utf-8", "surrogatepass")):
                path = self.tree.path_to(offset)
                if path and path[-1].start_byte == offset and _is_variable(path):
                    declaration = _declaration(name, path)
                    if declaration is not None:
                        declared.append(declaration)
                    elif not _is_only_a_label(path):
                        used.append(Reference(span_of(path[-1]), tuple(path)))
            known = self._known[name] = (tuple(declared), tuple(used))
        return known

    def _offsets(self, name: bytes) -> list[int]:
        if len(self._known) > _LOOK_UPS_BEFORE_AN_INDEX_PAYS:
            return self._index.get(name, [])
        text, found = self.tree.text, []
        offset = text.find(name)
        while offset >= 0 and name:
            end = offset + len(name)
            inside = (offset > 0 and text[offset - 1] in _WORD_BYTES) or (end < len(text) and text[end] in _WORD_BYTES)
            if not inside:
                found.append(offset)
            offset = text.find(name, end)
        return found

    @cached_property
    def _maybe_constants(self) -> frozenset[bytes]:
        return frozenset(_MAYBE_CONST.findall(self.tree.text)) if b"const" in self.tree.text else frozenset()

    @cached_property
    def _index(self) -> dict[bytes, list[int]]:
        index: dict[bytes, list[int]] = {}
        for match in _WORD.finditer(self.tree.text):
            index.setdefault(match.group(), []).append(match.start())
        return index


class _Nested:
    """Declarations of one name by their scopes, which lie within or beside one another, as the nodes of a tree do."""

    def __init__(self, declared: tuple[Declared, ...]) -> None:
        # The innermost is found from behind, and of two in one scope the first counts: so it stands last.
        in_order = sorted(declared, key=lambda entry: (entry.scope.start, -entry.scope.end, -entry.span.start))
        self._starts = [entry.scope.start for entry in in_order]
        self._entries = in_order
        self._around: list[int] = []
        open_scopes: list[int] = []
        for place, entry in enumerate(in_order):
            while open_scopes and in_order[open_scopes[-1]].scope.end <= entry.scope.start:
                open_scopes.pop()
            self._around.append(open_scopes[-1] if open_scopes else -1)
            open_scopes.append(place)

    def innermost(self, offset: int) -> Declared | None:
        """The declaration with the smallest scope around a byte offset."""
        place = bisect_right(self._starts, offset) - 1
        while place >= 0 and self._entries[place].scope.end <= offset:
            place = self._around[place]
        return self._entries[place] if place >= 0 else None


def _is_variable(path: list[Node]) -> bool:
    if path[-1].type in _VARIABLES:
        return True
    # TypeScript's grammar calls the name of a class a type, although it is a variable too.
    return path[-1].type == "type_identifier" and path[-2].type in _CLASSES


def _declaration(name: str, path: list[Node]) -> Declared | None:
    """The declaration whose name stands at the end of the path, or None for a mere use."""
    depth = len(path) - 1
    while depth > 0 and _is_target_of_pattern(path[depth - 1], path[depth]):
        depth -= 1
    if depth == 0:
        return None
    node, parent = path[depth], path[depth - 1]
    place = span_of(path[-1])

    def declare(keyword: str, scope: Span) -> Declared:
        return Declared(name, place, scope, keyword)

    if parent.type == "variable_declarator" and _is_field(parent, "name", node):
        return _of_declarator(path[:depth], node, name, place)
    if parent.type in {"required_parameter", "optional_parameter"} and _is_field(parent, "pattern", node):
        return declare("parameter", _enclosing(path[: depth - 1], _FUNCTIONS))
    if parent.type == "formal_parameters" or (parent.type == "arrow_function" and _is_field(parent, "parameter", node)):
        return declare("parameter", _enclosing(path[:depth], _FUNCTIONS))
    if parent.type == "catch_clause" and _is_field(parent, "parameter", node):
        return declare("parameter", span_of(parent))
    if parent.type == "for_in_statement" and _is_field(parent, "left", node):
        kind = parent.child_by_field_name("kind")
        if kind is None:
            return None
        scope = _enclosing(path[: depth - 1], _FUNCTIONS) if kind.type == "var" else span_of(parent)
        return declare(kind.type, scope)
    if depth < len(path) - 1:
        return None
    if parent.type in _NAMED_BY_STATEMENT and _is_field(parent, "name", node):
        return declare("function" if "function" in parent.type else "class", _enclosing(path[: depth - 1], _BLOCKS))
    if parent.type in _NAMED_BY_EXPRESSION and _is_field(parent, "name", node):
        return declare("function", span_of(parent))
    if parent.type in {"import_clause", "namespace_import", "import_require_clause"} or (
        parent.type == "import_specifier"
        and (_is_field(parent, "alias", node) or parent.child_by_field_name("alias") is None)
    ):
        return declare("import", span_of(path[0]))
    return None


def _of_declarator(path: list[Node], target: Node, name: str, place: Span) -> Declared | None:
    """The variable of ``const target = value``; the path ends at the declarator."""
    if any(node.type == "ambient_declaration" for node in path[-3:]):
        return None  # `declare const Deno: ...` describes a global; it makes no variable
    kind = path[-2].child_by_field_name("kind")
    keyword = kind.type if kind is not None else "var"
    scope = _enclosing(path[:-2], _FUNCTIONS if keyword == "var" else _BLOCKS)
    whole = target.type == "identifier" and keyword == "const"
    value = path[-1].child_by_field_name("value")
    return Declared(
        name,
        place,
        scope,
        keyword,
        value if whole else None,
        exported=path[-3].type == "export_statement",
        initialised=value is not None,
    )


def _is_target_of_pattern(parent: Node, node: Node) -> bool:
    if parent.type not in _PATTERNS:
        return False
    field = _PATTERNS[parent.type]
    return field is None or _is_field(parent, field, node)


def _is_only_a_label(path: list[Node]) -> bool:
    """Whether the name is another module's, as in ``import {name as x}`` and ``export {name} from``, or a new one."""
    parent = path[-2]
    if parent.type == "import_specifier":
        return True
    if parent.type == "export_specifier":
        statement = path[-4] if len(path) >= 4 else path[0]
        return _is_field(parent, "alias", path[-1]) or statement.child_by_field_name("source") is not None
    return False


def _enclosing(path: list[Node], kinds: set[str]) -> Span:
    return next((span_of(node) for node in reversed(path) if node.type in kinds), span_of(path[0]))


def _is_field(parent: Node, field: str, child: Node) -> bool:
    found = parent.child_by_field_name(field)
    return found is not None and found.id == child.id

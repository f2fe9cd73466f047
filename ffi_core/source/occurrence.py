"""What a word in a syntax tree is: a variable's declaration, a use of one, or neither. One word at a time."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ffi_core.model import Span
from ffi_core.source.literal import span_of

if TYPE_CHECKING:
    from tree_sitter import Node

VARIABLES = frozenset({"identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern"})
"""Nodes that name a variable."""

FUNCTIONS = frozenset(
    {
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
)
"""Nodes in which a ``var`` and the parameters are known."""

BLOCKS = FUNCTIONS | {
    "program",
    "statement_block",
    "for_statement",
    "for_in_statement",
    "switch_body",
    "catch_clause",
}
"""Nodes in which a ``let`` is known."""

_PATTERNS = {
    "object_pattern": None,
    "array_pattern": None,
    "pair_pattern": "value",
    "rest_pattern": None,
    "assignment_pattern": "left",
    "object_assignment_pattern": "left",
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

Path = Sequence["Node"]
"""Nodes from the root to a word."""


class Reach(enum.Enum):
    """How far out of a piece of text a declaration is known."""

    INSIDE = enum.auto()
    BLOCK = enum.auto()
    FUNCTION = enum.auto()
    FILE = enum.auto()


@dataclass(frozen=True, slots=True)
class Declaring:
    """What the declaration of a variable says.

    Parameters
    ----------
    keyword: ``"const"``, ``"let"``, ``"var"``, ``"parameter"``, ``"import"``, ``"function"``, ``"class"``, ``"enum"``.
    reach: how far it is known.
    scope: where it is known, if that is inside the piece; positions count from the start of the piece.
    whole: whether the declaration sets the name to a value as a whole, for good.
    exported: whether it stands behind ``export`` itself.
    initialised: whether it sets the name.
    """

    keyword: str
    reach: Reach
    scope: Span
    whole: bool = False
    exported: bool = False
    initialised: bool = False


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A variable's name, in a piece of text.

    Parameters
    ----------
    start: bytes from the start of the piece.
    length: bytes.
    declaring: where this is the declaration, what it says.
    is_label: whether the name is read by others too, as in ``{ name }`` and ``export { name }``.
    is_target: whether something is assigned to the name here.
    """

    start: int
    length: int
    declaring: Declaring | None
    is_label: bool
    is_target: bool


def occurrence(path: Path, depth: int) -> Occurrence | None:
    """What the word at the end of a path is; None where it is no variable, or another module's.

    Parameters
    ----------
    path: nodes from the root to the word.
    depth: the index in the path of the node that is the piece; positions count from its start.
    """
    word = path[-1]
    if not _is_variable(path):
        return None
    declaring = _declaring(path, depth)
    if declaring is None and _is_only_a_label(path):
        return None
    start = word.start_byte - path[depth].start_byte
    is_label = word.type != "identifier" or path[-2].type == "export_specifier"
    return Occurrence(
        start, word.end_byte - word.start_byte, declaring, is_label, declaring is None and _is_target(path)
    )


def _is_variable(path: Path) -> bool:
    if path[-1].type in VARIABLES:
        return len(path) > 1
    # TypeScript's grammar calls the name of a class a type, although it is a variable too.
    return path[-1].type == "type_identifier" and path[-2].type in _CLASSES


def _is_target(path: Path) -> bool:
    depth = len(path) - 1
    while depth > 1 and _is_target_of_pattern(path[depth - 1], path[depth]):
        depth -= 1
    parent = path[depth - 1]
    return parent.type == "update_expression" or (
        parent.type in _ASSIGNMENTS and _is_field(parent, "left", path[depth])
    )


def _declaring(path: Path, piece: int) -> Declaring | None:
    """What the declaration whose name stands at the end of the path says, or None for a mere use."""
    depth = len(path) - 1
    while depth > 0 and _is_target_of_pattern(path[depth - 1], path[depth]):
        depth -= 1
    if depth == 0:
        return None
    node, parent = path[depth], path[depth - 1]

    def declare(keyword: str, scope: int, reach: Reach = Reach.BLOCK, *, initialised: bool = False) -> Declaring:
        if scope < piece:
            return Declaring(keyword, reach, Span(0, 0), initialised=initialised)
        start, inner = path[piece].start_byte, span_of(path[scope])
        span = Span(inner.start - start, inner.end - start)
        return Declaring(keyword, Reach.INSIDE, span, initialised=initialised)

    if parent.type == "variable_declarator" and _is_field(parent, "name", node):
        return _of_declarator(path, depth, piece)
    if parent.type in {"required_parameter", "optional_parameter"} and _is_field(parent, "pattern", node):
        return declare("parameter", _enclosing(path, depth - 1, FUNCTIONS), Reach.FUNCTION)
    if parent.type == "formal_parameters" or (parent.type == "arrow_function" and _is_field(parent, "parameter", node)):
        return declare("parameter", _enclosing(path, depth, FUNCTIONS), Reach.FUNCTION)
    if parent.type == "catch_clause" and _is_field(parent, "parameter", node):
        return declare("parameter", depth - 1)
    if parent.type == "for_in_statement" and _is_field(parent, "left", node):
        kind = parent.child_by_field_name("kind")
        if kind is None:
            return None
        if kind.type == "var":
            return declare("var", _enclosing(path, depth - 1, FUNCTIONS), Reach.FUNCTION)
        return declare(kind.type, depth - 1)
    if depth < len(path) - 1:
        return None
    if parent.type in _NAMED_BY_STATEMENT and _is_field(parent, "name", node):
        keyword = parent.type.partition("_declaration")[0].replace("abstract_", "")
        keyword = "function" if "function" in keyword else keyword if keyword == "enum" else "class"
        found = declare(keyword, _enclosing(path, depth - 1, BLOCKS))
        whole = keyword in {"enum", "function"} and parent.type != "function_signature"
        return Declaring(keyword, found.reach, found.scope, whole=whole)
    if parent.type in _NAMED_BY_EXPRESSION and _is_field(parent, "name", node):
        return declare("function", depth - 1)
    if parent.type in {"import_clause", "namespace_import", "import_require_clause"} or (
        parent.type == "import_specifier"
        and (_is_field(parent, "alias", node) or parent.child_by_field_name("alias") is None)
    ):
        return declare("import", -1, Reach.FILE)
    return None


def _of_declarator(path: Path, target: int, piece: int) -> Declaring | None:
    """The variable of ``const target = value``; `target` is the index of the whole pattern."""
    declarator = target - 1
    if any(node.type == "ambient_declaration" for node in path[max(declarator - 2, 0) : declarator + 1]):
        return None  # `declare const Deno: ...` describes a global; it makes no variable
    kind = path[declarator - 1].child_by_field_name("kind")
    keyword = kind.type if kind is not None else "var"
    scope = _enclosing(path, declarator - 1, FUNCTIONS if keyword == "var" else BLOCKS)
    initialised = path[declarator].child_by_field_name("value") is not None
    whole = initialised and keyword == "const" and path[target].type == "identifier"
    exported = declarator >= 2 and path[declarator - 2].type == "export_statement"
    if scope < piece:
        reach = Reach.FUNCTION if keyword == "var" else Reach.BLOCK
        return Declaring(keyword, reach, Span(0, 0), whole, exported, initialised)
    start, inner = path[piece].start_byte, span_of(path[scope])
    span = Span(inner.start - start, inner.end - start)
    return Declaring(keyword, Reach.INSIDE, span, whole, exported, initialised)


def _is_target_of_pattern(parent: Node, node: Node) -> bool:
    if parent.type not in _PATTERNS:
        return False
    field = _PATTERNS[parent.type]
    return field is None or _is_field(parent, field, node)


def _is_only_a_label(path: Path) -> bool:
    """Whether the name is another module's, as in ``import {name as x}`` and ``export {name} from``, or a new one."""
    parent = path[-2]
    if parent.type == "import_specifier":
        return True
    if parent.type == "export_specifier":
        statement = path[-4] if len(path) >= 4 else path[0]
        return _is_field(parent, "alias", path[-1]) or statement.child_by_field_name("source") is not None
    return False


def _enclosing(path: Path, before: int, kinds: frozenset[str]) -> int:
    """The index of the innermost node of some kinds before an index; the root where there is none."""
    return next((index for index in range(before - 1, 0, -1) if path[index].type in kinds), 0)


def _is_field(parent: Node, field: str, child: Node) -> bool:
    found = parent.child_by_field_name(field)
    return found is not None and found.id == child.id

"""Text to syntax tree, by the grammar that the file's name asks for. Broken text gives a tree too; no file is read."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from ffi_core.model import Span
from ffi_core.source.scripts import MARKUP, only_scripts

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Query, Tree

SUFFIXES = {
    ".js": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".jsx": "javascript",
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
    **dict.fromkeys(sorted(MARKUP), "javascript"),
}
"""Suffixes of the files that can be read, with the grammar for each; in markup, that of scripts that name none."""

_SHORT = 48 << 10  # bytes, which take some 5 ms to be parsed
_WIDE = 200
"""Children, from which on a list of them is worth its memory."""
_LOOKS_LIKE_TYPESCRIPT = re.compile(
    rb"\bas\s+\w|\bsatisfies\b|\binterface\s|\btype\s+\w+\s*[=<]|\benum\s|\b(?:import|export)\s+type\b"
    rb"|\bdeclare\s|[\w)]\s*\??:\s*(?:string|number|boolean|any|unknown|void|never|bigint|object)\b"
)


@dataclass(frozen=True, slots=True)
class Change:
    """In what one stretch of bytes a text differs from one before it.

    Parameters
    ----------
    before: the earlier text.
    start: the first byte that differs.
    old_end, new_end: where the stretch ends in the earlier text, and in this one.
    structure: the stretches of this text outside of which every byte has the ancestors in the tree that it had.
    """

    before: bytes = field(repr=False)
    start: int
    old_end: int
    new_end: int
    structure: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class SourceTree:
    """A text and its syntax tree.

    Parameters
    ----------
    text: the text in UTF-8; of markup the scripts alone, all else is blank.
    suffix: of the file's name, with its dot, in lower case.
    grammar: ``"javascript"``, ``"typescript"`` or ``"tsx"``.
    tree: tree-sitter's tree; its offsets are bytes of `text`.
    sound: the tree of the last text before that had no syntax error, where this one has some.
    change: in what it differs from the last text before that had no syntax error, if there was one.
    """

    text: bytes
    suffix: str
    grammar: str
    tree: Tree = field(repr=False)
    sound: SourceTree | None = field(default=None, repr=False, compare=False)
    change: Change | None = field(default=None, repr=False, compare=False)
    _wide: dict[int, tuple[list[int], list[Node]]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def root(self) -> Node:
        """The node of the whole file."""
        return self.tree.root_node

    def path_to(self, offset: int) -> list[Node]:
        """The nodes that hold the byte at `offset`, from the root to the smallest."""
        cursor = self.tree.walk()
        path = []
        while (node := cursor.node) is not None and node.start_byte <= offset < node.end_byte:
            path.append(node)
            if node.child_count > _WIDE:
                ends, children = self._children(node)
                place = bisect_right(ends, offset)
                if place == len(children):
                    break
                cursor.reset(children[place])
            elif cursor.goto_first_child_for_byte(offset) is None:
                break
        return path

    def children_from(self, node: Node, offset: int) -> Iterator[Node]:
        """The children of a node that end behind a byte, in order."""
        ends, children = self._children(node)
        return iter(children[bisect_right(ends, offset) :])

    def _children(self, node: Node) -> tuple[list[int], list[Node]]:
        """Where the children of a wide node end, and they: tree-sitter itself counts through them each time."""
        known = self._wide.get(node.id)
        if known is None:
            children = node.children
            known = self._wide[node.id] = ([child.end_byte for child in children], children)
        return known


def names_in(tree: SourceTree, start: int, end: int) -> frozenset[int]:
    """Where the names of variables, and in TypeScript of types, start between two bytes."""
    from tree_sitter import QueryCursor

    cursor = QueryCursor(_names(tree.grammar))
    cursor.set_byte_range(start, end)
    return frozenset([node.start_byte for nodes in cursor.captures(tree.root).values() for node in nodes])


def parse(text: bytes, suffix: str, previous: SourceTree | None = None) -> SourceTree:
    """Parse a file's text.

    Parameters
    ----------
    text: UTF-8; wrong bytes end up in error nodes.
    suffix: of the file's name, with its dot. An unknown one is read as JavaScript. A JavaScript file that holds
        TypeScript syntax, as many do, is read as TypeScript.
    previous: the tree of an earlier text of the same file; what did not change is not parsed again.
    """
    suffix = suffix.lower()
    grammar = SUFFIXES.get(suffix, "javascript")
    if suffix in MARKUP:
        text, grammar = only_scripts(text, suffix)
    tree = _parse(text, suffix, grammar, previous)
    if grammar == "javascript" and tree.root.has_error and _LOOKS_LIKE_TYPESCRIPT.search(text):
        for other in ("tsx", "typescript"):
            second = _parse(text, suffix, other, previous)
            if not second.root.has_error:
                return second
    return tree


def _parse(text: bytes, suffix: str, grammar: str, previous: SourceTree | None) -> SourceTree:
    # What a parser makes of an error depends on what it is told to reuse, and from one broken text to the next the
    # differences would add up. So it reuses sound trees alone, and reads what is broken from scratch where it is short.
    base = previous.sound if previous is not None and previous.tree.root_node.has_error else previous
    if base is None or base.grammar != grammar:
        return SourceTree(text, suffix, grammar, _parser(grammar).parse(text))
    edited, start, old_end, new_end = _edited(base, text)
    tree = _parser(grammar).parse(text, edited)
    is_sound = not tree.root_node.has_error
    if not is_sound and len(text) <= _SHORT:
        tree = _parser(grammar).parse(text)
    structure = tuple([Span(each.start_byte, each.end_byte) for each in edited.changed_ranges(tree)])
    change = Change(base.text, start, old_end, new_end, structure)
    return SourceTree(text, suffix, grammar, tree, None if is_sound else base, change)


@cache
def _parser(grammar: str) -> Parser:
    from tree_sitter import Language, Parser

    if grammar == "javascript":
        import tree_sitter_javascript

        return Parser(Language(tree_sitter_javascript.language()))
    import tree_sitter_typescript

    load = tree_sitter_typescript.language_tsx if grammar == "tsx" else tree_sitter_typescript.language_typescript
    return Parser(Language(load()))


@cache
def _names(grammar: str) -> Query:
    from tree_sitter import Query

    kinds = ["identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern"]
    kinds += ["type_identifier"] if grammar != "javascript" else []
    language = _parser(grammar).language
    assert language is not None
    return Query(language, f"[{' '.join(f'({kind})' for kind in kinds)}] @name")


def _edited(previous: SourceTree, text: bytes) -> tuple[Tree, int, int, int]:
    """A copy of the earlier tree, told which single stretch of bytes lies between the two texts; and that stretch."""
    old = previous.text
    start = _common_prefix(old, text)
    rest = min(len(old), len(text)) - start
    same_end = _common_prefix(old[len(old) - rest :][::-1], text[len(text) - rest :][::-1])
    old_end, new_end = len(old) - same_end, len(text) - same_end
    tree = previous.tree.copy()
    tree.edit(start, old_end, new_end, _point(old, start), _point(old, old_end), _point(text, new_end))
    return tree, start, old_end, new_end


def _common_prefix(left: bytes, right: bytes) -> int:
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _point(text: bytes, offset: int) -> tuple[int, int]:
    return text.count(b"\n", 0, offset), offset - (text.rfind(b"\n", 0, offset) + 1)

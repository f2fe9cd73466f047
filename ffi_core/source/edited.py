"""Which statements of a text are others than in the text before: as few as the syntax tree shows to be enough."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ffi_core.model import Span
from ffi_core.source.parse import Change, SourceTree
from ffi_core.source.pieces import Around, Layout, is_statement, is_taken_apart

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST = 16
"""Statements beside one another; who pastes more may wait for the whole text to be read."""


@dataclass(frozen=True, slots=True)
class Edited:
    """Neighbouring pieces of a text, and what came in their place.

    Parameters
    ----------
    first, end: the pieces of the earlier text; none where only something was added, or the blank between two changed.
    nodes: the statements and comments that stand there now.
    around: what encloses both.
    old: where the pieces stood; empty where there were none.
    at: the byte of the earlier text from which on all stands elsewhere.
    distance: how many bytes further on.
    """

    first: int
    end: int
    nodes: tuple[Node, ...]
    around: Around
    old: Span
    at: int
    distance: int


def edited(layout: Layout, tree: SourceTree) -> Edited | None:
    """What was edited between two texts.

    Parameters
    ----------
    layout: the pieces of the earlier text, which has no syntax error.
    tree: the text, with `SourceTree.change` from that one.

    Returns
    -------
    None where that is more than some statements beside one another.
    """
    change = tree.change
    assert change is not None
    first, end = _touched(layout, change)
    if not 0 <= first <= len(layout.pieces) or end - first > _MOST:
        return None
    arounds = layout.around[first:end] or layout.around[max(first - 1, 0) : first + 1]
    for around in {id(each): each for each in arounds}.values():
        found = _among(layout, tree, change, first, end, around)
        if found is not None:
            return found
    return None


def _touched(layout: Layout, change: Change) -> tuple[int, int]:
    """The pieces that hold the edit, or end or begin where it does: the first, and the one behind the last."""
    first = bisect_right(layout.starts, change.start)
    while first > 0 and layout.place(first - 1).end >= change.start:
        first -= 1
    return first, max(bisect_right(layout.starts, change.old_end), first)


def _among(layout: Layout, tree: SourceTree, change: Change, first: int, end: int, around: Around) -> Edited | None:
    """The edit, if all that it touches, and nothing else, lies in the node that encloses a piece."""
    distance = change.new_end - change.old_end
    parent = _parent(layout, tree, around, first, end, distance)
    if parent is None or any(layout.around[index] is not around for index in range(first, end)):
        return None
    start, old_end = change.start, change.old_end
    if first < end:
        start, old_end = min(start, layout.starts[first]), max(old_end, layout.place(end - 1).end)
    nodes = _children(tree, parent, Span(start, old_end + distance))
    if nodes is None or len(nodes) > _MOST:
        return None
    first, end, nodes = _without_equals(layout, first, end, nodes, distance)
    if not all(_is_plain(node, around) for node in nodes):
        return None
    if not all(layout.pieces[index].whole or layout.pieces[index].kind == "comment" for index in range(first, end)):
        return None
    if first == end == len(layout.starts):
        return None  # nobody knows what may hang on the blank at the end
    before = layout.place(first - 1).end if first else 0
    behind = layout.starts[end] + distance if end < len(layout.starts) else len(tree.text)
    if any(each.start < before or behind < each.end for each in change.structure):
        return None
    if first == end:
        at = layout.starts[end]
        touches = first > 0 and layout.place(first - 1).end == at  # the byte would be the end of what stays, too
        return None if touches else Edited(first, end, nodes, around, Span(start, start), at, distance)
    old = Span(layout.starts[first], layout.place(end - 1).end)
    return Edited(first, end, nodes, around, old, old.end, distance)


def _parent(layout: Layout, tree: SourceTree, around: Around, first: int, end: int, distance: int) -> Node | None:
    """The node of the new text that encloses what is around an edit: it holds a neighbour that is untouched."""
    if around.depth == 1:
        return tree.root
    for index, moved in ((first - 1, 0), (end, distance)):
        if 0 <= index < len(layout.starts) and layout.around[index] is around:
            path = tree.path_to(layout.starts[index] + moved)
            if len(path) >= around.depth and path[around.depth - 1].type == around.kinds[0]:
                return path[around.depth - 1]
    return None


def _children(tree: SourceTree, parent: Node, place: Span) -> tuple[Node, ...] | None:
    """The children of a node in some place; None where one lies across its edge, or there is text of no child."""
    nodes = []
    at = place.start
    for child in tree.children_from(parent, place.start):
        if child.start_byte >= place.end:
            break
        if child.start_byte < place.start or child.end_byte > place.end:
            return None
        if tree.text[at : child.start_byte].strip():
            return None
        nodes.append(child)
        at = child.end_byte
    return None if tree.text[at : place.end].strip() else tuple(nodes)


def _without_equals(
    layout: Layout, first: int, end: int, nodes: tuple[Node, ...], distance: int
) -> tuple[int, int, tuple[Node, ...]]:
    """The same without those at both ends that only moved."""

    def is_same(index: int, node: Node, moved: int) -> bool:
        piece = layout.pieces[index]
        stays = layout.starts[index] + moved == node.start_byte
        return stays and piece.kind == node.type and piece.text == node.text

    while first < end and nodes and is_same(first, nodes[0], 0):
        first, nodes = first + 1, nodes[1:]
    while first < end and nodes and is_same(end - 1, nodes[-1], distance):
        end, nodes = end - 1, nodes[:-1]
    return first, end, nodes


def _is_plain(node: Node, around: Around) -> bool:
    return node.type == "comment" or (is_statement(node) and not is_taken_apart(node, around.depth - 1))

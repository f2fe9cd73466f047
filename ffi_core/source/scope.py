"""Which declaration a name refers to, and where else it is used, by JavaScript's block and function scopes.

Only the names that are asked for are looked at, and of those only what is not remembered of the file's text before.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ffi_core.model import Span, Value
from ffi_core.source.branches import assigned
from ffi_core.source.literal import fold, span_of, text_of
from ffi_core.source.occurrence import VARIABLES, Declaring, Occurrence, Reach, occurrence
from ffi_core.source.parse import SourceTree, names_in
from ffi_core.source.pieces import EVERYWHERE, Layout, Memory, Piece
from ffi_core.source.trail import Trail

if TYPE_CHECKING:
    from tree_sitter import Node

_LONG_PIECE = 1024  # bytes
_DEEPEST_CHOICE = 8  # variables, each chosen by what the one before it was chosen to be


@dataclass(frozen=True, slots=True)
class Declared:
    """A variable's declaration.

    Parameters
    ----------
    name: the variable.
    span: the name's place.
    scope: the text in which it is known.
    keyword: ``"const"``, ``"let"``, ``"var"``, ``"parameter"``, ``"import"``, ``"function"``, ``"class"``, ``"enum"``.
    whole: whether the declaration sets the name to a value as a whole, for good: `Scopes.value_of` gives it.
    exported: whether the declaration itself stands behind ``export``.
    initialised: whether the declaration sets it.
    """

    name: str
    span: Span
    scope: Span
    keyword: str
    whole: bool = False
    exported: bool = False
    initialised: bool = False


class Reference:
    """A place where a variable stands, other than its declaration.

    Parameters
    ----------
    span: the name.
    is_label: whether the name is read by others too, as in ``{ name }`` and ``export { name }``.
    is_target: whether something is assigned to the name here.
    piece, start: the piece of text that it stands in, where that is one to be remembered, and the byte at which that
        starts.
    """

    __slots__ = ("_tree", "is_label", "is_target", "piece", "span", "start")

    def __init__(self, tree: SourceTree, found: Occurrence, piece: Piece | None, start: int) -> None:
        self.span = Span(start + found.start, start + found.start + found.length)
        self.is_label, self.is_target = found.is_label, found.is_target
        self.piece, self.start = piece, start
        self._tree = tree

    @property
    def path(self) -> tuple[Node, ...]:
        """The nodes from the root to the name."""
        return tuple(self._tree.path_to(self.span.start))


class Scopes:
    """The names of one tree. Answers are remembered as long as it lives.

    Parameters
    ----------
    tree: the file.
    imported: gives the value of a name that the file imports, where it is used; without it such names have none.
    memory: what is remembered of the file's text before, and takes up what is found out about this one.
    layout: the pieces of the text, where they are known.
    """

    def __init__(
        self,
        tree: SourceTree,
        imported: Callable[[Declared, Span], Value | None] | None = None,
        memory: Memory | None = None,
        layout: Layout | None = None,
    ) -> None:
        self.tree = tree
        self.imports: set[Span] = set()
        """Where values of other modules stand."""
        self.examined: set[tuple[str, Span]] = set()
        """Names and scopes of variables whose value somebody judged by what stands in all of the scope."""
        self.values: set[Span] = set()
        """The expressions that names stand for."""
        self.memory = Memory() if memory is None else memory
        self.trail = Trail()
        self._imported = imported
        self._layout = layout
        self._known: dict[str, tuple[tuple[Declared, ...], tuple[Reference, ...]]] = {}
        self._nested: dict[str, _Nested] = {}
        self._names: dict[int, frozenset[int]] = {}
        self._told: dict[tuple[int, str], tuple[Occurrence, ...]] = {}
        self._choosing: set[Span] = set()
        self._chosen: dict[Span, Node | None] = {}
        self._maybe_constant: dict[str, bool] = {}

    @cached_property
    def layout(self) -> Layout:
        """The pieces of the text."""
        return self.memory.lay_out(self.tree) if self._layout is None else self._layout

    @property
    def asked(self) -> set[str]:
        """Every name that somebody asked about."""
        return self._known.keys() | self._maybe_constant.keys()

    def resolve(self, name: str, offset: int) -> Declared | None:
        """The declaration that `name` refers to at a byte offset; None for a global or an unknown name."""
        declared = self.occurrences(name)[0]
        if len(declared) <= 1:
            return declared[0] if declared and declared[0].scope.start <= offset < declared[0].scope.end else None
        nested = self._nested.get(name)
        if nested is None:
            nested = self._nested[name] = _Nested(declared)
        return nested.innermost(offset)

    def references(self, declared: Declared) -> list[Reference]:
        """Every use of a declared variable, in the order of the text, for those who judge its value by all of them."""
        self.examined.add((declared.name, declared.scope))
        return self.uses(declared)

    def uses(self, declared: Declared) -> list[Reference]:
        """Every use of a declared variable, in the order of the text."""
        declarations, found = self.occurrences(declared.name)
        if len(declarations) == 1:
            start, end = declared.scope.start, declared.scope.end
            return [entry for entry in found if start <= entry.span.start < end]
        return [entry for entry in found if self.resolve(declared.name, entry.span.start) is declared]

    def constant(self, node: Node) -> Node | Value | None:
        """What a name stands for: the expression that a ``const`` of this file is set to, or the value of an import;
        what `ffi_core.source.fold` asks.
        """
        if node.type not in VARIABLES or not self.may_have_value(text_of(node)):
            return None
        declared = self.resolve(text_of(node), node.start_byte)
        if declared is None:
            return None
        if declared.keyword == "let":
            return self._noted(self._assigned(declared, node.start_byte))
        if declared.keyword == "function" and self.tree.text[node.end_byte : node.end_byte + 1] != b"(":
            return None  # the function itself, and nothing that it returns
        value = self._imported(declared, span_of(node)) if self._imported is not None else None
        if value is None:
            return self._noted(self.value_of(declared))
        self.imports.add(value.span)
        return value

    def _noted(self, value: Node | None) -> Node | None:
        if value is not None:
            self.values.add(span_of(value))
        return value

    def value_of(self, declared: Declared) -> Node | None:
        """The expression that a ``const`` is set to as a whole, an ``enum``, or a function that is never set anew."""
        if not declared.whole:
            return None
        path = self.tree.path_to(declared.span.start)
        if declared.keyword == "const" or len(path) < 2:
            return path[-2].child_by_field_name("value") if len(path) > 1 else None
        declarations = self.occurrences(declared.name)[0]
        if any(other is not declared and other.scope == declared.scope for other in declarations):
            return None
        return None if any(use.is_target for use in self.uses(declared)) else path[-2]

    def _assigned(self, declared: Declared, offset: int) -> Node | None:
        """What a ``let`` holds at a byte offset, where all statements that set it stand before that, one after the
        other, and do nothing but choose.
        """
        targets = [use.span.start for use in self.references(declared) if use.is_target]
        if declared.exported or (targets and max(targets) >= offset):
            return None
        if declared.span not in self._chosen:
            if len(self._choosing) >= _DEEPEST_CHOICE or declared.span in self._choosing:
                return None
            self._choosing.add(declared.span)
            self._chosen[declared.span] = self._choose(declared, max(targets, default=-1))
            self._choosing.discard(declared.span)
        return self._chosen[declared.span]

    def _choose(self, declared: Declared, last: int) -> Node | None:
        path = self.tree.path_to(declared.span.start)
        if len(path) < 4 or path[-2].type != "variable_declarator" or path[-3].type != "lexical_declaration":
            return None
        value = path[-2].child_by_field_name("value")
        if last < 0:
            return value
        behind = [node for node in path[-4].named_children if path[-3].end_byte <= node.start_byte <= last]
        return assigned(behind, declared.name, value, lambda node: fold(node, self.constant))

    def may_have_value(self, name: str) -> bool:
        """Whether `constant` can give a value for a name at all, wherever it stands: most names have none anywhere."""
        known = self._maybe_constant.get(name)
        if known is None:
            self.layout  # noqa: B018 - the memory answers about the text that was laid out last
            word = name.encode("utf-8", "surrogatepass")
            known = self.memory.may_be_set(word, imports=self._imported is not None)
            self._maybe_constant[name] = known
        return known

    def has_value(self, name: str, offset: int) -> bool:
        """Whether the name may have a value for those who use it at a byte offset."""
        declared = self.resolve(name, offset) if self.may_have_value(name) else None
        return declared is not None and (declared.whole or declared.keyword in {"import", "let", "const"})

    def occurrences(self, name: str) -> tuple[tuple[Declared, ...], tuple[Reference, ...]]:
        """Declarations of the name anywhere in the file, and the places where it is used as a variable."""
        known = self._known.get(name)
        if known is None:
            layout, tree = self.layout, self.tree
            word = name.encode("utf-8", "surrogatepass")
            indices = [index for piece in self.memory.holders(word) for index in layout.places.get(piece, ())]
            declared: list[Declared] = []
            used: list[Reference] = []
            for index in sorted(indices) if len(indices) > 1 else indices:
                piece, start = layout.pieces[index], layout.starts[index]
                found = self.occurrences_in(index, name)
                if not piece.whole:
                    start = tree.root.start_byte
                for entry in found:
                    if entry.declaring is None:
                        used.append(Reference(tree, entry, piece if piece.whole else None, start))
                    else:
                        declared.append(self._declared(name, index, start, entry, entry.declaring))
            known = self._known[name] = (tuple(declared), tuple(used))
        return known

    def occurrences_in(self, index: int, name: str) -> tuple[Occurrence, ...]:
        """The declarations and uses of a name in one piece, counted from its start, or the root's if it is not whole.

        Parameters
        ----------
        index: the piece's in `layout`.
        """
        known: tuple[Occurrence, ...] | None = self.layout.pieces[index].memo.get(name)
        if known is None:
            known = self._told.get((index, name))
        return self._found(name, index) if known is None else known

    def tell(self, index: int, name: str, found: tuple[Occurrence, ...]) -> None:
        """Take over what `occurrences_in` gives, from whoever knows it."""
        if self.layout.pieces[index].whole:
            self.layout.pieces[index].memo[name] = found
        else:
            self._told[index, name] = found

    def _found(self, name: str, index: int) -> tuple[Occurrence, ...]:
        word = name.encode("utf-8", "surrogatepass")
        piece, start = self.layout.pieces[index], self.layout.starts[index]
        depth = self.layout.around[index].depth if piece.whole else 0
        names = self._names_in(index) if len(piece.text) > _LONG_PIECE else None
        found = []
        for offset in piece.offsets(word):
            if names is not None and start + offset not in names:
                continue
            path = self.tree.path_to(start + offset)
            if path and path[-1].start_byte == start + offset and path[-1].text == word:
                found.append(occurrence(path, depth))
        kept = tuple(entry for entry in found if entry is not None)
        if piece.whole:
            piece.memo[name] = kept
        return kept

    def _names_in(self, index: int) -> frozenset[int]:
        """Where names stand in a long piece: most of its words may be keys, and the way to each takes some time."""
        if index not in self._names:
            start = self.layout.starts[index]
            self._names[index] = names_in(self.tree, start, start + len(self.layout.pieces[index].text))
        return self._names[index]

    def _declared(self, name: str, index: int, start: int, found: Occurrence, declaring: Declaring) -> Declared:
        around = self.layout.around[index]
        match declaring.reach:
            case Reach.INSIDE:
                inside = Span(declaring.scope.start + start, declaring.scope.end + start)
                scope = EVERYWHERE if inside == span_of(self.tree.root) else inside
            case Reach.BLOCK:
                scope = around.block
            case Reach.FUNCTION:
                scope = around.function
            case Reach.FILE:
                scope = EVERYWHERE
        place = Span(start + found.start, start + found.start + found.length)
        return Declared(
            name, place, scope, declaring.keyword, declaring.whole, declaring.exported, declaring.initialised
        )


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

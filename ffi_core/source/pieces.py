"""A text as pieces, which are its statements as a rule. What is found out about a piece holds wherever its text stands.

So a keystroke costs the reading of one statement, not of the file. What the pieces mean is for `ffi_core.source.scope`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ffi_core.model import Span
from ffi_core.source.entries import Entries
from ffi_core.source.literal import span_of
from ffi_core.source.moving import shifted
from ffi_core.source.occurrence import BLOCKS, FUNCTIONS
from ffi_core.source.parse import SourceTree

if TYPE_CHECKING:
    from tree_sitter import Node

_WORD = re.compile(rb"[\w$\x80-\xff]+")
_LETTER = re.compile(rb"[\w$\x80-\xff]")
# A name that may be set as a whole by a `const`: right behind the word, or behind the comma of a list. It finds too
# many, never too few; the syntax tree decides.
_MAYBE_CONST = re.compile(
    rb"(?:\bconst\b|,)(?:\s|/\*.*?\*/|//[^\n]*)*([\w$\x80-\xff]+)(?=(?:\s|/\*.*?\*/|//[^\n]*)*[=:!])", re.DOTALL
)
# Enums, functions, and variables that statements behind their declaration may set for good: again some too many.
_MAYBE_CHOSEN = re.compile(
    rb"\b(?:enum|function)\s+([\w$\x80-\xff]+)|\blet\s+([\w$\x80-\xff]+)(?:\s*:[^=;]*)?\s*(?:[;\n]|=\s*[\"'`])"
)
EVERYWHERE = Span(-1, 1 << 60)
"""The scope of what the whole file knows: no edit is before it or behind it."""
_LARGE = 2048  # bytes; a longer statement that holds others is taken apart
_DEEPEST = 16  # levels of statements that are taken apart
_MOST_WORDS_KEPT = 10_000
_LISTS_OF_STATEMENTS = {"statement_block", "class_body", "switch_body"}
_WHOLE = re.compile(r".*_statement|.*_declaration|method_definition|statement_block|class_static_block")


_Key = tuple[tuple[str, str], str, bool, bytes]


class Piece:
    """A stretch of text between two others, with what is remembered about it.

    Parameters
    ----------
    text: its bytes.
    kind: the kind of node that it is.
    whole: whether the text alone says how it is to be read: a statement without a syntax error.
    like: a piece of which it has all but a value that was edited, and that value as it is now.
    """

    __slots__ = ("_maybe_constants", "_words", "kind", "memo", "text", "whole")

    def __init__(self, text: bytes, kind: str, *, whole: bool, like: tuple[Piece, bytes] | None = None) -> None:
        self.text, self.kind, self.whole = text, kind, whole
        self.memo: dict[Any, Any] = {}
        """What others found out about the piece, counted from its start; how it is read is kept where it is whole."""
        self._words: frozenset[bytes] | None = None
        self._maybe_constants: frozenset[bytes] | None = None
        if like is not None:
            before, value = like
            self._words = before.words | words_of(value)
            self._maybe_constants = before.maybe_set(imports=False) | _maybe_set(value)

    @property
    def words(self) -> frozenset[bytes]:
        """Every word in the piece, comments and strings included; perhaps some that stood there before."""
        if self._words is None:
            self._words = words_of(self.text)
        return self._words

    def offsets(self, word: bytes) -> Iterator[int]:
        """Where a word stands in the piece."""
        text, length = self.text, len(word)
        offset = text.find(word)
        while offset >= 0:
            inside = text[offset - 1 : offset] if offset else b""
            if not _LETTER.match(inside) and not _LETTER.match(text, offset + length):
                yield offset
            offset = text.find(word, offset + length)

    def may_all_set(self) -> frozenset[bytes]:
        """All of what `maybe_set` gives, imports counted or not."""
        return self.words if b"import" in self.words or b"require" in self.words else self.maybe_set(imports=False)

    def maybe_set(self, *, imports: bool) -> frozenset[bytes]:
        """Every name that this piece may set as a whole and for good, and some others.

        Parameters
        ----------
        imports: whether an import counts.
        """
        if imports and (b"import" in self.words or b"require" in self.words):
            return self.words
        if self._maybe_constants is None:
            self._maybe_constants = _maybe_set(self.text) if b"const" in self.words else _maybe_chosen(self.text)
        return self._maybe_constants


def _maybe_set(text: bytes) -> frozenset[bytes]:
    return _maybe_chosen(text).union(_MAYBE_CONST.findall(text))


def _maybe_chosen(text: bytes) -> frozenset[bytes]:
    return frozenset([word for match in _MAYBE_CHOSEN.findall(text) for word in match])


@dataclass(frozen=True, slots=True)
class Around:
    """What encloses some pieces.

    Parameters
    ----------
    kinds: the two innermost nodes around them, the inner one first.
    block, function: the text in which their `let` and their `var` are known.
    depth: how many nodes are around them.
    """

    kinds: tuple[str, str]
    block: Span
    function: Span
    depth: int


@dataclass(slots=True)
class Layout:
    """The pieces of one text, in order.

    Parameters
    ----------
    pieces, starts, around: the same number of each: the piece, the byte at which it starts, and what is around it.
    places: the indices at which a piece stands; equal texts are one piece.
    """

    pieces: list[Piece] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    around: list[Around] = field(default_factory=list)
    places: dict[Piece, list[int]] = field(default_factory=dict)

    def matches(self, pattern: re.Pattern[bytes]) -> Iterator[int]:
        """The bytes at which a pattern matches inside of a piece, in order; a piece is searched once."""
        for piece, start in zip(self.pieces, self.starts, strict=True):
            found = piece.memo.get(pattern)
            if found is None:
                found = piece.memo[pattern] = tuple([match.start() for match in pattern.finditer(piece.text)])
            for offset in found:
                yield start + offset

    def place(self, index: int) -> Span:
        """The bytes of a piece."""
        return Span(self.starts[index], self.starts[index] + len(self.pieces[index].text))

    def key_of(self, piece: Piece) -> _Key:
        """What decides how a piece is read."""
        return _key(self.around[self.places[piece][0]].kinds, piece)

    def index_at(self, offset: int) -> int | None:
        """The index of the piece that holds a byte; None where there is none."""
        index = bisect_right(self.starts, offset) - 1
        return index if index >= 0 and offset < self.starts[index] + len(self.pieces[index].text) else None


class Memory:
    """What is remembered about a file from one text of it to the next; without one, each text is read from scratch.

    The same answers come out with a memory and without.
    """

    def __init__(self) -> None:
        self.entries = Entries()
        self.last: object = None
        """The last text, for whoever reads the next one."""
        self._pieces: dict[_Key, Piece] = {}
        self._holders: dict[bytes, dict[Piece, None]] = {}
        self._set_somewhere: dict[tuple[bytes, bool], bool] = {}
        self._current = Layout()

    def lay_out(self, tree: SourceTree) -> Layout:
        """Take a text apart; a piece that stood in the text before is the same object again."""
        self.entries.next_text()
        layout, text = Layout(), tree.text
        now: dict[_Key, Piece] = {}
        for node, around in _taken_apart(tree.root):
            start, kind = node.start_byte, node.type
            content = text[start : node.end_byte]
            whole = is_whole(node)
            key = (around.kinds, kind, whole, content)
            piece = now.get(key)
            if piece is None:
                piece = now[key] = self._pieces.get(key) or Piece(content, kind, whole=whole)
            layout.places.setdefault(piece, []).append(len(layout.pieces))
            layout.pieces.append(piece)
            layout.starts.append(start)
            layout.around.append(around)
        self._keep(now)
        self._current = layout
        return layout

    def lay_out_again(
        self,
        layout: Layout,
        replaced: slice,
        nodes: Sequence[Node],
        around: Around,
        at: int,
        distance: int,
        like: tuple[Piece, bytes] | None = None,
    ) -> Layout:
        """A text that was laid out before, with other pieces in the place of some.

        Parameters
        ----------
        layout: that of the text before; others may have been laid out since.
        replaced: the pieces that were edited, by their indices.
        nodes: what stands there now; none may be one that is taken apart.
        around: what encloses these pieces, in the text before.
        at: the byte of that text from which on all stands elsewhere.
        distance: how many bytes further on.
        like: of the new piece, where there is one: see `Piece`.
        """
        self.return_to(layout)
        first = bisect_left(layout.starts, at)
        new = Layout(
            list(layout.pieces), [*layout.starts[:first], *(each + distance for each in layout.starts[first:])]
        )
        enclosing = {id(each): each for each in (*layout.around, around)}  # few, and their hashes take longer
        moved = {number: shifted(each, at, distance) for number, each in enclosing.items()}
        new.around = [moved[id(each)] for each in layout.around]
        now = [self._piece_of(node, around, like) for node in nodes]
        new.pieces[replaced] = now
        new.starts[replaced] = [node.start_byte for node in nodes]
        new.around[replaced] = [moved[id(around)]] * len(nodes)
        for index, piece in enumerate(new.pieces):
            new.places.setdefault(piece, []).append(index)
        for piece in dict.fromkeys(layout.pieces[replaced]):
            if piece not in new.places:
                self._drop(_key(around.kinds, piece))
        self._current = new
        return new

    def _piece_of(self, node: Node, around: Around, like: tuple[Piece, bytes] | None) -> Piece:
        piece = Piece(node.text or b"", node.type, whole=is_whole(node), like=like)
        key = _key(around.kinds, piece)
        self._add(key, piece)
        return self._pieces[key]

    def holders(self, word: bytes) -> dict[Piece, None]:
        """The pieces of the text last laid out in which a word stands, in no order."""
        return self._holders.get(word, {})

    def may_be_set(self, word: bytes, *, imports: bool) -> bool:
        """Whether a piece of the text last laid out may set a name as a whole and for good; see `Piece.maybe_set`."""
        key = (word, imports)
        known = self._set_somewhere.get(key)
        if known is None:
            if len(self._set_somewhere) >= _MOST_WORDS_KEPT:
                self._set_somewhere.clear()
            known = any(word in piece.maybe_set(imports=imports) for piece in self.holders(word))
            self._set_somewhere[key] = known
        return known

    def return_to(self, layout: Layout) -> None:
        """Let a text that was laid out before be the one laid out last."""
        if layout is not self._current:
            for piece in self._current.places.keys() - layout.places.keys():
                self._drop(self._current.key_of(piece))
            for piece in layout.places.keys() - self._current.places.keys():
                self._add(layout.key_of(piece), piece)
            self._current = layout

    def _keep(self, now: dict[_Key, Piece]) -> None:
        for key in self._pieces.keys() - now.keys():
            self._drop(key)
        for key in now.keys() - self._pieces.keys():
            self._add(key, now[key])

    def _add(self, key: _Key, piece: Piece) -> None:
        if key not in self._pieces:
            self._pieces[key] = piece
            self._ask_again(piece)
            for word in piece.words:
                self._holders.setdefault(word, {})[piece] = None

    def _drop(self, key: _Key) -> None:
        piece = self._pieces.pop(key)
        self._ask_again(piece)
        for word in piece.words:
            holders = self._holders[word]
            del holders[piece]
            if not holders:
                del self._holders[word]

    def _ask_again(self, piece: Piece) -> None:
        """Forget of what a piece may set whether any sets it: it comes, or goes."""
        if self._set_somewhere:
            for word in piece.may_all_set():
                self._set_somewhere.pop((word, True), None)
                self._set_somewhere.pop((word, False), None)


def _key(kinds: tuple[str, str], piece: Piece) -> _Key:
    return kinds, piece.kind, piece.whole, piece.text


def words_of(text: bytes) -> frozenset[bytes]:
    """Every word in a text, comments and strings included."""
    return frozenset(_WORD.findall(text))


def is_whole(node: Node) -> bool:
    """Whether the text of a node alone says how it is to be read: a statement without a syntax error."""
    return not node.has_error and is_statement(node)


def is_statement(node: Node) -> bool:
    """Whether a node is a statement, declaration or method, with errors or without."""
    return _WHOLE.fullmatch(node.type) is not None


def is_taken_apart(node: Node, depth: int) -> bool:
    """Whether a node becomes several pieces; `depth` of those around it were taken apart."""
    return node.end_byte - node.start_byte > _LARGE and depth < _DEEPEST and _holds_statements(node)


def _taken_apart(root: Node) -> Iterator[tuple[Node, Around]]:
    """The nodes that become pieces, in the order of the text."""
    here = Around((root.type, ""), EVERYWHERE, EVERYWHERE, 1)
    waiting: list[tuple[Node, Around, int]] = [(child, here, 0) for child in reversed(root.children)]
    while waiting:
        node, around, depth = waiting.pop()
        if not is_taken_apart(node, depth):
            yield node, around
            continue
        kind = node.type
        inner = Around(
            (kind, around.kinds[0]),
            span_of(node) if kind in BLOCKS else around.block,
            span_of(node) if kind in FUNCTIONS else around.function,
            around.depth + 1,
        )
        waiting += [(child, inner, depth + 1) for child in reversed(node.children)]


def _holds_statements(node: Node) -> bool:
    """Whether statements of a block inside make up much of a node. What an error node skipped is in no child of it."""
    waiting, looked_at = [node], 0
    while waiting and looked_at < 4 * _DEEPEST:
        looked_at += 1
        inner = waiting.pop()
        if inner.is_error:
            continue
        if inner.type in _LISTS_OF_STATEMENTS:
            return True
        waiting += [child for child in inner.children if child.end_byte - child.start_byte > _LARGE]
    return False

"""Reading a text again after an edit inside of one statement: only that is looked at, all else stands where it stood.

It is done only where the rest surely means what it meant: the statement opens no library, nothing that it declares is
known outside, and nobody looked into it to tell what something else is. Otherwise the whole text is read.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from ffi_core.model import DlopenCall, Span
from ffi_core.source.flow import Flow, Symbols
from ffi_core.source.halves import UPPER
from ffi_core.source.literal import span_of
from ffi_core.source.moving import shifted
from ffi_core.source.occurrence import Occurrence, Reach
from ffi_core.source.parse import Change, SourceTree
from ffi_core.source.pieces import Layout, Memory, Piece, is_statement, is_taken_apart, words_of
from ffi_core.source.scope import Scopes
from ffi_core.source.surroundings import leaks_symbols, observe_part
from ffi_core.source.trail import Taken

if TYPE_CHECKING:
    from tree_sitter import Node

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text that was read, with all that the next reading needs to know of it.

    Parameters
    ----------
    tree: the text.
    layout: its statements.
    calls: what was found, in the order of the text.
    owners: for each call the object that collected what becomes of its symbols.
    taken: what each flow followed.
    asked: every name that somebody asked about.
    examined: names and scopes of variables whose value was judged by what stands in all of the scope.
    values: the expressions that names stand for.
    imports: where values of other modules stand.
    """

    tree: SourceTree
    layout: Layout
    calls: tuple[DlopenCall, ...]
    owners: tuple[Symbols, ...]
    taken: tuple[Taken, ...]
    asked: set[bytes]
    examined: tuple[tuple[str, Span], ...]
    values: tuple[Span, ...]
    imports: tuple[Span, ...]

    def without(self, place: Span) -> Reading:
        """The same but for what is known of one place, in which no library is opened."""

        def elsewhere(spans: tuple[Span, ...]) -> tuple[Span, ...]:
            return tuple([span for span in spans if not place.start <= span.start < place.end])

        imports = elsewhere(self.imports)
        calls = tuple([_without(call, place) for call in self.calls])
        if len(imports) < len(self.imports):
            calls = tuple([replace(call, imported=tuple(sorted(imports))) for call in calls])
        return replace(
            self,
            calls=calls,
            taken=tuple([each.outside(place) for each in self.taken]),
            values=elsewhere(self.values),
            imports=imports,
        )

    def moved(self, tree: SourceTree, layout: Layout, at: int, distance: int) -> Reading:
        """The same, with all that stands behind an edit in its new place.

        Parameters
        ----------
        tree, layout: the text.
        at: the byte of the earlier text from which on all stands elsewhere.
        distance: how many bytes further on.
        """
        return Reading(
            tree,
            layout,
            tuple([replace(call, source=tree.text) for call in shifted(self.calls, at, distance)]),
            self.owners,
            tuple([each.shifted(at, distance) for each in self.taken]),
            self.asked,
            shifted(self.examined, at, distance),
            shifted(self.values, at, distance),
            shifted(self.imports, at, distance),
        )

    def after(self, scopes: Scopes, calls: tuple[DlopenCall, ...]) -> Reading:
        """The same with what is known of one place more.

        Parameters
        ----------
        scopes: what was asked there.
        calls: all calls.
        """
        self.asked.update(word_of(name) for name in scopes.asked)
        imports = (*self.imports, *scopes.imports)
        if scopes.imports:
            calls = tuple([replace(call, imported=tuple(sorted(imports))) for call in calls])
        return replace(
            self,
            calls=calls,
            examined=(*self.examined, *scopes.examined.difference(self.examined)),
            values=(*self.values, *scopes.values),
            imports=imports,
        )


def _without(call: DlopenCall, place: Span) -> DlopenCall:
    """A call without the uses of its symbols in some place."""
    kept: dict[str, Any] = {
        "uses": _outside(call.uses, place, lambda use: use[1].start),
        "calls": _outside(call.calls, place, lambda site: site.span.start),
        "late_uses": _outside(call.late_uses, place, lambda pair: pair[0].start),
        "handed_on": _outside(call.handed_on, place, lambda use: use[1].start),
    }
    changed = {name: found for name, found in kept.items() if found is not getattr(call, name)}
    return replace(call, **changed) if changed else call


def _outside(all_: tuple[_T, ...], place: Span, start_of: Callable[[_T], int]) -> tuple[_T, ...]:
    """Things in the order of the text without those that start in some place."""
    first, end = bisect_left(all_, place.start, key=start_of), bisect_left(all_, place.end, key=start_of)
    return all_ if first == end else all_[:first] + all_[end:]


def _put(all_: tuple[_T, ...], new: tuple[_T, ...], start_of: Callable[[_T], int]) -> tuple[_T, ...]:
    """Things in the order of the text with others, between which none of them stands."""
    if not new:
        return all_
    first = bisect_left(all_, start_of(new[0]), key=start_of)
    return (*all_[:first], *new, *all_[first:])


def reading_of(tree: SourceTree, scopes: Scopes, calls: Sequence[DlopenCall], owners: Iterable[Symbols]) -> Reading:
    """What to remember of a text that was read as a whole."""
    owners = tuple(owners)
    for owner in owners:
        owner.hand_over()  # the calls have it all; what a statement does is collected in the same objects
    return Reading(
        tree,
        scopes.layout,
        tuple(calls),
        owners,
        tuple(scopes.trail.taken),
        {word_of(name) for name in scopes.asked},
        tuple(scopes.examined),
        tuple(scopes.values),
        tuple(scopes.imports),
    )


def as_it_was(last: Reading, tree: SourceTree, memory: Memory) -> Reading:
    """The same text once more, as it is after something was taken back; others may have been read since."""
    layout = memory.lay_out_again(last.layout, None, None, len(tree.text) + 1, 0)
    return replace(last, tree=tree, layout=layout)


def read_again(
    last: Reading,
    tree: SourceTree,
    memory: Memory,
    scopes_of: Callable[[Layout], Scopes],
    reaches_far: Callable[[bytes, bytes], bool],
) -> Reading | None:
    """The next text of a file, read from what is known of the one before.

    Parameters
    ----------
    last: the text before.
    tree: the text.
    memory: what is remembered of the text before; the layout of `last` is the one that was laid out last.
    scopes_of: gives the names of the new text for its layout.
    reaches_far: whether a statement as it was and as it is may change what calls elsewhere mean in other ways than by
        what it declares.

    Returns
    -------
    None where all of it has to be read.
    """
    edit = _edit(last, tree)
    if edit is None:
        return None
    before = None if edit.index is None else last.layout.pieces[edit.index]
    if before is not None and not _is_closed(last, edit, before, reaches_far):
        return None
    layout = memory.lay_out_again(last.layout, edit.index, edit.node, edit.at, edit.distance)
    if edit.index is None or before is None:
        return last.moved(tree, layout, edit.at, edit.distance)
    scopes = scopes_of(layout)
    piece = layout.pieces[edit.index]
    # The places in a statement with an error are counted from the root.
    place = Span(0, len(piece.text)) if piece.whole else edit.new
    if not _only_uses(last.asked & piece.words, partial(scopes.occurrences_in, edit.index), place):
        return None
    rest = last.without(edit.old).moved(tree, layout, edit.at, edit.distance)
    return _with_statement(rest, edit.new, scopes, piece)


@dataclass(frozen=True, slots=True)
class _Edit:
    """An edit inside of one piece, or of the blank between two.

    Parameters
    ----------
    index: the piece that was edited; None for the blank.
    old: where it stood.
    node: what it is now.
    at: the byte of the earlier text from which on all stands elsewhere.
    distance: how many bytes further on.
    """

    index: int | None
    old: Span
    node: Node | None
    at: int
    distance: int

    @property
    def new(self) -> Span:
        """Where the piece stands now."""
        return Span(self.old.start, self.old.end + self.distance)


def _edit(last: Reading, tree: SourceTree) -> _Edit | None:
    change, layout = tree.change, last.layout
    if change is None or change.before is not last.tree.text or tree.grammar != last.tree.grammar:
        return None
    distance = change.new_end - change.old_end
    index = bisect_right(layout.starts, change.start) - 1
    if index < 0:
        return None
    old = layout.place(index)
    if change.old_end <= old.end:
        new = Span(old.start, old.end + distance)
        node = node_at(tree, new, layout, index)
        if node is not None:
            inside = all(new.start <= each.start and each.end <= new.end for each in change.structure)
            return _Edit(index, old, node, old.end, distance) if inside else None
    return _edit_between(last, tree, change, index - (change.start == old.start))


def _edit_between(last: Reading, tree: SourceTree, change: Change, index: int) -> _Edit | None:
    """The edit, if only the blank behind a piece is another; nobody knows what may hang on that behind the last one."""
    layout = last.layout
    if index < 0 or index + 1 == len(layout.starts):
        return None
    before, following = layout.place(index), layout.starts[index + 1]
    is_blank = not (change.before[change.start : change.old_end] + tree.text[change.start : change.new_end]).strip()
    if before.end <= change.start and change.old_end <= following and is_blank and not change.structure:
        return _Edit(None, before, None, following, change.new_end - change.old_end)
    return None


def node_at(tree: SourceTree, span: Span, layout: Layout, index: int) -> Node | None:
    """The statement or comment that takes the place of a piece, if that is one; `span` is where it should stand."""
    piece, depth = layout.pieces[index], layout.around[index].depth
    path = tree.path_to(span.start)
    node = path[depth] if depth < len(path) else None
    if node is None or span_of(node) != span or path[depth - 1].type != layout.around[index].kinds[0]:
        return None
    if piece.kind == "comment" or node.type == "comment":
        return node if piece.kind == node.type else None
    return node if piece.whole and is_statement(node) and not is_taken_apart(node, depth - 1) else None


def _is_closed(last: Reading, edit: _Edit, before: Piece, reaches_far: Callable[[bytes, bytes], bool]) -> bool:
    """Whether the statement that is edited opened nothing, kept what it declared, and was looked into by nobody."""
    assert edit.index is not None
    assert edit.node is not None
    old, after = edit.old, edit.node.text or b""
    if UPPER.search(before.text) or UPPER.search(after) or reaches_far(before.text, after):
        return False
    if is_enclosed(last, old) or examined_in(last, old, before.words | words_of(after)):
        return False
    is_nested = last.layout.around[edit.index].depth > 1
    if any(_concerns(call, old, is_nested=is_nested) for call in last.calls):
        return False
    place = Span(0, len(before.text))
    return _only_uses(last.asked & before.words, lambda name: before.memo.get(name, ()), place)


def is_enclosed(last: Reading, place: Span, *, call: Span | None = None) -> bool:
    """Whether a place lies in an expression that a name stands for.

    Parameters
    ----------
    call: one that opens a library; what it gives is no value that its text tells.
    """
    return any(value.start <= place.start and place.end <= value.end and value != call for value in last.values)


def examined_in(last: Reading, place: Span, words: frozenset[bytes]) -> bool:
    """Whether one of some words names, in a place, a variable whose value was judged by what stands in its scope."""
    if not last.examined:
        return False
    names = {word.decode("utf-8", "surrogatepass") for word in words}
    return any(name in names and scope.start <= place.start < scope.end for name, scope in last.examined)


def _concerns(call: DlopenCall, place: Span, *, is_nested: bool) -> bool:
    """Whether a call, or more than uses of its symbols, stands in some place or around it.

    Parameters
    ----------
    is_nested: whether the place is inside of another statement, so that a use may be around it.
    """

    def is_inside(span: Span) -> bool:
        return place.start <= span.start < place.end

    def is_around(span: Span) -> bool:
        return span.start < place.start and place.end <= span.end

    return (
        is_inside(call.span)
        or is_around(call.span)
        or (call.held_by is not None and is_inside(call.held_by))
        or any(is_inside(each.symbol_span) or is_inside(each.local_span) for each in call.bindings)
        or any(is_inside(span) for span in (*call.labels, *call.closings))
        or (
            is_nested
            and any(
                is_around(site.span) or (site.operand is not None and is_around(site.operand.span))
                for site in call.calls
            )
        )
    )


def _only_uses(words: Iterable[bytes], found_of: Callable[[str], Sequence[Occurrence]], place: Span) -> bool:
    """Whether a statement neither declares for others what some words name, nor sets it.

    Parameters
    ----------
    words: the names.
    found_of: gives the declarations and uses of each in the statement.
    place: the statement, counted as those are.
    """
    for word in words:
        found = found_of(word.decode("utf-8", "surrogatepass"))
        scopes = [each.declaring.scope for each in found if each.declaring is not None]
        for each in found:
            if each.declaring is not None and each.declaring.reach is not Reach.INSIDE:
                return False
            if each.is_target and not any(scope.start <= each.start < scope.end for scope in scopes):
                return False
        if any(scope.start < place.start or place.end < scope.end for scope in scopes):
            return False
    return True


def _with_statement(last: Reading, place: Span, scopes: Scopes, piece: Piece) -> Reading | None:
    """The reading with what a statement does; None where that is more than to use symbols.

    Parameters
    ----------
    last: the reading without the statement.
    place: where the statement stands.
    scopes: the names of the text.
    piece: the statement.
    """
    is_plain = all(Flow(scopes, place).retrace(each, piece.words) for each in last.taken)
    found = [owner.hand_over() for owner in last.owners]
    if not is_plain or any(each.bindings or each.labels or each.closings for each in found):
        return None
    given = {value.span.start for each in found for site in each.calls for value in site.arguments.items}
    return last.after(
        scopes,
        tuple([_with_part(scopes, call, each, given) for call, each in zip(last.calls, found, strict=True)]),
    )


def _with_part(scopes: Scopes, call: DlopenCall, found: Symbols, given: Collection[int]) -> DlopenCall:
    """A call with what one statement more does with its symbols."""
    whole = call
    if found.is_used:
        uses = tuple(sorted(found.uses, key=lambda use: (use[1].start, use[1].end)))
        sites = tuple(sorted(found.calls, key=lambda site: (site.span.start, site.span.end)))
        part = observe_part(scopes.tree, scopes, replace(call, uses=uses, calls=sites), given)
        whole = replace(
            call,
            uses=_put(call.uses, part.uses, lambda use: use[1].start),
            calls=_put(call.calls, part.calls, lambda site: site.span.start),
            late_uses=_put(call.late_uses, part.late_uses, lambda pair: pair[0].start),
            handed_on=_put(call.handed_on, part.handed_on, lambda use: use[1].start),
        )
    leaks = leaks_symbols(scopes.tree, scopes, whole)
    return whole if leaks is whole.leaks else replace(whole, leaks=leaks)


def word_of(name: str) -> bytes:
    """A name as it stands in a text."""
    return name.encode("utf-8", "surrogatepass")

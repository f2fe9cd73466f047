"""Reading a text again after an edit inside of some statements: only they are looked at, all else stands as it stood.

It is done only where the rest surely means what it meant: the statements open no library, nothing that they declare is
asked for outside, and nobody looked into them to tell what something else is. Otherwise the whole text is read.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from ffi_core.model import DlopenCall, Span
from ffi_core.source.edited import Edited, edited
from ffi_core.source.flow import Flow
from ffi_core.source.halves import UPPER
from ffi_core.source.moving import shifted
from ffi_core.source.occurrence import Occurrence, Reach
from ffi_core.source.parse import SourceTree
from ffi_core.source.pieces import Layout, Memory, Piece, words_of
from ffi_core.source.scope import Scopes
from ffi_core.source.shapes import Symbols
from ffi_core.source.surroundings import leaks_symbols, observe_part
from ffi_core.source.trail import Taken

_T = TypeVar("_T")

_MOST_NAMES = 10_000
"""Names that were asked about in one text or a later one; then only the last text counts again."""


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
        tuple([each.without_calls() for each in scopes.trail.taken]),
        {word_of(name) for name in scopes.asked},
        tuple(scopes.examined),
        tuple(scopes.values),
        tuple(scopes.imports),
    )


def as_it_was(last: Reading, tree: SourceTree, memory: Memory) -> Reading:
    """The same text once more, as it is after something was taken back; others may have been read since."""
    memory.return_to(last.layout)
    return replace(last, tree=tree)


def read_again(
    last: Reading,
    tree: SourceTree,
    memory: Memory,
    scopes_of: Callable[[Layout], Scopes],
    reaches_far: Callable[[bytes, bytes], bool],
) -> Reading | None:
    """The next text of a file, read from what is known of one before.

    Parameters
    ----------
    last: the text before; `SourceTree.change` says how the next one differs from it.
    tree: the text.
    memory: what is remembered of the file's texts.
    scopes_of: gives the names of the new text for its layout.
    reaches_far: whether statements as they were and as they are may change what calls elsewhere mean in other ways than
        by what they declare.

    Returns
    -------
    None where all of it has to be read.
    """
    edit = edited(last.layout, tree) if len(last.asked) < _MOST_NAMES else None
    if edit is None or not _is_closed(last, edit, reaches_far):
        return None
    replaced = slice(edit.first, edit.end)
    layout = memory.lay_out_again(last.layout, replaced, edit.nodes, edit.around, edit.at, edit.distance)
    if not (edit.nodes or edit.old.start < edit.old.end):
        return last.moved(tree, layout, edit.at, edit.distance)
    scopes = scopes_of(layout)
    indices = range(edit.first, edit.first + len(edit.nodes))
    if not all(_only_uses_new(last, scopes, index) for index in indices):
        return None
    rest = last.without(edit.old).moved(tree, layout, edit.at, edit.distance)
    return _with_statements(rest, scopes, indices)


def _is_closed(last: Reading, edit: Edited, reaches_far: Callable[[bytes, bytes], bool]) -> bool:
    """Whether the statements that are edited opened nothing, kept what they declared, and nobody looked into them."""
    pieces = last.layout.pieces[edit.first : edit.end]
    before, after = (b"\n".join([each.text or b"" for each in some]) for some in (pieces, edit.nodes))
    if UPPER.search(before) or UPPER.search(after) or reaches_far(before, after):
        return False
    words = words_of(after).union(*[piece.words for piece in pieces])
    if is_enclosed(last, edit.old) or examined_in(last, edit.old, words):
        return False
    if any(_concerns(call, edit.old, is_nested=edit.around.depth > 1) for call in last.calls):
        return False
    return all(_only_used(last, piece) for piece in pieces)


def _only_used(last: Reading, piece: Piece) -> bool:
    return _only_uses(last.asked & piece.words, lambda name: piece.memo.get(name, ()), Span(0, len(piece.text)))


def is_enclosed(last: Reading, place: Span, *, call: Span | None = None) -> bool:
    """Whether a place lies in an expression that a name stands for.

    Parameters
    ----------
    call: one that opens a library; what it gives is no value that its text tells.
    """
    inside = int(place.start == place.end)  # of what is there already, nothing is edited at its very edge
    return any(
        value.start + inside <= place.start and place.end + inside <= value.end and value != call
        for value in last.values
    )


def examined_in(last: Reading, place: Span, words: frozenset[bytes]) -> bool:
    """Whether one of some words names, in a place, a variable whose value was judged by what stands in its scope."""
    if not last.examined:
        return False
    names = {word.decode("utf-8", "replace") for word in words}
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


def _only_uses_new(last: Reading, scopes: Scopes, index: int) -> bool:
    piece = scopes.layout.pieces[index]
    # The places in a statement with an error are counted from the root.
    start = 0 if piece.whole else scopes.layout.starts[index] - scopes.tree.root.start_byte
    place = Span(start, start + len(piece.text))
    return _only_uses(last.asked & piece.words, partial(scopes.occurrences_in, index), place)


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


def _with_statements(last: Reading, scopes: Scopes, indices: range) -> Reading | None:
    """The reading with what some statements do; None where that is more than to use symbols.

    Parameters
    ----------
    last: the reading without them.
    scopes: the names of the text.
    indices: the statements, among the pieces of its layout.
    """
    found = [Symbols() for _ in last.owners]
    if indices:
        layout = scopes.layout
        place = Span(layout.starts[indices[0]], layout.place(indices[-1]).end)
        words = frozenset().union(*[layout.pieces[index].words for index in indices])
        is_plain = all(Flow(scopes, place).retrace(each, words) for each in last.taken)
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

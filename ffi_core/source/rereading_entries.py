"""Reading a text again after an edit inside of one entry of a schema: the call around it is the same but for that.

As in `ffi_core.source.rereading`, it is done only where the rest surely means what it meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ffi_core.mark import Mark
from ffi_core.model import Declaration, DlopenCall, Object, Property, SourceDeclaration, Span
from ffi_core.source.flow import Flow
from ffi_core.source.halves import UPPER
from ffi_core.source.literal import TRANSPARENT, Lookup, fold_property, span_of, text_of
from ffi_core.source.occurrence import Occurrence, Reach, occurrence
from ffi_core.source.parse import Change, SourceTree, names_in
from ffi_core.source.pieces import Layout, Memory, Piece, is_statement, is_taken_apart, words_of
from ffi_core.source.rereading import Reading, examined_in, is_enclosed, word_of
from ffi_core.source.scope import Scopes
from ffi_core.source.surroundings import leaks_symbols, observe_site

if TYPE_CHECKING:
    from tree_sitter import Node

_MORE_THAN_A_VALUE = re.compile(rb"[(=`]|\+\+|--")
"""What functions, calls, assignments and templates are made of: entries with such are read with their whole file."""
_AROUND = TRANSPARENT | {"object", "pair"}


@dataclass(frozen=True, slots=True)
class _Place:
    """An entry that was edited.

    Parameters
    ----------
    call, entry: its index among the reading's calls, and among that call's declarations.
    index: that of the piece in which it stands.
    old: where its value stood.
    distance: by how many bytes that has grown.
    node: the entry as it is now.
    statement: what the piece is now.
    """

    call: int
    entry: int
    index: int
    old: Span
    distance: int
    node: Node
    statement: Node

    @property
    def new(self) -> Span:
        """Where the value stands now."""
        return Span(self.old.start, self.old.end + self.distance)


def read_entry_again(
    last: Reading,
    tree: SourceTree,
    memory: Memory,
    scopes_of: Callable[[Layout], Scopes],
    declare: Callable[[DlopenCall, str, Object], Declaration | None],
    reaches_far: Callable[[bytes, bytes], bool],
) -> Reading | None:
    """The next text of a file, read from what is known of the one before.

    Parameters
    ----------
    last, tree, memory, scopes_of, reaches_far: as for `ffi_core.source.rereading.read_again`.
    declare: what the call's dialect makes of a name and its entry.

    Returns
    -------
    None where more than one entry has to be read.
    """
    place = _place(last, tree)
    if place is None or not _is_closed(last, place, reaches_far):
        return None
    before = last.layout.pieces[place.index]
    value = tree.text[place.new.start : place.new.end]
    words = words_of(value)
    changed = words | words_of(last.tree.text[place.old.start : place.old.end])
    layout = memory.lay_out_again(
        last.layout,
        slice(place.index, place.index + 1),
        (place.statement,),
        last.layout.around[place.index],
        place.old.end,
        place.distance,
        (before, value),
    )
    scopes = scopes_of(layout)
    _hand_on(before, place, scopes, changed)
    moved = last.without(place.old).moved(tree, layout, place.old.end, place.distance)
    calls = list(moved.calls)
    lookup: Lookup = scopes.constant
    is_plain = True
    for each in moved.taken:
        flow = Flow(scopes, place.new)
        is_plain = flow.retrace(each, words) and is_plain
        if each.dialect == calls[place.call].dialect:
            lookup = flow.lookup  # what the modules of another runtime export is not known to this one
    is_used = [owner.hand_over().is_used for owner in last.owners]
    found = fold_property(place.node, lookup) if is_plain and not any(is_used) else None
    if found is None:
        return None
    calls[place.call] = _with_entry(tree, scopes, calls[place.call], place.entry, found, declare)
    if any(word_of(name) in changed for each in moved.taken for name in each.names):
        calls = [replace(call, leaks=leaks_symbols(tree, scopes, call)) for call in calls]
    return moved.after(scopes, tuple(calls))


def is_inside_call(last: Reading, tree: SourceTree) -> bool:
    """Whether a text was edited inside of a call that opens a library, or makes functions."""
    change = tree.change
    return change is not None and any(
        call.span.start < change.start and change.old_end < call.span.end for call in last.calls
    )


def _place(last: Reading, tree: SourceTree) -> _Place | None:
    change = tree.change
    if change is None or change.before is not last.tree.text or tree.grammar != last.tree.grammar:
        return None
    around = [
        number
        for number, call in enumerate(last.calls)
        if call.span.start < change.start and change.old_end < call.span.end
    ]
    if len(around) != 1:
        return None  # two dialects may read one call, and calls may stand inside of one another
    call = last.calls[around[0]]
    index, entry = last.layout.index_at(call.span.start), _entry_at(call, change)
    return None if index is None or entry is None else _place_in(last, tree, change, around[0], entry, index)


def _entry_at(call: DlopenCall, change: Change) -> int | None:
    """The index of the entry whose value was edited, where entries are the properties of an object literal."""
    schema = call.schema
    if not isinstance(schema, Object) or len(schema.properties) != len(call.declarations):
        return None
    for index, (entry, property_) in enumerate(zip(call.declarations, schema.properties, strict=True)):
        inside = entry.value.span
        if inside.start < change.start and change.old_end < inside.end:
            is_written_there = property_.key == entry.name and property_.value.span == inside
            return index if is_written_there and isinstance(entry.value, Object) else None
    return None


def _place_in(last: Reading, tree: SourceTree, change: Change, number: int, entry: int, index: int) -> _Place | None:
    call, piece = last.calls[number], last.layout.place(index)
    whole, value = call.declarations[entry].span, call.declarations[entry].value.span
    distance = change.new_end - change.old_end
    statement = _statement_at(tree, Span(piece.start, piece.end + distance), last.layout, index)
    if statement is None or not (piece.start <= call.span.start and call.span.end <= piece.end):
        return None
    if any(each.start < value.start or each.end > value.end + distance for each in change.structure):
        return None
    path = tree.path_to(whole.start)
    wanted = Span(whole.start, whole.end + distance)
    depth = next((depth for depth, node in enumerate(path) if node.type == "pair" and span_of(node) == wanted), 0)
    if not depth or value.end != whole.end:
        return None
    above = depth - 1
    while path[above].type in _AROUND:
        above -= 1
    if path[above].type != "arguments" or span_of(path[above - 1]) != Span(call.span.start, call.span.end + distance):
        return None
    return _Place(number, entry, index, value, distance, path[depth], statement)


def _statement_at(tree: SourceTree, span: Span, layout: Layout, index: int) -> Node | None:
    """The statement that takes the place of a piece, where it is one, as a whole; `span` is where it should stand."""
    around, path = layout.around[index], tree.path_to(span.start)
    node = path[around.depth] if around.depth < len(path) else None
    if node is None or span_of(node) != span or path[around.depth - 1].type != around.kinds[0]:
        return None
    return node if is_statement(node) and not is_taken_apart(node, around.depth - 1) else None


def _is_closed(last: Reading, place: _Place, reaches_far: Callable[[bytes, bytes], bool]) -> bool:
    """Whether the entry's value is a plain one, as it was and as it is, that nobody else looks into."""
    old, new = place.old, place.new
    before, after = last.tree.text[old.start : old.end], (place.node.text or b"")[new.start - new.end :]
    if any(_MORE_THAN_A_VALUE.search(text) or UPPER.search(text) for text in (before, after)):
        return False
    if reaches_far(before, after) or is_enclosed(last, old, call=last.calls[place.call].span):
        return False
    return not examined_in(last, old, words_of(before) | words_of(after)) and not any(
        old.start <= span.start < old.end for call in last.calls for _, span in call.uses
    )


def _hand_on(before: Piece, place: _Place, scopes: Scopes, changed: frozenset[bytes]) -> None:
    """Let it be known where names stand in a statement that was edited, as it was known before.

    Parameters
    ----------
    before: the statement as it was.
    place: what was edited in it.
    scopes: learns it.
    changed: the words of what was edited, as it was and as it is.
    """
    layout, index = scopes.layout, place.index
    is_whole, start = layout.pieces[index].whole, layout.starts[index]
    # The places in a statement with an error are counted from the root.
    base = 0 if is_whole else start - scopes.tree.root.start_byte
    inside = _occurrences(scopes.tree, place.new, layout.around[index].depth if is_whole else 0)
    for name, found in before.memo.items() if before.whole else ():
        if not isinstance(name, str) or any(_is_elsewhere(each, is_whole=is_whole) for each in found):
            continue
        here = inside.get(name, []) if word_of(name) in changed else []
        first = [each for each in found if start + each.start < place.old.start]
        last = [
            replace(each, start=each.start + place.distance) for each in found if start + each.start >= place.old.end
        ]
        kept = (*first, *here, *last) if is_whole else ()
        if not is_whole:
            moved = [replace(each, start=each.start + base) for each in (*first, *last)]
            kept = tuple(sorted([*moved, *here], key=lambda each: each.start))
        scopes.tell(index, name, kept)


def _is_elsewhere(found: Occurrence, *, is_whole: bool) -> bool:
    """Whether what an occurrence says may be another after an edit behind it."""
    declaring = found.declaring
    return declaring is not None and (not is_whole or declaring.reach is Reach.INSIDE)


def _occurrences(tree: SourceTree, place: Span, depth: int) -> dict[str, list[Occurrence]]:
    """The uses of names in some place, counted from the start of the node at a depth around it."""
    found: dict[str, list[Occurrence]] = {}
    for offset in sorted(names_in(tree, place.start, place.end)):
        path = tree.path_to(offset)
        one = occurrence(path, depth) if place.start <= offset < place.end else None
        if one is not None:
            found.setdefault(text_of(path[-1]), []).append(one)
    return found


def _with_entry(
    tree: SourceTree,
    scopes: Scopes,
    call: DlopenCall,
    index: int,
    found: Property,
    declare: Callable[[DlopenCall, str, Object], Declaration | None],
) -> DlopenCall:
    """A call with another entry in the place of one with the same key."""
    schema, declarations = call.schema, call.declarations
    assert isinstance(schema, Object)
    checked = declare(call, found.key, found.value) if isinstance(found.value, Object) else None
    entry = SourceDeclaration(found.key, found.key_span, found.span, found.value, checked)
    changed = replace(
        call,
        schema=replace(schema, properties=(*schema.properties[:index], found, *schema.properties[index + 1 :])),
        declarations=(*declarations[:index], entry, *declarations[index + 1 :]),
    )
    sites = tuple(
        observe_site(tree, scopes, changed, replace(site, origins=(), takings=(), can_wait=False, mark=Mark()))
        if site.symbol == entry.name
        else site
        for site in call.calls
    )
    return replace(changed, calls=sites)

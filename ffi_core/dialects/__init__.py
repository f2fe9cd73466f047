"""Reading native bindings from a file, in whichever dialect it is written. One file each; the table finds them.

To add one, add a module with a ``DIALECT``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from types import MappingProxyType

from ffi_core.dialects.base import Dialect
from ffi_core.dialects.bun import CONSTANTS
from ffi_core.model import Declaration, DlopenCall, Object
from ffi_core.source import Memory, Modules, OpenModule, Scopes, SourceTree, parse
from ffi_core.source.pieces import Layout
from ffi_core.source.rereading import Reading, as_it_was, read_again, reading_of
from ffi_core.source.rereading_entries import is_inside_call, read_entry_again
from ffi_core.source.surroundings import observe

__all__ = ["DIALECTS", "Dialect", "dialects_in", "mentions_bindings", "read", "read_tree"]


def _scan() -> Mapping[str, Dialect]:
    names = sorted(entry.name for entry in pkgutil.iter_modules(__path__))
    found = [getattr(importlib.import_module(f"{__name__}.{name}"), "DIALECT", None) for name in names]
    return MappingProxyType({dialect.name: dialect for dialect in found if dialect is not None})


DIALECTS: Mapping[str, Dialect] = _scan()
"""Every dialect by its name."""


def mentions_bindings(text: bytes) -> bool:
    """Whether a text may hold native bindings at all: a search for bytes, so that other files cost next to nothing."""
    return any(dialect.may_be_in(text) for dialect in DIALECTS.values())


def read(text: bytes, path: str | PurePath) -> tuple[DlopenCall, ...]:
    """Every call in a file that opens a native library.

    Parameters
    ----------
    text: the file's text in UTF-8, whole or broken.
    path: the file's name; only its suffix counts, nothing is opened.

    Returns
    -------
    The calls in the order of the text.
    """
    return read_tree(parse(text, PurePath(path).suffix)) if mentions_bindings(text) else ()


def read_tree(
    tree: SourceTree,
    path: PurePath | None = None,
    open_module: OpenModule | None = None,
    memory: Memory | None = None,
) -> tuple[DlopenCall, ...]:
    """As `read`, from a tree that is there already.

    Parameters
    ----------
    tree: the file.
    path: its name, if it has one, from which the modules that it imports are looked for.
    open_module: finds those modules; without it what they export is not known.
    memory: what is remembered of the file's text before; the answer is the same without.
    """
    dialects = dialects_in(tree, memory)
    if memory is not None and isinstance(memory.last, _Last) and memory.last.path == path:
        again = _read_again(memory.last, tree, open_module, memory, dialects)
        if again is not None:
            if not tree.root.has_error:
                memory.last = replace(memory.last, reading=again)
            return again.calls
    modules = None if path is None or open_module is None else Modules(open_module, CONSTANTS)
    scopes = _scopes(tree, path, modules, memory)
    calls = [call for dialect in dialects for call in _read(dialect, scopes)]
    in_order = sorted(zip(calls, scopes.trail.found, strict=True), key=lambda pair: pair[0].span)
    observed = observe(tree, scopes, [call for call, _ in in_order])
    imported = tuple(sorted(scopes.imports))
    found = tuple(replace(call, imported=imported) for call in observed)
    if memory is not None and not tree.root.has_error:
        reading = reading_of(tree, scopes, found, [symbols for _, (_, symbols) in in_order])
        memory.last = _Last(path, modules, dialects, reading)
    scopes.trail.clear()
    return found


def _read(dialect: Dialect, scopes: Scopes) -> list[DlopenCall]:
    before = len(scopes.trail.taken)
    calls = list(dialect.read(scopes))
    for taken in scopes.trail.taken[before:]:
        taken.dialect = dialect.name
    return calls


def dialects_in(tree: SourceTree, memory: Memory | None = None) -> tuple[Dialect, ...]:
    """The dialects of which a file may hold calls: as `mentions_bindings`, from a tree.

    Parameters
    ----------
    tree: the file.
    memory: what is remembered of its text before: then only what was edited is searched.
    """
    last, change = memory.last if memory is not None else None, tree.change
    if isinstance(last, _Last) and change is not None and change.before is last.reading.tree.text:
        start = max(change.start - _LONGEST_WORD, 0)
        before = change.before[start : change.old_end + _LONGEST_WORD]
        after = tree.text[start : change.new_end + _LONGEST_WORD]
        if not any(word in before or word in after for word in _WORDS):
            return last.dialects
    return tuple([dialect for dialect in DIALECTS.values() if dialect.may_be_in(tree.text)])


_WORDS = frozenset(word for dialect in DIALECTS.values() for words in dialect.entry_points for word in words)
_LONGEST_WORD = max(len(word) for word in _WORDS)


@dataclass(frozen=True, slots=True)
class _Last:
    """The last text of a file that had no syntax error, and the circumstances in which it was read."""

    path: PurePath | None
    modules: Modules | None
    dialects: tuple[Dialect, ...]
    reading: Reading


def _read_again(
    last: _Last, tree: SourceTree, open_module: OpenModule | None, memory: Memory, dialects: tuple[Dialect, ...]
) -> Reading | None:
    """The reading of a text in which one statement was edited; None where all of it must be read."""
    if last.dialects != dialects or (last.modules is None) != (open_module is None or last.path is None):
        return None
    if last.modules is not None and open_module is not None and not last.modules.hold(open_module):
        return None

    def scopes_of(layout: Layout) -> Scopes:
        return _scopes(tree, last.path, last.modules, memory, layout)

    def reaches_far(before: bytes, after: bytes) -> bool:
        return any(dialect.reaches_far(before, after) for dialect in dialects)

    change, before = tree.change, last.reading.tree
    if change is None or change.before is not before.text or tree.grammar != before.grammar:
        return None
    if tree.text == before.text:
        return as_it_was(last.reading, tree, memory)
    if is_inside_call(last.reading, tree):
        return read_entry_again(last.reading, tree, memory, scopes_of, _declare, reaches_far)
    return read_again(last.reading, tree, memory, scopes_of, reaches_far)


def _declare(call: DlopenCall, name: str, entry: Object) -> Declaration | None:
    return DIALECTS[call.dialect].declare(name, entry)


def _scopes(
    tree: SourceTree,
    path: PurePath | None,
    modules: Modules | None,
    memory: Memory | None,
    layout: Layout | None = None,
) -> Scopes:
    if path is None or modules is None:
        return Scopes(tree, memory=memory, layout=layout)
    return modules.scopes(tree, path, memory, layout)

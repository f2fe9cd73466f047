"""What a workspace says that saw a file's texts one after the other, held to what one says that sees the last alone.

Everything is compared, also the fields that two equal objects may differ in; only marks, which are identities, have a
law of their own: what keeps one only moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path

from ffi_core.library import Library
from ffi_core.mark import Mark
from ffi_core.model import CallSite, SourceDeclaration, Span
from ffi_core.source import parse
from ffi_core.source.moving import moved
from ffi_lsp.workspace import Snapshot, Workspace

from .world import World

LONGEST_BROKEN = 48 << 10
"""Bytes. An error in a longer text may be told a little otherwise until it is whole again (docs/architecture.md)."""
_MOST_TOLD = 12


@dataclass(frozen=True)
class Difference:
    """Where a kept reading and a fresh one part.

    Parameters
    ----------
    place: the way to it from the snapshot: ``calls[0].calls[3].used``.
    kept, fresh: what stands there, or what is lacking.
    """

    place: str
    kept: str
    fresh: str

    @property
    def kind(self) -> str:
        """The place without its numbers: alike in all differences with one cause, as a rule."""
        return "".join(character for character in self.place if not character.isdigit())

    def __str__(self) -> str:
        return f"{self.place}\n    kept:  {self.kept}\n    fresh: {self.fresh}"


def differences(kept: Snapshot, fresh: Snapshot) -> list[Difference]:
    """Everything in which two snapshots of one text differ, the first dozen."""
    found: list[Difference] = []
    if not kept.modules >= fresh.modules:  # one too many is watched in vain, no more
        found.append(Difference("modules", repr(kept.modules), repr(fresh.modules)))
    for name in ("calls", "facts", "diagnostics", "mentioned", "too_large"):
        for difference in _between(name, getattr(kept, name), getattr(fresh, name)):
            found.append(difference)
            if len(found) >= _MOST_TOLD:
                return found
    return found


def _between(place: str, kept: object, fresh: object) -> Iterator[Difference]:
    if kept is fresh:
        return
    if type(kept) is not type(fresh):
        yield Difference(place, repr(kept), repr(fresh))
    elif isinstance(kept, Library) and isinstance(fresh, Library):
        yield from _between(f"{place}.path", kept.path, fresh.path)
    elif isinstance(kept, BaseException):
        yield from _between(f"{place}.text", str(kept), str(fresh))
    elif isinstance(kept, Mapping) and isinstance(fresh, Mapping):
        for key in [*kept, *(key for key in fresh if key not in kept)]:
            yield from _between(f"{place}[{key!r}]", kept.get(key, _LACKING), fresh.get(key, _LACKING))
    elif isinstance(kept, tuple | list) and isinstance(fresh, tuple | list):
        if place == "diagnostics":
            yield from _among(place, kept, fresh)
            return
        for index, (left, right) in enumerate(zip(kept, fresh, strict=False)):
            yield from _between(f"{place}[{index}]", left, right)
        for index in range(len(fresh), len(kept)):
            yield Difference(f"{place}[{index}]", repr(kept[index]), repr(_LACKING))
        for index in range(len(kept), len(fresh)):
            yield Difference(f"{place}[{index}]", repr(_LACKING), repr(fresh[index]))
    elif isinstance(kept, Span) or not is_dataclass(kept):
        if kept != fresh:
            yield Difference(place, repr(kept), repr(fresh))
    else:
        for entry in fields(kept):
            if entry.name == "imported" and {*getattr(kept, entry.name)} >= {*getattr(fresh, entry.name)}:
                continue  # what was asked for in an earlier text still comes from another module
            if entry.name not in {"mark", "_by_name"}:
                yield from _between(f"{place}.{entry.name}", getattr(kept, entry.name), getattr(fresh, entry.name))


def _among(place: str, kept: Iterable[object], fresh: Iterable[object]) -> Iterator[Difference]:
    """Diagnostics, of which one too many would make all behind it differ."""
    left, right = list(kept), list(fresh)
    if left == right:
        return
    for entry in left:
        if entry not in right:
            yield Difference(f"{place}.{getattr(entry, 'code', '')}", repr(entry), repr(_LACKING))
    for entry in right:
        if entry not in left:
            yield Difference(f"{place}.{getattr(entry, 'code', '')}", repr(_LACKING), repr(entry))
    if sorted(map(repr, left)) == sorted(map(repr, right)):
        yield Difference(f"{place} (order)", repr(left), repr(right))
    elif len(left) != len(right):
        yield Difference(f"{place} (number)", str(len(left)), str(len(right)))


class _Lacking:
    def __repr__(self) -> str:
        return "(nothing)"


_LACKING = _Lacking()


def marks_broken(before: Snapshot, now: Snapshot) -> list[Difference]:
    """Where a declaration, or a call under one that stayed, kept its mark, and became another than it was.

    Parameters
    ----------
    before, now: what the same workspace said of the text before, and what it says of this one.
    """
    known: dict[tuple[Mark, ...], list[SourceDeclaration | CallSite]] = {}
    for marks, _, thing in _marked(before):
        known.setdefault(marks, []).append(thing)
    found = []
    for marks, place, thing in _marked(now):
        # Equal statements may share a mark, and so may one call that two libraries are read to answer.
        there = [moved(earlier, thing.span.start - earlier.span.start) for earlier in known.get(marks, ())]
        if there and thing not in there:
            apart = _between(f"mark of {place}", thing, there[0])
            # What a name stands for may lie elsewhere, and move by itself: that alone is nothing new.
            found += [difference for difference in apart if not difference.place.endswith("span")]
    return found


def _marked(snapshot: Snapshot) -> Iterator[tuple[tuple[Mark, ...], str, SourceDeclaration | CallSite]]:
    for index, call in enumerate(snapshot.calls):
        for number, entry in enumerate(call.declarations):
            yield (entry.mark,), f"calls[{index}].declarations[{number}]", entry
        for number, site in enumerate(call.calls):
            declared = call.declaration_of(site.symbol)
            marks = (site.mark,) if declared is None else (site.mark, declared.mark)
            yield marks, f"calls[{index}].calls[{number}]", site


class Typist:
    """Shows the texts of one file to workspaces that remember, and compares each answer with a new workspace's.

    Parameters
    ----------
    world: what stands around the file.
    name: the file.
    follow: whether values that other modules export are read there; both are tried as a rule.
    """

    def __init__(self, world: World, name: str, follow: Sequence[bool] = (False, True)) -> None:
        self._world, self._path = world, world.folder / name
        self._kept = {each: self._workspace(each) for each in follow}
        self._before: dict[bool, Snapshot] = {}

    def show(self, text: str) -> list[Difference]:
        """Where the answers to a text differ; nothing is compared where that is not promised."""
        data = text.encode()
        has_changed = self._world.turn_to(data)
        for follow, workspace in self._kept.items():
            if has_changed:
                workspace.look_again()
            kept, before = workspace.snapshot(self._path, data), self._before.get(follow)
            self._before[follow] = kept
            if not is_promised(self._path, data):
                continue
            found = differences(kept, self._workspace(follow).snapshot(self._path, data))
            found += marks_broken(before, kept) if before is not None else []
            if found:
                return found
        return []

    def _workspace(self, follow: bool) -> Workspace:
        return Workspace(
            lambda: 0.0,
            prototypes=self._world,
            follow_imports=follow,
            settings=lambda _: self._world.settings,
        )


def is_promised(path: Path, data: bytes) -> bool:
    """Whether a text is to be read as a fresh one: not where it is long and broken."""
    return len(data) <= LONGEST_BROKEN or not parse(data, path.suffix).root.has_error

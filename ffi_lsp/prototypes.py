"""C prototypes for the workspace: who fetches them, and what a comparison with them comes to. Only a source does I/O.

A source may answer with less than it was asked for, and with more the next time; what is not there is judged by nobody.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ffi_core.headers import HeaderSettings, abi_of, mentioned_headers
from ffi_core.library import Library
from ffi_core.model import Declaration, DlopenCall, Mismatch, Prototype, Symbol
from ffi_core.verify import compare, describe_library
from ffi_lsp.c_names import CNames
from ffi_lsp.config import Headers
from ffi_lsp.rules import LibraryFacts

if TYPE_CHECKING:
    from ffi_core.headers.process import Worker
    from ffi_core.headers.session import Session

_SECONDS_OF_A_SESSION = 5.0
"""For so long files of headers are believed to stay as they are."""
_MOST_COMPARISONS_KEPT = 20_000
_MOST_ADDED_KEPT = 256
_log = logging.getLogger(__name__)
_MENTION = b"ffi-header:"
_DEFAULTS = Headers()


@dataclass(frozen=True, slots=True)
class Mentioned:
    """The headers that a file names in ``// ffi-header: x.h``, and what the settings say of finding headers.

    Parameters
    ----------
    headers: the names, in order.
    folder: where names of files start; empty where there are no headers, so that all such files are alike.
    include: folders to search first; absolute.
    defines: macros to define.
    """

    headers: tuple[str, ...] = ()
    folder: Path = Path()
    include: tuple[str, ...] = ()
    defines: tuple[str, ...] = ()


class PrototypeSource(Protocol):
    """Whoever knows what C says of a library's symbols."""

    def find(self, library: Library, names: Collection[str], mentioned: Mentioned) -> Mapping[str, Prototype]:
        """The prototypes that are known now.

        Parameters
        ----------
        library: the library that exports the names.
        names: the C names that are asked for.
        mentioned: the headers that the file itself names.
        """
        ...


class ForgetfulSource(PrototypeSource, Protocol):
    """A source that remembers what it found, until it is told that the world has changed."""

    def forget(self) -> None:
        """Look for every name again when it is asked for next."""
        ...


_Subject = tuple[Path, Mentioned]
"""A library's file, and the headers that the asking text names."""


class HeaderPrototypes:
    """The source that reads headers when it is asked, and waits for them: for the command line, not for a keystroke.

    Parameters
    ----------
    cancel: set by another thread to end a search; what was not found then is not known.
    seconds: how long all searches together may take; what is not found by then is not known, and `notes` says so.
    worker: who reads headers, and is ended by whoever gave it; until then files of headers are believed to stay as they
        are. A process for each search if None.
    """

    def __init__(
        self, cancel: threading.Event | None = None, *, seconds: float | None = None, worker: Worker | None = None
    ) -> None:
        self._cancel, self._seconds, self._worker = cancel, math.inf if seconds is None else seconds, worker
        self._spent = 0.0
        self._session: Session | None = None
        self._session_began = -math.inf
        self._known: dict[_Subject, dict[str, Prototype | None]] = {}
        self._notes: dict[str, None] = {}

    def forget(self) -> None:
        """Look for every name again when it is asked for next."""
        self._known = {}
        self._session = None

    def notes(self) -> tuple[str, ...]:
        """What could not be done since this was asked last, a sentence each: headers that are mentioned and cannot be
        read, symbols for which no time was left."""
        notes, self._notes = tuple(self._notes), {}
        return notes

    def find(self, library: Library, names: Collection[str], mentioned: Mentioned) -> Mapping[str, Prototype]:
        """As `PrototypeSource.find`; a name is looked for once."""
        known = self._known.setdefault((library.path, mentioned), {})
        unknown = [name for name in names if name not in known]
        if unknown:
            found = self._search(library, unknown, mentioned)
            known.update({name: found.get(name) for name in unknown})
        return {name: prototype for name in names if (prototype := known[name]) is not None}

    def _search(self, library: Library, names: list[str], mentioned: Mentioned) -> Mapping[str, Prototype]:
        from ffi_core.headers import find_prototypes
        from ffi_core.headers.session import Session

        lasting = math.inf if self._worker is not None else _SECONDS_OF_A_SESSION
        if self._session is None or time.monotonic() - self._session_began > lasting:
            self._session, self._session_began = Session(self._worker), time.monotonic()
        settings = HeaderSettings(mentioned.headers, mentioned.include, mentioned.defines)
        started = time.monotonic()
        found = find_prototypes(
            library,
            names,
            settings=settings,
            base=mentioned.folder,
            cancel=self._cancel,
            seconds=self._seconds - self._spent,
            session=self._session,
        )
        self._spent += time.monotonic() - started
        self._notes.update(dict.fromkeys(f"headers: {problem}" for problem in found.problems))
        if found.unsought:
            left = f"{len(found.unsought)} of {len(names)} symbols of {library.path.name}"
            self._notes[f"the time for headers, {self._seconds:g} s, was up: {left} were not looked for"] = None
        return found.prototypes


class BackgroundPrototypes:
    """The source for an editor: answers at once with what is known, and lets another one look for the rest meanwhile.

    What is asked of a library while a search waits is looked for in that one search: each letter of a name that is
    being typed makes another name, and a search may take a second.

    Parameters
    ----------
    inner: the source that may take its time; it is asked by one thread alone.
    on_done: called by that thread after each search with the library's file and whether something else is known of it
        than before.
    """

    def __init__(self, inner: ForgetfulSource, on_done: Callable[[Path, bool], object]) -> None:
        self._inner, self._on_done = inner, on_done
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="prototypes")
        self._asked: dict[_Subject, set[str]] = {}
        self._known: dict[_Subject, Mapping[str, Prototype]] = {}
        self._sought: dict[_Subject, frozenset[str]] = {}
        self._waiting: dict[_Subject, tuple[Library, list[str]]] = {}
        self._lock = threading.Lock()
        self._submitted = self._finished = 0

    @property
    def searches(self) -> int:
        """How many searches are under way or wait."""
        return self._submitted - self._finished

    def find(self, library: Library, names: Collection[str], mentioned: Mentioned) -> Mapping[str, Prototype]:
        """As `PrototypeSource.find`, without waiting."""
        subject = (library.path, mentioned)
        asked = self._asked.setdefault(subject, set())
        unknown = [name for name in names if name not in asked]
        if unknown:
            asked.update(unknown)
            with self._lock:
                _, before = self._waiting.get(subject, (library, []))
                self._waiting[subject] = (library, [*before, *unknown])
            if not before:
                self._submitted += 1
                self._worker.submit(self._look, subject)
        known = self._known.get(subject, {})
        return {name: known[name] for name in names if name in known}

    def is_undeclared(self, library: Library, name: str, mentioned: Mentioned) -> bool:
        """Whether a search for a name is over and found nothing that declares it; parameters as for `find`."""
        subject = (library.path, mentioned)
        return name in self._sought.get(subject, ()) and name not in self._known.get(subject, {})

    def refresh(self) -> None:
        """Ask again for every name when it is wanted next; what is known holds until the answer has come."""
        self._asked = {}
        self._inner.forget()

    def close(self) -> None:
        """Look for nothing more."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _look(self, subject: _Subject) -> None:
        with self._lock:
            library, names = self._waiting.pop(subject)
        changed = False
        try:
            found = self._inner.find(library, names, subject[1])
            before = self._known.get(subject, {})
            after = {name: entry for name, entry in before.items() if name not in names} | dict(found)
            changed = after != before
            # A new mapping: the other thread may be reading the old one.
            self._known[subject] = after
            self._sought[subject] = self._sought.get(subject, frozenset()).union(names)
        except Exception:  # noqa: BLE001 - survives any mistake of a source: an editor goes on without prototypes
            _log.exception("no prototypes for %s", library.path)
        finally:
            self._finished += 1
            self._on_done(library.path, changed)


@dataclass(frozen=True, slots=True)
class _Added:
    """What came of facts about a call's library: it holds as long as those do, and the prototypes of what was asked."""

    before: LibraryFacts
    mentioned: Mentioned
    asked: Sequence[tuple[Library, tuple[str, ...]]]
    after: LibraryFacts


class Comparisons:
    """Adds to facts what C says, and in what the declarations differ; each comparison is made once.

    Parameters
    ----------
    source: who knows the prototypes; without one nothing is added.
    names: tells the C names of declarations.
    """

    def __init__(self, source: PrototypeSource | None, names: CNames | None = None) -> None:
        self._source = source
        self._names = CNames() if names is None else names
        self._made: dict[tuple[Declaration, Path], tuple[Symbol, Prototype, tuple[Mismatch, ...]]] = {}
        self._added: dict[int, _Added] = {}

    def add(self, call: DlopenCall, facts: LibraryFacts, mentioned: Mentioned) -> LibraryFacts:
        """The facts with the prototypes of the declared symbols, and the mismatches of each declaration."""
        if self._source is None or facts.library is None:
            return facts
        added = self._added.get(id(facts))
        if added is not None and added.mentioned == mentioned:
            assert added.before is facts  # it is kept here, so that no other has its number
            if self._find(added.asked, mentioned) == added.after.prototypes:
                return added.after
        exported = [
            (entry.declaration, *found)
            for entry, name in zip(call.declarations, self._names.in_order(call), strict=True)
            if name is not None and (found := facts.find(name)) is not None
        ]
        names_in: dict[Library, dict[str, None]] = {}
        for _, symbol, library in exported:
            names_in.setdefault(library, {})[symbol.name] = None
        missing = [name for name, found in facts.exported.items() if found is None]
        if missing:
            # A header may know why: the name is a macro, or came with another version of the library.
            names_in.setdefault(facts.library, {}).update(dict.fromkeys(missing))
        asked = [(library, tuple(names)) for library, names in names_in.items()]
        prototypes = self._find(asked, mentioned)
        mismatches = {
            declaration: self._compare(declaration, symbol, library, prototypes[symbol.name])
            for declaration, symbol, library in exported
            if declaration is not None and symbol.name in prototypes
        }
        whole = replace(facts, prototypes=prototypes, mismatches=mismatches, abi=abi_of(facts.library))
        if len(self._added) >= _MOST_ADDED_KEPT:
            self._added.clear()
        self._added[id(facts)] = _Added(facts, mentioned, asked, whole)
        return whole

    def _find(self, asked: Sequence[tuple[Library, tuple[str, ...]]], mentioned: Mentioned) -> dict[str, Prototype]:
        assert self._source is not None
        prototypes: dict[str, Prototype] = {}
        for library, names in asked:
            prototypes.update(self._source.find(library, names, mentioned))
        return prototypes

    def _compare(
        self, declaration: Declaration, symbol: Symbol, library: Library, prototype: Prototype
    ) -> tuple[Mismatch, ...]:
        made = self._made.get((declaration, library.path))
        if made is None or made[0] is not symbol or made[1] is not prototype:
            where = describe_library(library)
            found = compare(declaration, symbol, prototype, abi=abi_of(library), library=where)
            if len(self._made) >= _MOST_COMPARISONS_KEPT:
                self._made.clear()
            made = self._made[declaration, library.path] = (symbol, prototype, tuple(found))
        return made[2]


def mentioned_in(data: bytes, folder: Path, headers: Headers = _DEFAULTS) -> Mentioned:
    """The headers that a text names.

    Parameters
    ----------
    data: the text in UTF-8.
    folder: that of its file.
    headers: the settings that hold for it.
    """
    names = mentioned_headers(data.decode("utf-8", "replace")) if _MENTION in data else ()
    include = tuple(str(entry.absolute()) for entry in headers.include)
    return Mentioned(names, folder.absolute() if names else Path(), include, headers.defines)

"""What C says of symbols that no declaration names yet: looked for beside the editor's typing, waited for if need be.

`ffi_lsp.prototypes` serves the declarations that stand in a text; this serves those that are about to be written.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from ffi_core.library import Library
from ffi_core.model import Prototype
from ffi_lsp.prototypes import HeaderPrototypes, Mentioned, PrototypeSource

_MOST_SUBJECTS = 64
_log = logging.getLogger(__name__)

_Subject = tuple[Path, Mentioned]
_Answer = Mapping[str, Prototype]


class SymbolLookup:
    """Prototypes by library and name. For use by one thread, which never waits unless it says so.

    Parameters
    ----------
    source: who reads the headers; asked by a thread of this class alone.
    """

    def __init__(self, source: PrototypeSource | None = None) -> None:
        self._cancel = threading.Event()
        self._source = source or HeaderPrototypes(self._cancel)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lookup")
        self._asked: dict[_Subject, dict[str, Future[_Answer]]] = {}
        self._last_guess: Future[_Answer] | None = None

    def known(self, library: Library, names: Collection[str], mentioned: Mentioned) -> tuple[_Answer, bool]:
        """What is known now, without waiting; what is not is looked for meanwhile.

        Parameters
        ----------
        library: the library that exports the names.
        names: the C names.
        mentioned: the headers that the file itself names, and the user's settings.

        Returns
        -------
        The prototypes by name, and whether the search for some of the names is not over yet.
        """
        # Of the searches that typing brought about, one is under way and one may wait: what people type now counts.
        if self._last_guess is not None and not self._last_guess.done():
            self._drop(self._last_guess)
        futures, begun = self._futures(library, names, mentioned)
        self._last_guess = begun or self._last_guess
        # A few searches have looked for all the names.
        answers = {future: _answer_of(future) for future in {futures[name] for name in names} if future.done()}
        found: dict[str, Prototype] = {}
        for name in names:
            if (prototype := answers.get(futures[name], {}).get(name)) is not None:
                found[name] = prototype
        return found, not all(futures[name] in answers for name in names)

    async def ask(self, library: Library, name: str, mentioned: Mentioned, seconds: float) -> Prototype | None:
        """What C says of one symbol; None where nothing is known, or nothing was found in so many seconds."""
        future = self._futures(library, (name,), mentioned)[0][name]
        if future is self._last_guess:
            self._last_guess = None  # somebody waits for it now
        waiting = asyncio.wrap_future(future)
        waiting.add_done_callback(_note_failure)
        await asyncio.wait({waiting}, timeout=seconds)
        return _answer_of(future).get(name) if future.done() else None

    def refresh(self) -> None:
        """Ask again for every name when it is wanted next: headers have changed."""
        self._asked = {}
        if isinstance(self._source, HeaderPrototypes):
            self._source.forget()

    def close(self) -> None:
        """Look for nothing more."""
        self._cancel.set()
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _drop(self, future: Future[_Answer]) -> None:
        """Let a search that has not begun never begin."""
        if future.cancel():
            for asked in self._asked.values():
                for name in [name for name, other in asked.items() if other is future]:
                    del asked[name]

    def _futures(
        self, library: Library, names: Collection[str], mentioned: Mentioned
    ) -> tuple[Mapping[str, Future[_Answer]], Future[_Answer] | None]:
        """The search for each name, and the one that began for those that nobody had asked for yet."""
        subject = (library.path, mentioned)
        while subject not in self._asked and len(self._asked) >= _MOST_SUBJECTS:
            del self._asked[next(iter(self._asked))]
        asked = self._asked.setdefault(subject, {})
        unknown = [name for name in names if name not in asked]
        future = self._worker.submit(self._source.find, library, unknown, mentioned) if unknown else None
        if future is not None:
            asked.update(dict.fromkeys(unknown, future))
        return asked, future


def _note_failure(waiting: asyncio.Future[_Answer]) -> None:
    """Take notice of how it ended, which is logged by who reads the answer."""
    if not waiting.cancelled():
        waiting.exception()


def _answer_of(future: Future[_Answer]) -> _Answer:
    if future.cancelled():
        return {}
    failure = future.exception()
    if failure is not None:
        _log.error("no prototypes: %s", failure, exc_info=failure)
        return {}
    return future.result()

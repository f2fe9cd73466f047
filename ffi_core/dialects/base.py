"""What a dialect is: the words that it uses in a schema, and the way its calls are read from a file."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ffi_core.model import DlopenCall
from ffi_core.source import Scopes, SourceTree
from ffi_core.types import nearest_type


@dataclass(frozen=True, slots=True)
class Dialect:
    """One runtime's way to write native bindings.

    Parameters
    ----------
    name: as it stands in `DlopenCall.dialect`: ``"porffor"``.
    title: as people write it: ``"Porffor"``.
    entry_points: words of which at least one stands in every file of the dialect; a file without is not parsed.
    parameters: name of the field that lists the parameters' types.
    result: name of the field that gives the result's type.
    fields: every field that an entry may have.
    ignored: those of them that the runtime does not look at.
    required: fields without which an entry does not work.
    types: each accepted spelling of a native type, with its name in `ffi_core.types.NATIVE_TYPES`, or None where only
        this dialect has the type.
    read: finds the calls in a file.
    """

    name: str
    title: str
    entry_points: tuple[bytes, ...]
    parameters: str
    result: str
    fields: tuple[str, ...]
    ignored: tuple[str, ...]
    required: tuple[str, ...]
    types: Mapping[str, str | None]
    read: Callable[[SourceTree, Scopes], Iterable[DlopenCall]]

    def nearest_type(self, word: str) -> str | None:
        """The spelling in this dialect that `word`, which is none, most likely stands for, or None if none is near."""
        native = nearest_type(word)
        if native is not None and native not in self.types:
            native = next((spelling for spelling, meaning in self.types.items() if meaning == native), None)
        if native is None:
            native = next(iter(difflib.get_close_matches(word.lower(), self.types, n=1, cutoff=0.6)), None)
        return native

"""What a code action is: a change that a person can accept, with its edits, or with a way to make them when it is."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ffi_core.library import Library
from ffi_core.model import Prototype
from ffi_lsp.diagnostic import Diagnostic, Edit

Edits = tuple[Edit, ...]


class ActionKind(enum.StrEnum):
    """The kinds, by their names in the protocol."""

    QUICK_FIX = "quickfix"
    REWRITE = "refactor.rewrite"
    FIX_ALL = "source.fixAll.ffi"
    OPEN_HEADER = "source.openHeader.ffi"


class ActionError(ValueError):
    """An action that was offered cannot be done; the message says why."""


@dataclass(frozen=True, slots=True)
class CodeAction:
    """A change that a person can accept.

    Parameters
    ----------
    kind: what it is for.
    title: what it does, as shown in a menu.
    edits: the change, where it is known; its parts do not overlap.
    diagnostic: the finding that it mends, or None.
    preferred: whether it is the one right answer, fit for a single key press.
    make: gives the change, from the prototypes of `wanted` by name; may raise ActionError. None where `edits` is all.
    wanted: the symbols whose prototypes `make` needs, each with the library that exports it.
    opens: for an action that opens the header of a call's library: which of the snapshot's calls; else None.
    """

    kind: ActionKind
    title: str
    edits: Edits = ()
    diagnostic: Diagnostic | None = None
    preferred: bool = False
    make: Callable[[Mapping[str, Prototype]], Edits] | None = None
    wanted: tuple[tuple[Library, str], ...] = ()
    opens: int | None = None

"""What the last run of a function gave, as an inlay hint and in the titles of its lenses, while it still holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ffi_core.library import Library
from ffi_core.model import Declaration, SourceDeclaration, Span
from ffi_lsp.rules import LibraryFacts
from ffi_lsp.workspace import Snapshot


@dataclass(frozen=True, slots=True)
class Measurement:
    """One finished run.

    Parameters
    ----------
    declaration: what was called.
    library: the state of the library's file at that time.
    time: the median time of a call, for people: ``3.14 ns``; None where it was called once and not timed.
    message: the whole result in one sentence.
    result: what the call gave, for people: ``5``, ``0x7ffc40``.
    arguments: what it was called with, as a comment spells it.
    """

    declaration: Declaration
    library: Library = field(repr=False)
    time: str | None
    message: str
    result: str = "null"
    arguments: str = ""

    def is_about(self, entry: SourceDeclaration) -> bool:
        """Whether the function is still declared as it was called."""
        return entry.declaration == self.declaration

    def holds_for(self, facts: LibraryFacts) -> bool:
        """Whether the library's file is still the one that was run."""
        return facts.library is self.library

    def after(self, last: Measurement | None) -> Measurement:
        """This run, with the time of the one before it where that was timed, this was not, and all else is the same."""
        if self.time is None and last is not None and last.declaration == self.declaration:
            return replace(self, time=last.time) if last.library is self.library else self
        return self


@dataclass(frozen=True, slots=True)
class InlayHint:
    """A few words behind a declaration.

    Parameters
    ----------
    offset: byte offset at which they are shown.
    text: the words.
    tooltip: a sentence that says more.
    """

    offset: int
    text: str
    tooltip: str


def inlay_hints(snapshot: Snapshot, span: Span, measured: Mapping[str, Measurement]) -> list[InlayHint]:
    """The measured times in a part of a text.

    Parameters
    ----------
    snapshot: the text.
    span: the part that is on the screen.
    measured: the last run of each function by its key in the schema.
    """
    return [
        InlayHint(entry.span.end, found.time, found.message)
        for call, facts in zip(snapshot.calls, snapshot.facts, strict=True)
        for entry in call.declarations
        if entry.span.end in span
        and (found := measured.get(entry.name)) is not None
        and found.time is not None
        and found.is_about(entry)
        and found.holds_for(facts)
    ]

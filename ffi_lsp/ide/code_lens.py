"""Code lenses: on each declaration that can be called, one that runs the function and times it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ffi_core.model import SourceDeclaration, Span
from ffi_lsp.ide.measured import Measurement
from ffi_lsp.rules import LibraryFacts
from ffi_lsp.workspace import Snapshot


@dataclass(frozen=True, slots=True)
class CodeLens:
    """A line above a declaration that runs its function when it is clicked.

    Parameters
    ----------
    span: the declaration's name.
    title: what it shows.
    symbol: the schema key.
    call: which of the snapshot's calls declares it.
    """

    span: Span
    title: str
    symbol: str
    call: int


def code_lenses(snapshot: Snapshot, measured: Mapping[str, Measurement]) -> list[CodeLens]:
    """A lens for each declared function that its library exports; what cannot run has a diagnostic instead.

    Parameters
    ----------
    snapshot: the text.
    measured: the last run of each function by its key in the schema; its time stands in the title.
    """
    return [
        CodeLens(entry.name_span, _title(entry, facts, measured.get(entry.name)), entry.name, index)
        for index, (call, facts) in enumerate(zip(snapshot.calls, snapshot.facts, strict=True))
        for entry in call.declarations
        if entry.declaration is not None
        and entry.declaration.signature is not None
        and facts.find(entry.declaration.symbol) is not None
    ]


def _title(entry: SourceDeclaration, facts: LibraryFacts, last: Measurement | None) -> str:
    title = f"Run {entry.name}()"
    if last is None or not last.is_about(entry):
        return title
    return f"{title} · {last.time}" + ("" if last.holds_for(facts) else " before the library changed")

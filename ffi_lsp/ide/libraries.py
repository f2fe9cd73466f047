"""The libraries that a text opens, how each declaration stands to its library, and what else that exports."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path

from ffi_core.model import DlopenCall, SourceDeclaration, Span, Text
from ffi_lsp.diagnostic import Diagnostic, Severity
from ffi_lsp.ide.schema_proposals import callable_symbols
from ffi_lsp.ide.wording import library_lines
from ffi_lsp.rules import LibraryFacts
from ffi_lsp.workspace import Snapshot


class Standing(enum.StrEnum):
    """How a declaration stands to its library."""

    RIGHT = "right"
    MISSING = "missing"
    MISMATCHING = "mismatching"
    MISTAKEN = "mistaken"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DeclaredSymbol:
    """One declaration.

    Parameters
    ----------
    name: the schema key.
    span: the key's text.
    standing: whether the library has it so; `MISTAKEN` where the declaration itself is wrong.
    detail: the worst finding on it, or where there is none what it is declared as.
    """

    name: str
    span: Span
    standing: Standing
    detail: str


@dataclass(frozen=True, slots=True)
class NativeLibrary:
    """One call that opens a library.

    Parameters
    ----------
    name: the library as it is written, or the text of the expression that gives it.
    file: the file that this leads to, or None.
    detail: what is known of the file, or why there is none; empty where nothing is known.
    symbols: what is declared of it.
    """

    name: str
    file: Path | None
    detail: str
    symbols: tuple[DeclaredSymbol, ...]


@dataclass(frozen=True, slots=True)
class Exports:
    """What a library exports, for somebody who wants to declare some of it.

    Parameters
    ----------
    call: which of the snapshot's calls opens it.
    library: the library as it is written.
    symbols: the names of its functions in order, each with whether it is declared there already.
    """

    call: int
    library: str
    symbols: tuple[tuple[str, bool], ...]


def native_libraries(snapshot: Snapshot) -> tuple[NativeLibrary, ...]:
    """The libraries that a text opens, in the order of its calls."""
    return tuple(
        NativeLibrary(
            _name(snapshot, call),
            facts.file,
            # The file stands beside it already.
            " ".join(library_lines(facts)[1 if facts.library is not None else 0 :]) if _is_known(facts) else "",
            tuple(_symbol(snapshot, entry, facts) for entry in call.declarations),
        )
        for call, facts in zip(snapshot.calls, snapshot.facts, strict=True)
    )


def exports(snapshot: Snapshot, offset: int) -> Exports | None:
    """What the library that a place in a text is about exports.

    Parameters
    ----------
    snapshot: the text.
    offset: the byte offset; in no call, the nearest call before it is meant, or the first.

    Returns
    -------
    None where the text opens no library that could be read.
    """
    readable = [index for index, facts in enumerate(snapshot.facts) if facts.library is not None]
    if not readable:
        return None
    index = max(readable, key=lambda each: _nearness(snapshot.calls[each].span, offset))
    call = snapshot.calls[index]
    declared = {entry.declaration.symbol if entry.declaration else entry.name for entry in call.declarations}
    names = sorted(callable_symbols(snapshot.facts[index].library), key=lambda name: (name.startswith("_"), name))
    return Exports(index, _name(snapshot, call), tuple((name, name in declared) for name in names))


def _nearness(span: Span, offset: int) -> tuple[bool, bool, int]:
    before = span.start <= offset
    return (offset in span, before, span.start if before else -span.start)


def _name(snapshot: Snapshot, call: DlopenCall) -> str:
    if isinstance(call.library, Text):
        return call.library.value
    return "" if call.library is None else snapshot.text.slice(call.library.span)


def _is_known(facts: LibraryFacts) -> bool:
    return facts.library is not None or facts.failure is not None


def _symbol(snapshot: Snapshot, entry: SourceDeclaration, facts: LibraryFacts) -> DeclaredSymbol:
    found = [
        each
        for each in snapshot.diagnostics
        if entry.span.start <= each.span.start < entry.span.end and each.severity in _SERIOUS
    ]
    if found:
        worst = min(found, key=lambda each: _ORDER.index(_standing(each)))
        return DeclaredSymbol(entry.name, entry.name_span, _standing(worst), worst.message)
    known = facts.library is not None and entry.declaration is not None
    detail = entry.name if entry.declaration is None else str(entry.declaration)
    return DeclaredSymbol(entry.name, entry.name_span, Standing.RIGHT if known else Standing.UNKNOWN, detail)


_SERIOUS = (Severity.ERROR, Severity.WARNING)
_ORDER = (Standing.MISSING, Standing.MISTAKEN, Standing.MISMATCHING)


def _standing(found: Diagnostic) -> Standing:
    if found.code == "FFI201":
        return Standing.MISSING
    return Standing.MISMATCHING if found.code.startswith("FFI3") else Standing.MISTAKEN

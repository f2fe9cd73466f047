"""What C says about what a file declares: the prototype behind an entry, its parameters' names, their types."""

from __future__ import annotations

from dataclasses import dataclass

from ffi_core.c_types import spell
from ffi_core.model import Mismatch, Prototype, PrototypeKind, SourceDeclaration
from ffi_lsp.rules import LibraryFacts


@dataclass(frozen=True, slots=True)
class CParameter:
    """One parameter of a C function.

    Parameters
    ----------
    name: its name in the header; empty where it has none there.
    text: type and name as C writes them: ``const char *filename``.
    """

    name: str
    text: str


def c_name(entry: SourceDeclaration) -> str:
    """The C name that an entry asks for; its key where the entry is wrong."""
    return entry.declaration.symbol if entry.declaration is not None else entry.name


def prototype_of(facts: LibraryFacts, entry: SourceDeclaration) -> Prototype | None:
    """What C says of the symbol that an entry declares, as far as it is known."""
    return facts.prototypes.get(c_name(entry))


def mismatches_of(facts: LibraryFacts, entry: SourceDeclaration) -> tuple[Mismatch, ...]:
    """In what an entry differs from C."""
    return facts.mismatches.get(entry.declaration, ()) if entry.declaration is not None else ()


def c_parameters(prototype: Prototype | None) -> tuple[CParameter, ...]:
    """The parameters that C names; none for what is no function."""
    if prototype is None or prototype.kind is not PrototypeKind.FUNCTION:
        return ()
    return tuple(CParameter(name, spell(type_, name)) for name, type_ in prototype.parameters)


def c_result(prototype: Prototype | None) -> str:
    """The type of a function's result, or of a variable, as C writes it; empty where it is not known."""
    return "" if prototype is None or prototype.is_macro else spell(prototype.result)


def summary(comment: str, *, lines: int = 12, letters: int = 900) -> str:
    """The beginning of a header's comment, cut at the end of a paragraph or line; an ellipsis says that more follows.

    Parameters
    ----------
    comment: without its marks.
    lines, letters: at most so many are given.
    """
    kept: list[str] = []
    size = 0
    for line in comment.strip().splitlines():
        size += len(line) + 1
        if len(kept) == lines or size > letters:
            return "\n".join([*kept, "…"]) if kept else f"{line[:letters]}…"
        kept.append(line.rstrip())
    return "\n".join(kept)

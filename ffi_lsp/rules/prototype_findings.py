"""A mismatch with C as a finding: the text that it is about, and the type to write instead, in the dialect's words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ffi_core.dialects import Dialect
from ffi_core.model import (
    Array,
    DlopenCall,
    Mismatch,
    MismatchKind,
    MismatchSeverity,
    Number,
    Object,
    Property,
    SourceDeclaration,
    Span,
    Text,
    Value,
)
from ffi_core.types import Kind, NativeType, Type
from ffi_lsp.diagnostic import Fix, Severity
from ffi_lsp.rules.edits import text_edit
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.porffor_text import is_porffors
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of

_SEVERITIES = {
    MismatchSeverity.ERROR: Severity.ERROR,
    MismatchSeverity.WARNING: Severity.WARNING,
    MismatchSeverity.HINT: Severity.HINT,
}
_PORFFOR_PARAMETERS = {"i8", "i16", "i32", "u32", "i64", "u64", "f32", "f64", "pointer", "buffer"}
_PORFFOR_RESULTS = {"i8", "i16", "i32"}


def mismatches(facts: LibraryFacts, entry: SourceDeclaration, kind: MismatchKind) -> Sequence[Mismatch]:
    """Every mismatch of one kind in an entry."""
    known = facts.mismatches.get(entry.declaration) if facts.mismatches and entry.declaration is not None else None
    return [mismatch for mismatch in known if mismatch.kind is kind] if known else ()


def findings(call: DlopenCall, facts: LibraryFacts, entry: SourceDeclaration, kind: MismatchKind) -> Iterator[Finding]:
    """Every mismatch of one kind, at the type that is wrong, with C's type as the fix where the dialect has it."""
    for mismatch in mismatches(facts, entry, kind):
        if not _porffor_speaks_of_it(call, mismatch):
            yield finding(call, entry, mismatch, type_fixes(call, entry, mismatch))


def finding(call: DlopenCall, entry: SourceDeclaration, mismatch: Mismatch, fixes: tuple[Fix, ...] = ()) -> Finding:
    """One mismatch as a finding, as severe as the comparison says."""
    word = word_of(call, entry, mismatch)
    span = entry.name_span if word is None else word.span
    return Finding(span, mismatch.message, entry.name, fixes, _SEVERITIES[mismatch.severity])


def word_of(call: DlopenCall, entry: SourceDeclaration, mismatch: Mismatch) -> Value | None:
    """What is written as the type that a mismatch is about; None where it is about the whole entry."""
    dialect = dialect_of(call)
    if mismatch.parameter is not None:
        parameters = field_of(entry, dialect.parameters)
        items = parameters.value.items if parameters is not None and isinstance(parameters.value, Array) else ()
        return items[mismatch.parameter] if mismatch.parameter < len(items) else None
    if mismatch.is_result:
        result = field_of(entry, dialect.result) or field_of(entry, "type")
        return result.value if result is not None and result.value.span != entry.span else None
    return None


def field_of(entry: SourceDeclaration, name: str) -> Property | None:
    """A field of an entry that is written as an object."""
    return entry.value.get(name) if isinstance(entry.value, Object) else None


def type_fixes(call: DlopenCall, entry: SourceDeclaration, mismatch: Mismatch) -> tuple[Fix, ...]:
    """Write the type that C has. Safe where the program's value stays the same kind of JavaScript value."""
    word, declared, expected = word_of(call, entry, mismatch), mismatch.declared, mismatch.expected
    if not isinstance(word, Text | Number) or declared is None or not isinstance(expected, NativeType):
        return ()
    spelling = spelling_of(dialect_of(call), expected, is_result=mismatch.is_result)
    if spelling is None:
        return ()
    alone = stands_in(entry, word.span)
    edit = text_edit(call, word.span, spelling)
    return (Fix(f"Declare it as {spelling!r}", (edit,), safe=alone and is_number(declared) and is_number(expected)),)


def spelling_of(dialect: Dialect, type_: Type, *, is_result: bool) -> str | None:
    """How a dialect writes a type; None where it has none, or where its compiler gets it wrong in that position."""
    name = {"usize": "u64", "isize": "i64"}.get(str(type_), str(type_))
    if dialect.name == "porffor":
        works = _PORFFOR_RESULTS if is_result else _PORFFOR_PARAMETERS
        return name if name in works else None
    if dialect.types.get(str(type_)) == str(type_):
        return str(type_)
    spellings = [word for word, meaning in dialect.types.items() if meaning == name]
    # koffi's words for addresses say what lies there, which the native type does not tell.
    known = spellings and (dialect.name != "koffi" or type_.kind in (Kind.INTEGER, Kind.FLOAT, Kind.BOOL, Kind.VOID))
    return spellings[0] if known else None


def _porffor_speaks_of_it(call: DlopenCall, mismatch: Mismatch) -> bool:
    """Whether the declared type is one that Porffor gets wrong anyway, which FFI605 and FFI606 say."""
    works = _PORFFOR_RESULTS if mismatch.is_result else _PORFFOR_PARAMETERS
    return is_porffors(call) and mismatch.declared is not None and str(mismatch.declared) not in works


def is_number(type_: Type) -> bool:
    """Whether values of the type are plain numbers in JavaScript, in every dialect."""
    return type_.kind is Kind.FLOAT or (type_.kind is Kind.INTEGER and type_.size <= 4)


def stands_in(entry: SourceDeclaration, span: Span) -> bool:
    """Whether a text belongs to this entry alone, and is no const that others use as well."""
    return entry.span.start <= span.start and span.end <= entry.span.end

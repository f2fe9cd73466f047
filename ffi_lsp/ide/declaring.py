"""Actions that write declarations as C has them: of symbols that are used undeclared, and of those declared wrongly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ffi_core.errors import LibraryLoadError, LibraryNotFoundError
from ffi_core.generate import NotExpressibleError, declaration_of, entry_text, entry_value
from ffi_core.headers import abi_of
from ffi_core.library import Library
from ffi_core.model import DlopenCall, Prototype, SourceDeclaration, Span
from ffi_lsp.diagnostic import Diagnostic, Edit
from ffi_lsp.ide.action import ActionError, ActionKind, CodeAction, Edits
from ffi_lsp.ide.c_side import mismatches_of, prototype_of
from ffi_lsp.ide.cursor import is_imported
from ffi_lsp.ide.schema_text import additions, is_written_here
from ffi_lsp.rules import LibraryFacts
from ffi_lsp.workspace import Snapshot

_UNDECLARED = "FFI404"


def declare(snapshot: Snapshot, selection: Span) -> Iterator[CodeAction]:
    """Declare what the selection uses and the library exports, from its prototype; and all such symbols at once."""
    for call, facts in zip(snapshot.calls, snapshot.facts, strict=True):
        if facts.library is None or not is_written_here(call):
            continue
        missing = _undeclared(call, facts)
        here = [name for name, spans in _places(call).items() if name in missing and _touched(spans, selection)]
        for name in here:
            found = next((each for each in snapshot.diagnostics if _is_about(each, name, selection)), None)
            yield _addition(call, {name: missing[name]}, f"Declare {name!r} as C has it", found)
        if here and len(missing) > 1:
            yield _addition(call, missing, f"Declare all {len(missing)} undeclared symbols as C has them", None)


def declare_exported(snapshot: Snapshot, number: int, name: str) -> CodeAction:
    """Declare one function that a call's library exports, as C has it.

    Parameters
    ----------
    snapshot: the text.
    number: which of its calls opens the library.
    name: the C name.

    Raises
    ------
    ActionError: there is no such call or function, or the schema is written elsewhere.
    """
    call, facts = (
        (snapshot.calls[number], snapshot.facts[number]) if 0 <= number < len(snapshot.calls) else (None, None)
    )
    if call is None or facts is None or not is_written_here(call):
        raise ActionError("the schema is not written in this text")
    if call.declaration_of(name) is not None:
        raise ActionError(f"{name} is declared already")
    try:
        exported = facts.find(name)
    except (LibraryLoadError, LibraryNotFoundError) as error:
        raise ActionError(str(error)) from None
    if exported is None or not exported[0].callable:
        raise ActionError(f"the library exports no function {name}")
    return _addition(call, {name: exported[1]}, f"Declare {name!r} as C has it", None)


def declare_as_in_c(snapshot: Snapshot, selection: Span) -> Iterator[CodeAction]:
    """Write a declaration that differs from C anew, as C has it."""
    for call, facts in zip(snapshot.calls, snapshot.facts, strict=True):
        for entry in call.declarations:
            prototype = prototype_of(facts, entry)
            if (
                _touches(entry.span, selection)
                and prototype is not None
                and facts.library is not None
                and mismatches_of(facts, entry)
                and is_written_here(call)
                and not is_imported(call, entry.value.span)
                and (edits := _rewritten(call, entry, prototype, facts.library)) is not None
            ):
                yield CodeAction(ActionKind.REWRITE, f"Write the declaration of {entry.name!r} as C has it", edits)


def _addition(call: DlopenCall, missing: Mapping[str, Library], title: str, found: Diagnostic | None) -> CodeAction:
    def make(prototypes: Mapping[str, Prototype]) -> Edits:
        written, problems = [], []
        for name, library in missing.items():
            try:
                written.append(_entry(name, library, call.dialect, prototypes.get(name)))
            except NotExpressibleError as error:
                problems.append(str(error))
        if not written:
            raise ActionError("; ".join(problems))
        return additions(call, written)

    preferred = found is not None and not found.fixes
    wanted = tuple((library, name) for name, library in missing.items())
    return CodeAction(ActionKind.QUICK_FIX, title, (), found, preferred, make, wanted)


def _entry(name: str, library: Library, dialect: str, prototype: Prototype | None) -> str:
    if prototype is None:
        raise NotExpressibleError(f"no header that is known here declares {name}")
    return entry_text(declaration_of(prototype, abi_of(library)), dialect, prototype).removesuffix(",")


def _rewritten(call: DlopenCall, entry: SourceDeclaration, prototype: Prototype, library: Library) -> Edits | None:
    declared, span = entry.declaration, entry.value.span
    if declared is None or not entry.span.start <= span.start <= span.end <= entry.span.end:
        return None
    try:
        right = replace(
            declaration_of(prototype, abi_of(library)),
            name=declared.name,
            symbol=declared.symbol,
            nonblocking=declared.nonblocking,
            optional=declared.optional,
        )
        text = entry_value(right, call.dialect, prototype)
    except NotExpressibleError:
        return None
    return (Edit(span, text),) if call.source[span.start : span.end] != text.encode() else None


def _places(call: DlopenCall) -> dict[str, list[Span]]:
    """Where each symbol is named, other than by its key."""
    found: dict[str, list[Span]] = {}
    for binding in call.bindings:
        found.setdefault(binding.symbol, []).extend((binding.symbol_span, binding.local_span))
    for name, span in call.uses:
        found.setdefault(name, []).append(span)
    return found


def _undeclared(call: DlopenCall, facts: LibraryFacts) -> dict[str, Library]:
    """The functions that a call's symbols are used for without being declared, each with the library it comes from."""
    found = {}
    for name in _places(call):
        if call.declaration_of(name) is None:
            try:
                exported = facts.find(name)
            except (LibraryLoadError, LibraryNotFoundError):
                return {}
            if exported is not None and exported[0].callable:
                found[name] = exported[1]
    return found


def _is_about(found: Diagnostic, name: str, selection: Span) -> bool:
    return found.code == _UNDECLARED and found.symbol == name and _touches(found.span, selection)


def _touched(spans: list[Span], selection: Span) -> bool:
    return any(_touches(span, selection) for span in spans)


def _touches(span: Span, selection: Span) -> bool:
    return span.start <= selection.end and selection.start <= span.end

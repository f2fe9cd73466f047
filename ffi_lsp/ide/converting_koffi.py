"""From koffi's calls, one a function, to a schema, and from a schema to such calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ffi_core.generate import KOFFI, NotExpressibleError, entry_text
from ffi_core.model import CallKind, DlopenCall, Object, Prototype, Span
from ffi_lsp.diagnostic import Edit
from ffi_lsp.ide.action import Edits
from ffi_lsp.ide.call_form import HOLDERS, line_of, statement_around, statement_of, words
from ffi_lsp.ide.modules import import_edits

Known = Mapping[str, Prototype]
"""Prototypes by C name."""

_CALLEES = {"porffor": "Porffor.dlopen", "deno": "Deno.dlopen", "bun": "dlopen", "node": "dlopen"}
_VARIABLES = ("lib", "library", "nativeLibrary")


def loaded_with(calls: Sequence[DlopenCall], call: DlopenCall) -> list[DlopenCall]:
    """The calls that declare functions of the library that this call does, loaded at the same place."""
    return [
        other
        for other in calls
        if other.dialect == call.dialect
        and other.kind is CallKind.LIBRARY
        and other.library is not None
        and call.library is not None
        and other.library.span == call.library.span
    ]


def from_koffi(calls: Sequence[DlopenCall], known: Known, target: str, *, last: bool) -> Edits | None:
    """One call with a schema in the place of ``koffi.load``, and the calls that declare functions taken away.

    Parameters
    ----------
    calls: all calls of one library.
    known: what C says of the symbols, by which text is told from other memory.
    target: the dialect to write.
    last: whether no other library is loaded with koffi.

    Returns
    -------
    None where the functions are taken in another way than by ``const name = library.func(...)``.

    Raises
    ------
    NotExpressibleError, ImportsError: the dialect has no words for it, or the file has no place for its import.
    """
    data, library = calls[0].source, calls[0].library
    load = _load_call(data, library.span) if library is not None else None
    loading = statement_around(data, load) if load is not None else None
    if library is None or loading is None or not loading.variable:
        return None
    if words(data, loading.variable) != len(calls) + 1:
        return None
    names, entries, edits = [], [], []
    for call in calls:
        entry, taken = next(iter(call.declarations), None), statement_of(call)
        if entry is None or taken is None or not taken.variable or entry.declaration is None:
            return None
        if taken.variable != entry.name and not HOLDERS[target]:
            return None
        names.append(entry.name if taken.variable == entry.name else f"{entry.name}: {taken.variable}")
        entries.append(f"  {entry_text(entry.declaration, target, known.get(entry.declaration.symbol))}\n")
        edits.append(Edit(line_of(data, taken.span), ""))
    pattern = f"{{ {', '.join(names)} }}"
    holder = HOLDERS[target]
    path = data[library.span.start : library.span.end].decode("utf-8", "replace")
    text = f"const {f'{{ {holder}: {pattern} }}' if holder else pattern} = {_CALLEES[target]}({path}, {{\n"
    edits.append(Edit(loading.span, f"{text}{''.join(entries)}}});"))
    # One stands in the import, one where this library is loaded.
    others = words(data, KOFFI) - 2
    return (*edits, *import_edits(data, KOFFI, target, last=last and others <= 0))


def to_koffi(call: DlopenCall, known: Known, *, last: bool) -> Edits | None:
    """``koffi.load`` and a call for each function, in the place of a call with a schema.

    Parameters and errors are those of `from_koffi`.
    """
    statement, data = statement_of(call), call.source
    if statement is None or statement.pattern is None or statement.holder != HOLDERS[call.dialect]:
        return None
    schema = call.schema
    if call.library is None or not isinstance(schema, Object) or not schema.complete or not call.declarations:
        return None
    variable = next((name for name in _VARIABLES if not words(data, name)), None)
    if variable is None:
        raise NotExpressibleError("the names for the library are taken")
    locals_ = {binding.symbol: binding.local for binding in call.bindings}
    lines = [f"const {variable} = koffi.load({_text(data, call.library.span)});"]
    for entry in call.declarations:
        if entry.declaration is None:
            return None
        written = entry_text(entry.declaration, KOFFI, known.get(entry.declaration.symbol))
        _, _, rest = written.partition(" = lib.")
        lines.append(f"const {locals_.get(entry.name, entry.name)} = {variable}.{rest}")
    edit = Edit(statement.span, "\n".join(lines))
    return (edit, *import_edits(data, call.dialect, KOFFI, last=last))


def _load_call(data: bytes, library: Span) -> Span | None:
    """The call ``koffi.load(library)`` around its argument."""
    start = data.rfind(b"koffi.load", 0, library.start)
    if start < 0 or data[start + len(b"koffi.load") : library.start].strip() != b"(":
        return None
    end = data.find(b")", library.end)
    return Span(start, end + 1) if end >= 0 and not data[library.end : end].strip(b" \t\r\n,") else None


def _text(data: bytes, span: Span) -> str:
    return data[span.start : span.end].decode("utf-8", "replace")

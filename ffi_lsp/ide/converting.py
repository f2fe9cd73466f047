"""Actions that rewrite a call in another dialect: callee, imports, the way symbols are taken, fields and types.

What the other dialect cannot say is not offered. How values look there (a BigInt for a number, an object for an
address) is a matter of the calls, which stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ffi_core.dialects import DIALECTS
from ffi_core.generate import KOFFI, NotExpressibleError, entry_value, type_text
from ffi_core.model import CallKind, DlopenCall, Object, Property, SourceDeclaration, Span
from ffi_core.source.scripts import MARKUP
from ffi_core.types import NATIVE_TYPES
from ffi_lsp.diagnostic import Edit
from ffi_lsp.ide.action import ActionKind, CodeAction, Edits
from ffi_lsp.ide.call_form import HOLDERS, Statement, statement_of
from ffi_lsp.ide.converting_koffi import Known, from_koffi, loaded_with, to_koffi
from ffi_lsp.ide.cursor import inside_quotes, types_of
from ffi_lsp.ide.modules import MODULES, ImportsError, import_edits
from ffi_lsp.ide.schema_text import is_written_here
from ffi_lsp.workspace import Snapshot

_CALLEES = {"porffor": "Porffor.dlopen", "deno": "Deno.dlopen"}
_COMMENT = re.compile(rb"//|/\*")


def convert(snapshot: Snapshot, selection: Span, *, anywhere: bool) -> Iterator[CodeAction]:
    """The call whose head the selection touches, in each other dialect that can say the same.

    Parameters
    ----------
    snapshot: the text.
    selection: in byte offsets.
    anywhere: whether the whole call counts as its head: somebody has asked for rewrites.
    """
    for call, facts in zip(snapshot.calls, snapshot.facts, strict=True):
        heads = [
            call.span if anywhere else call.callee_span,
            *([call.library.span] if call.library is not None else []),
        ]
        if not any(head.start <= selection.end and selection.start <= head.end for head in heads):
            continue
        for target in DIALECTS.values():
            edits = converted(snapshot, call, facts.prototypes, target.name)
            if edits is not None:
                yield CodeAction(ActionKind.REWRITE, f"Convert to {target.title}", edits)
        return


def converted(snapshot: Snapshot, call: DlopenCall, known: Known, target: str) -> Edits | None:
    """The edits that write a call in another dialect; None where it is in that one, or cannot be said there.

    Parameters
    ----------
    snapshot: the text.
    call: one of its calls.
    known: what C says of the call's symbols.
    target: the dialect to write.
    """
    # Inside of markup nobody knows here where an import would go.
    if call.kind is not CallKind.LIBRARY or target == call.dialect or snapshot.path.suffix.lower() in MARKUP:
        return None
    others = [other for other in snapshot.calls if other is not call and other.dialect == call.dialect]
    try:
        if call.dialect == KOFFI:
            calls = loaded_with(snapshot.calls, call)
            return from_koffi(calls, known, target, last=all(other in calls for other in others))
        if target == KOFFI:
            return to_koffi(call, known, last=not others)
        return _between_schemas(call, target, last=not others)
    except (NotExpressibleError, ImportsError):
        return None


def _between_schemas(call: DlopenCall, target: str, *, last: bool) -> Edits | None:
    schema, statement = call.schema, statement_of(call)
    inside = schema is not None and call.span.start <= schema.span.start and schema.span.end <= call.span.end
    if statement is None or not inside or not is_written_here(call) or not _is_plain_dlopen(call):
        return None
    taking = _taking(call, statement, target)
    if taking is None or not isinstance(schema, Object) or not schema.complete:
        return None
    edits = [*taking, *import_edits(call.source, call.dialect, target, last=last)]
    if target in _CALLEES:
        edits.append(Edit(call.callee_span, _CALLEES[target]))
    elif call.dialect not in MODULES:
        edits.append(Edit(call.callee_span, "dlopen"))
    for entry in call.declarations:
        changed = _entry(call, entry, target)
        if changed is None:
            return None
        edits += changed
    return tuple(dict.fromkeys(edits))


def _is_plain_dlopen(call: DlopenCall) -> bool:
    callee = call.source[call.callee_span.start : call.callee_span.end]
    return call.callee_span.start == call.span.start and callee.endswith(b"dlopen")


def _taking(call: DlopenCall, statement: Statement, target: str) -> list[Edit] | None:
    """The edits of the way in which the symbols are taken from the result."""
    old, new = HOLDERS[call.dialect], HOLDERS[target]
    if statement.pattern is not None:
        if statement.holder != old:
            return None
        pattern = call.source[statement.pattern.start : statement.pattern.end].decode("utf-8", "replace").rstrip()
        inner = pattern.removeprefix("{").lstrip()[len(old) :].lstrip().removeprefix(":") if old else pattern
        inner = inner.strip().removesuffix("}").rstrip() if old else inner
        if not new and any(binding.local != binding.symbol for binding in call.bindings):
            return None
        whole = Span(statement.pattern.start, statement.pattern.start + len(pattern.encode()))
        return [] if old == new else [Edit(whole, f"{{ {new}: {inner} }}" if new else inner)]
    # A variable holds the result; its other members differ from dialect to dialect.
    members = re.compile(rb"(?<![\w$.])" + re.escape(statement.variable.encode()) + rb"(?![\w$])(\s*\.\s*([\w$]+))?")
    found = [match for match in members.finditer(call.source) if match.start() >= statement.span.end]
    if not new or any(match[2] != old.encode() for match in found):
        return None
    return [Edit(Span(match.start(2), match.end(2)), new) for match in found if old != new]


def _entry(call: DlopenCall, entry: SourceDeclaration, target: str) -> list[Edit] | None:
    """The edits of one entry; None where it says more than the other dialect hears, or less than is known."""
    source, dialect = DIALECTS[call.dialect], DIALECTS[target]
    declared, value = entry.declaration, entry.value
    if declared is None or not isinstance(value, Object) or not entry.span.start <= value.span.start < entry.span.end:
        return None
    renamed = {source.parameters: dialect.parameters, source.result: dialect.result}
    fields = {renamed.get(field.key, field.key) for field in value}
    if fields & {*source.ignored} or not fields <= {*dialect.fields} - {*dialect.ignored}:
        return None
    text = entry_value(declared, target)
    has_result = dialect.result in fields
    # Porffor reads a result from every function that has the field; others want it always, or do not mind.
    drops_result = has_result and target == "porffor" and str(getattr(declared.signature, "result", "")) == "void"
    if drops_result or not {*dialect.required} <= fields:
        return None if _COMMENT.search(call.source, value.span.start, value.span.end) else [Edit(value.span, text)]
    words = _words(call, entry, target)
    return None if words is None else [*(_key(field, renamed) for field in value if field.key in renamed), *words]


def _key(field: Property, renamed: dict[str, str]) -> Edit:
    return Edit(field.key_span, renamed[field.key])


def _words(call: DlopenCall, entry: SourceDeclaration, target: str) -> list[Edit] | None:
    """The edits of an entry's types; None where one is written in a way that is not understood here."""
    meanings, others = DIALECTS[call.dialect].types, DIALECTS[target].types
    edits, count = [], 0
    for word in types_of(call, entry):
        native = meanings.get(word.value)
        if native is None or not entry.span.start <= word.span.start < entry.span.end:
            return None
        count += 1
        inside = inside_quotes(call.source, word.span)
        if others.get(word.value) != native or inside == word.span:
            text = type_text(NATIVE_TYPES[native], target)
            edits.append(Edit(inside, text.strip('"')) if inside != word.span else Edit(word.span, text))
    signature = entry.declaration.signature if entry.declaration is not None else None
    written = len(signature.parameters) if signature is not None else 0
    return edits if count >= written else None

"""Rename: a symbol's key, its destructured name and its uses together, and the C name kept where the dialect can."""

from __future__ import annotations

import re

from ffi_core.dialects import DIALECTS
from ffi_core.model import DlopenCall, Object, Span
from ffi_lsp.diagnostic import Edit
from ffi_lsp.ide.cursor import Role, SymbolPlace, at, is_imported, mentions_of
from ffi_lsp.workspace import Snapshot

_IDENTIFIER = re.compile(r"[^\W\d][\w$]*|[$][\w$]*")
_RESERVED = re.compile(
    r"break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|export|extends|false|"
    r"finally|for|function|if|import|in|instanceof|new|null|return|super|switch|this|throw|true|try|typeof|"
    r"var|void|while|with|let|static|yield|await|implements|interface|package|private|protected|public"
)
_EXPORT = re.compile(rb"\bexport\s*\{[^{}]*\Z")


class RenameError(ValueError):
    """The new name cannot be used; the message says why."""


def prepare_rename(snapshot: Snapshot, offset: int) -> tuple[Span, str] | None:
    """The name at this byte offset, without its quotes, and where it stands; None where we rename nothing.

    A local alias, as `g` in ``{ f: g }``, is a variable like any other, and renaming it is not our business.
    """
    place = _renamable(snapshot, offset)
    if place is None:
        return None
    quote = snapshot.text.slice(place.span)[:1] in ("'", '"')
    return Span(place.span.start + quote, place.span.end - quote), place.name


def rename(snapshot: Snapshot, offset: int, new: str) -> list[Edit] | None:
    """The edits that rename a symbol.

    Parameters
    ----------
    snapshot: the text.
    offset: byte offset of the cursor.
    new: the name that is wanted.

    Returns
    -------
    Edits that do not overlap; None where we rename nothing.

    Raises
    ------
    RenameError: `new` is no identifier, or is taken by another symbol of the same schema.
    """
    place = _renamable(snapshot, offset)
    if place is None:
        return None
    if not _IDENTIFIER.fullmatch(new) or _RESERVED.fullmatch(new):
        raise RenameError(f"{new!r} is no name for a variable in JavaScript")
    if new != place.name and place.call.declaration_of(new) is not None:
        raise RenameError(f"{new!r} is declared in this schema already")
    edits = [
        Edit(span, _written(snapshot, place, call, span, role, new))
        for call, role, span in mentions_of(snapshot, place)
        if role in (Role.KEY, Role.BINDING) or (role is Role.USE and not _is_aliased(call, place.name))
    ]
    return edits + _keep_c_name(place, new)


def _renamable(snapshot: Snapshot, offset: int) -> SymbolPlace | None:
    place = at(snapshot, offset)
    if not isinstance(place, SymbolPlace) or place.declaration is None or place.role is Role.LOCAL:
        return None
    if is_imported(place.call, place.declaration.name_span):
        return None
    return None if place.role is Role.USE and _is_aliased(place.call, place.name) else place


def _is_aliased(call: DlopenCall, name: str) -> bool:
    return any(binding.symbol == name and binding.local_span != binding.symbol_span for binding in call.bindings)


def _written(snapshot: Snapshot, place: SymbolPlace, call: DlopenCall, span: Span, role: Role, new: str) -> str:
    data = snapshot.text.data
    quote = data[span.start : span.start + 1]
    if quote in (b'"', b"'"):
        return f"{quote.decode()}{new}{quote.decode()}"
    if role is Role.USE and span in call.labels:
        # Others read this name as well: it stays, and the variable behind it changes.
        return f"{new} as {place.name}" if _EXPORT.search(data, 0, span.start) else f"{place.name}: {new}"
    return new


def _keep_c_name(place: SymbolPlace, new: str) -> list[Edit]:
    dialect, entry = DIALECTS[place.call.dialect], place.declaration
    if entry is None or "name" not in dialect.fields or "name" in dialect.ignored or new == place.name:
        return []
    if not isinstance(entry.value, Object) or entry.value.get("name") is not None:
        return []
    start = entry.value.span.start + 1
    return [Edit(Span(start, start), f' name: "{place.name}",')]

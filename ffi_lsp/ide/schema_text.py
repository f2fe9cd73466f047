"""A schema's text in pieces, one an entry with its comments: to add entries, take some away, put them in order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ffi_core.model import CallKind, DlopenCall, Object, SourceDeclaration, Span
from ffi_lsp.diagnostic import Edit
from ffi_lsp.ide.context import TOKEN
from ffi_lsp.ide.cursor import is_imported

_REST_OF_LINE = re.compile(rb"(?:[ \t]*(?://[^\r\n]*|/\*[^\r\n]*?\*/))*")
_INDENT = re.compile(rb"[ \t]*")
_STEP = "  "


@dataclass(frozen=True, slots=True)
class Piece:
    """One entry with what belongs to it.

    Parameters
    ----------
    entry: the entry.
    start: behind the piece before it; comments above the entry follow.
    comma: where its comma stands, or would stand.
    has_comma: whether it has one.
    end: behind its comma and the comments on the rest of that line.
    """

    entry: SourceDeclaration
    start: int
    comma: int
    has_comma: bool
    end: int


def is_written_here(call: DlopenCall) -> bool:
    """Whether a call's schema is an object in this file whose entries can be changed one by one."""
    schema = call.schema
    return (
        call.kind is CallKind.LIBRARY
        and isinstance(schema, Object)
        and call.source[schema.span.start : schema.span.start + 1] == b"{"
        and call.source[schema.span.end - 1 : schema.span.end] == b"}"
        and not is_imported(call, schema.span)
        and not any(entry.value.span == schema.span for entry in call.declarations)
    )


def pieces(call: DlopenCall) -> list[Piece] | None:
    """A schema's entries in order, each with its comments; None where some of it is not written out in it.

    `is_written_here` holds for the call.
    """
    schema, data = call.schema, call.source
    if not isinstance(schema, Object) or not schema.complete:
        return None
    found: list[Piece] = []
    at, body_end = schema.span.start + 1, schema.span.end - 1
    for entry in call.declarations:
        if not at <= entry.span.start < entry.span.end <= body_end:
            return None
        comma, has_comma = _comma(data, entry.span.end, body_end)
        rest = _REST_OF_LINE.match(data, comma + has_comma, body_end)
        end = rest.end() if rest else comma + has_comma
        found.append(Piece(entry, at, comma, has_comma, end))
        at = end
    return found


def rebuilt(call: DlopenCall, before: Sequence[Piece], after: Sequence[Piece]) -> Edit | None:
    """The edit that puts some of a schema's pieces, in any order, in the place of all of them.

    Returns
    -------
    None where a comment at the end of a line would swallow what came to stand behind it.
    """
    if not before:
        return None
    data = call.source
    comments = [b"//" in data[piece.comma : piece.end] for piece in after]
    starts_line = [data[piece.start : piece.start + 2].startswith((b"\n", b"\r")) for piece in after]
    if any(comment and not fresh for comment, fresh in zip(comments, starts_line[1:], strict=False)):
        return None
    trailing = before[-1].has_comma
    words = []
    for number, piece in enumerate(after):
        comma = b"," if trailing or number + 1 < len(after) else b""
        words.append(data[piece.start : piece.comma] + comma + data[piece.comma + piece.has_comma : piece.end])
    return Edit(Span(before[0].start, before[-1].end), b"".join(words).decode("utf-8", "replace"))


def additions(call: DlopenCall, entries: Iterable[str]) -> tuple[Edit, ...]:
    """The edits that write entries behind a schema's last one, or into an empty schema.

    `is_written_here` holds for the call.

    Parameters
    ----------
    entries: each without a comma behind it.
    """
    schema, data, texts = call.schema, call.source, list(entries)
    assert isinstance(schema, Object)
    inside = [entry for entry in call.declarations if schema.span.start < entry.span.start < schema.span.end]
    line_end = "\r\n" if b"\r\n" in data else "\n"
    if not inside:
        if b"\n" not in data[schema.span.start : schema.span.end]:
            return (Edit(Span(schema.span.start + 1, schema.span.end - 1), f" {', '.join(texts)} "),)
        indent = _indent(data, schema.span.start) + _STEP
        written = "".join(f"{line_end}{indent}{text}," for text in texts)
        return (Edit(Span(schema.span.start + 1, schema.span.start + 1), written),)
    last = inside[-1]
    comma, has_comma = _comma(data, last.span.end, schema.span.end - 1)
    if data[_line_start(data, last.span.start) : last.span.start].strip():
        written = "".join(f", {text}" for text in texts)
        return (Edit(Span(last.span.end, last.span.end), written),)
    written = "".join(f"{line_end}{_indent(data, last.span.start)}{text}," for text in texts)
    rest = _REST_OF_LINE.match(data, comma + has_comma, schema.span.end - 1)
    end = rest.end() if rest else comma + has_comma
    if has_comma:
        return (Edit(Span(end, end), written),)
    if end == comma:
        return (Edit(Span(end, end), f",{written}"),)
    return (Edit(Span(comma, comma), ","), Edit(Span(end, end), written))


def _comma(data: bytes, start: int, end: int) -> tuple[int, bool]:
    """Where the comma behind an entry stands, and whether there is one."""
    for token in TOKEN.finditer(data, start, end):
        if token.lastgroup == "comma":
            return token.start(), True
        if token.lastgroup != "comment":
            break
    return start, False


def _line_start(data: bytes, offset: int) -> int:
    return max(data.rfind(b"\n", 0, offset), data.rfind(b"\r", 0, offset)) + 1


def _indent(data: bytes, offset: int) -> str:
    found = _INDENT.match(data, _line_start(data, offset))
    return found[0].decode() if found else ""

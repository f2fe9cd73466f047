"""Words of `ffi_lsp.ide` as Markdown, or as plain text for clients that show no other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from lsprotocol import types

from ffi_lsp.ide.hover import HeaderPlace
from ffi_lsp.ide.wording import code as inline_code

Part = Callable[[bool], str]
"""Gives a part of a text, as Markdown or not."""

_MARKS = re.compile(r"([\\`*_{}\[\]<>#+|~&!-])")


def join(parts: Iterable[Part | None], *, markdown: bool) -> types.MarkupContent:
    """The parts one below the other, those that are None or empty left out."""
    written = [text for part in parts if part is not None and (text := part(markdown))]
    if markdown:
        return types.MarkupContent(types.MarkupKind.Markdown, "\n\n".join(written))
    return types.MarkupContent(types.MarkupKind.PlainText, "\n".join(written))


def code(text: str, language: str) -> Part | None:
    """A block of code; None where there is none."""
    if not text:
        return None
    fence = "```"
    while fence in text:
        fence += "`"
    return lambda markdown: f"{fence}{language}\n{text}\n{fence}" if markdown else text


def sentences(lines: Iterable[str]) -> Part | None:
    """Sentences in which code stands in backticks; None where there are none."""
    kept = tuple(lines)
    if not kept:
        return None
    return lambda markdown: "\n\n".join(kept) if markdown else "\n".join(line.replace("`", "") for line in kept)


def comment(text: str) -> Part | None:
    """A header's comment: words of others, in which nothing is a mark of Markdown; None where there is none."""
    if not text:
        return None
    return lambda markdown: _plain(text).replace("\n", "  \n") if markdown else text


def c_side(prototype: str, place: HeaderPlace | None) -> Part | None:
    """A prototype as C, and where it stands; None where it is empty."""
    block = code(prototype, "c")
    if block is None or place is None:
        return block

    def write(markdown: bool) -> str:
        if not markdown:
            return f"{block(markdown)}\n{place}"
        if place.file is None:
            return f"{block(markdown)}\n\n{inline_code(str(place))}"
        # Editors take `#L12` for a line of a file.
        return f"{block(markdown)}\n\n[{_plain(str(place))}](<{place.file.as_uri()}#L{place.line}>)"

    return write


def _plain(text: str) -> str:
    return _MARKS.sub(r"\\\1", text)

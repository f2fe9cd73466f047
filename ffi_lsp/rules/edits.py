"""Edits that several rules make: another word in the same quotes, another key, another name for a symbol everywhere."""

from __future__ import annotations

import re

from ffi_core.model import DlopenCall, Property, SourceDeclaration, Span
from ffi_lsp.diagnostic import Edit, Fix

_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_COMMENT_OR_STRING = re.compile(rb"""//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'""", re.DOTALL)
_QUOTES = b"'\"`"
_UNSAFE_IN_QUOTES = "'\"`\\$\n"


def text_edit(call: DlopenCall, span: Span, text: str) -> Edit:
    """Write another string in the place of one, in the same quotes; the name of a const gives way to a literal, and
    a word inside a C prototype to a word.

    `text` holds no quotation mark and no backslash.
    """
    if _is_quoted(call, span):
        return Edit(Span(span.start + 1, span.end - 1), text)
    return Edit(span, text if _is_in_a_prototype(call, span) else f'"{text}"')


def key_edit(call: DlopenCall, span: Span, key: str) -> Edit:
    """Write another key in the place of one, in quotes where the old one had some; `key` is an identifier."""
    return Edit(Span(span.start + 1, span.end - 1), key) if _is_quoted(call, span) else Edit(span, key)


def field_removal(call: DlopenCall, field: Property | SourceDeclaration) -> Edit:
    """Take a field or a whole entry away, with the comma before it, or behind it where it is the first."""
    before = call.source[: field.span.start].rstrip()
    if before.endswith(b","):
        return Edit(Span(len(before) - 1, field.span.end), "")
    behind = call.source[field.span.end :]
    comma = len(behind) - len(behind.lstrip()) + 1 if behind.lstrip().startswith(b",") else 0
    return Edit(Span(field.span.start, field.span.end + comma), "")


def rename_symbol(call: DlopenCall, entry: SourceDeclaration, name: str) -> Fix | None:
    """Give a schema entry another name: its key, its binding and every use.

    Returns
    -------
    The fix; not a safe one where a variable is renamed to a word that stands in the file already. None where the new
    name cannot stand as a variable or is a key already, or where the variable's name is read by others too.
    """
    if not _IDENTIFIER.fullmatch(name) or call.declaration_of(name) is not None or entry.span == entry.name_span:
        return None
    places = {entry.name_span, *(span for name_, span in call.uses if name_ == entry.name == _word(call, span))}
    renames_variable = False
    for binding in call.bindings:
        if binding.symbol == entry.name:
            places.add(binding.symbol_span)
        if binding.symbol == entry.name == binding.local:
            places.add(binding.local_span)
            renames_variable = True
    if any(span in places for span in call.labels):
        return None
    edits = tuple(key_edit(call, span, name) for span in sorted(places))
    return Fix(f"Rename to {name!r}", edits, safe=not renames_variable or not stands_in_code(call, name))


def is_identifier(word: str) -> bool:
    """Whether a word can be a variable's name, as far as its letters go."""
    return _IDENTIFIER.fullmatch(word) is not None


def string_literal(text: str) -> str | None:
    """The text in double quotes; None where it holds what would have to be escaped."""
    return None if any(letter in _UNSAFE_IN_QUOTES for letter in text) or not text.isprintable() else f'"{text}"'


def stands_in_code(call: DlopenCall, word: str, outside: tuple[Span, ...] = ()) -> bool:
    """Whether a word stands anywhere in the file, comments and strings aside.

    Parameters
    ----------
    outside: parts of the file that are not looked at.
    """
    source = bytearray(call.source)
    for span in outside:
        source[span.start : span.end] = b" " * (span.end - span.start)
    code = _COMMENT_OR_STRING.sub(b" ", source)
    return re.search(rb"(?<![\w$])" + re.escape(word.encode()) + rb"(?![\w$])", code) is not None


def _word(call: DlopenCall, span: Span) -> str:
    inner = Span(span.start + 1, span.end - 1) if _is_quoted(call, span) else span
    return call.source[inner.start : inner.end].decode("utf-8", "replace")


def _is_in_a_prototype(call: DlopenCall, span: Span) -> bool:
    """Whether a word is part of a declaration that is one string, as koffi's prototypes are."""
    strings = [entry.value.span for entry in call.declarations if _is_quoted(call, entry.value.span)]
    return any(string.start < span.start and span.end < string.end for string in strings)


def _is_quoted(call: DlopenCall, span: Span) -> bool:
    return call.source[span.start] in _QUOTES and span.end - span.start >= 2


def library_fixes(call: DlopenCall, near: tuple[str, ...]) -> tuple[Fix, ...]:
    """Put another library's name in place of one that cannot be opened.

    Parameters
    ----------
    near: the names that could be meant, best first. Where all are one library under several names, the first is safe.
    """
    if call.library is None or not near or any(letter in _UNSAFE_IN_QUOTES for letter in "".join(near)):
        return ()
    one_library = len({other.partition(".so")[0] for other in near}) == 1
    return tuple(
        Fix(
            f"Replace by {other!r}", (text_edit(call, call.library.span, other),), safe=one_library and other == near[0]
        )
        for other in near
    )

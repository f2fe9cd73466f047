"""From a text to C: a prototype's header, a struct's, and where no header is installed, one that is made.

That one is made of what is known, and kept in the folder of state, to be read and not written.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from lsprotocol import types

from ffi_core.model import DlopenCall, Span, Text
from ffi_lsp.ide import navigation
from ffi_lsp.ide.c_header import CHeader, c_header
from ffi_lsp.rules import LibraryFacts
from ffi_lsp.server.question import Question
from ffi_lsp.server.state import short_name, state_folder, write_text
from ffi_lsp.struct_search import find_struct

Found = types.Location | list[types.LocationLink] | None
"""A place in a file, in the form that the client understands."""
_READ_ONLY = 0o400


def declaration(question: Question) -> Found:
    """Where C declares the symbol that is asked about; None for any other text."""
    found = navigation.declaration(question.snapshot, question.offset)
    if found is None:
        return None
    if found.place is not None and found.place.file is not None and found.place.file.is_file():
        return _place(question, found.span, found.place.file, found.place.line)
    call, facts = question.snapshot.calls[found.call], question.snapshot.facts[found.call]
    file, header = generated(call, facts)
    if file is None or found.symbol not in header.lines:
        return None
    return _place(question, found.span, file, header.lines[found.symbol])


async def type_definition(question: Question) -> Found:
    """Where a header defines the struct that the type which is asked about stands for, or leads to."""
    asked = navigation.type_definition(question.snapshot, question.offset)
    if asked is None:
        return None
    # Headers that include hundreds of others take longer to look through than another request may wait.
    found = await asyncio.to_thread(find_struct, asked.header, asked.tag, asked.typedef, question.surroundings)
    return None if found is None else _place(question, asked.span, *found)


def generated(call: DlopenCall, facts: LibraryFacts) -> tuple[Path | None, CHeader]:
    """A header made of what is known, and its file; no file where it cannot be written."""
    header = c_header(call, facts)
    name = Path(call.library.value).name.partition(".")[0] if isinstance(call.library, Text) else ""
    plain = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in name[:60]) or "library"
    file = state_folder() / "headers" / short_name(header.text) / f"{plain}.h"
    if not file.is_file():
        if not write_text(file, header.text):
            return None, header
        file.chmod(_READ_ONLY)
    return file, header


def _place(question: Question, asked: Span, file: Path, line: int) -> Found:
    start = types.Position(max(line - 1, 0), 0)
    there = types.Range(start, start)
    if not question.client.location_links:
        return types.Location(file.as_uri(), there)
    return [types.LocationLink(file.as_uri(), there, there, question.positions.range(asked))]

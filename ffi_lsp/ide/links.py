"""Links: from a library's name to its file, and from a header's name in a comment to that header."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ffi_core.model import Span, Text
from ffi_lsp.ide.cursor import is_imported
from ffi_lsp.ide.header_comments import header_names
from ffi_lsp.workspace import Snapshot


@dataclass(frozen=True, slots=True)
class Link:
    """A name that leads to a file.

    Parameters
    ----------
    span: the name, a string with its quotes.
    file: the file, where it is known; None where it has to be looked for first.
    header: the header's name, for a link to one; None for a library's.
    """

    span: Span
    file: Path | None
    header: str | None = None


def links(snapshot: Snapshot) -> list[Link]:
    """The names of libraries that lead to a file, and of the headers that comments name; in the order of the text."""
    libraries = {
        call.library.span: facts.file
        for call, facts in zip(snapshot.calls, snapshot.facts, strict=True)
        if isinstance(call.library, Text) and facts.file is not None and not is_imported(call, call.library.span)
    }
    data = snapshot.text.data
    found = [
        Link(span, file)
        for span, file in libraries.items()
        # The name of a const is plain JavaScript, and leads to the const.
        if data[span.start : span.start + 1] in (b'"', b"'", b"`")
    ]
    if snapshot.calls:
        known = {each.header for facts in snapshot.facts for each in facts.prototypes.values()}
        found += [Link(span, _file_of(name, known), name) for span, name in header_names(data)]
    return sorted(found, key=lambda link: link.span)


def _file_of(name: str, headers: Iterable[str]) -> Path | None:
    """The one header, of those that were read, that goes by a name."""
    files = [header for header in headers if header.endswith(f"/{name}")]
    return Path(files[0]) if len(files) == 1 else None

"""The open texts: what the client has on its screen, as bytes, kept true by its edits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from lsprotocol import types
from pygls.uris import to_fs_path

from ffi_lsp.server.positions import Positions
from ffi_lsp.text import Encoding, SourceText

if TYPE_CHECKING:
    from ffi_lsp.ide.measured import Measurement
    from ffi_lsp.workspace import Snapshot, Workspace

_SUFFIXES = {
    "javascript": ".js",
    "javascriptreact": ".jsx",
    "typescript": ".ts",
    "typescriptreact": ".tsx",
    "html": ".html",
    "vue": ".vue",
    "svelte": ".svelte",
    "astro": ".astro",
}


@dataclass(slots=True)
class Document:
    """One open text.

    Parameters
    ----------
    uri: as the client spells it.
    path: the file that it is, or would be; its folder is where relative library names start, its suffix the language.
    version: the client's number for the text as it is now.
    text: the text as it is now.
    measured: the last run of each of its functions, by key in the schema.
    tokens: the semantic tokens that the client was given last, or None.
    """

    uri: str
    path: Path
    version: int
    text: SourceText
    measured: dict[str, Measurement] = field(default_factory=dict)
    tokens: Sequence[int] | None = field(default=None, repr=False)
    _snapshot: Snapshot | None = field(default=None, repr=False)

    def edit(self, changes: Iterable[types.TextDocumentContentChangeEvent], encoding: Encoding) -> None:
        """Apply the client's changes, each to the text that the one before it left."""
        for change in changes:
            data = encode(change.text)
            if isinstance(change, types.TextDocumentContentChangePartial):
                self.text = self.text.edited(Positions(self.text, encoding).span(change.range), data)
            else:
                self.text = SourceText(data, is_from_editor=True)
        self.forget()

    def forget(self) -> None:
        """Drop what was concluded from the text and the libraries; the next question reads them again."""
        self._snapshot = None

    @property
    def judged(self) -> Snapshot | None:
        """What was concluded from the text as it is now, where that has been done."""
        return self._snapshot

    def snapshot(self, workspace: Workspace) -> Snapshot:
        """The text with all that is known of it, made once for each version."""
        if self._snapshot is None:
            self._snapshot = workspace.snapshot(self.path, self.text.data, self.version)
        return self._snapshot


class Documents:
    """The open documents by their URI."""

    def __init__(self) -> None:
        self.root: Path = Path.cwd()
        """The folder that texts without a file count as part of."""
        self.closed = 0
        """How many texts were closed so far."""
        self._open: dict[str, Document] = {}

    def __iter__(self) -> Iterator[Document]:
        return iter(tuple(self._open.values()))

    def unsaved(self, path: Path) -> bytes | None:
        """The text of an open file as it is on the screen; None for files that are not open."""
        return next((document.text.data for document in self._open.values() if document.path == path), None)

    def get(self, uri: str) -> Document | None:
        """The open document of that URI, however its characters are escaped."""
        return self._open.get(unquote(uri))

    def open(self, item: types.TextDocumentItem) -> Document:
        """Take a text over from the client; one that was open already is replaced."""
        path = self._path(item.uri, item.language_id)
        document = Document(item.uri, path, item.version, SourceText(encode(item.text), is_from_editor=True))
        self._open[unquote(item.uri)] = document
        return document

    def close(self, uri: str) -> Document | None:
        """Give a text back to the disk; None where it was not open."""
        document = self._open.pop(unquote(uri), None)
        self.closed += document is not None
        return document

    def _path(self, uri: str, language: str) -> Path:
        from ffi_core.source import SUFFIXES

        name = to_fs_path(uri)
        path = Path(name) if name else self.root / (PurePosixPath(unquote(urlsplit(uri).path)).name or "untitled")
        return path.with_name(path.name + _SUFFIXES.get(language, "")) if path.suffix.lower() not in SUFFIXES else path


def encode(text: str) -> bytes:
    """The text in UTF-8; half of a surrogate pair, which that cannot hold, becomes U+FFFD, as wide in each encoding."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()

"""A request about an open text, with all that its answer may depend on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ffi_core.library import Library
from ffi_core.model import Prototype
from ffi_lsp.ide.measured import Measurement
from ffi_lsp.lookup import SymbolLookup
from ffi_lsp.prototypes import BackgroundPrototypes
from ffi_lsp.server.client import Client
from ffi_lsp.server.documents import Document
from ffi_lsp.server.positions import Positions
from ffi_lsp.server.words import Source
from ffi_lsp.surroundings import Surroundings
from ffi_lsp.workspace import Snapshot, Workspace


@dataclass(frozen=True, slots=True)
class Question:
    """A request about an open text, with all that an answer may depend on.

    Parameters
    ----------
    params: what the client sent.
    document: the text that it is about.
    snapshot: what is known of that text.
    positions: its positions, in the agreed encoding.
    client: what the client understands.
    workspace: reads other texts as if they stood in this place.
    measured: the last run of each function of the text, by its key in the schema.
    lookup: what C says of symbols that no declaration names yet.
    declared: what C says of those that declarations name; None before the client has said how it is to be found.
    """

    params: Any
    document: Document
    snapshot: Snapshot
    positions: Positions
    client: Client
    workspace: Workspace
    measured: Mapping[str, Measurement]
    lookup: SymbolLookup
    declared: BackgroundPrototypes | None = None

    @property
    def offset(self) -> int:
        """The byte offset of the position that is asked about."""
        return self.positions.offset(self.params.position)

    @property
    def source(self) -> Source:
        """The text and its version, by which a client can ask for the rest of an answer."""
        return {"uri": self.document.uri, "version": self.document.version}

    def reread(self, data: bytes) -> Snapshot:
        """The snapshot of another text as if it stood in this place."""
        return self.workspace.snapshot(self.document.path, data)

    @property
    def surroundings(self) -> Surroundings:
        """The libraries and headers that the text may name."""
        settings = self.snapshot.settings
        return Surroundings(self.document.path.parent, settings.libraries.paths, settings.headers.include)

    def is_undeclared(self, library: Library, name: str) -> bool:
        """Whether headers were looked through for a symbol that the text declares, and none declares it."""
        return self.declared is not None and self.declared.is_undeclared(library, name, self.snapshot.mentioned)

    def known(self, library: Library, names: Collection[str]) -> tuple[Mapping[str, Prototype], bool]:
        """The prototypes of a library's symbols that are known now, and whether more are being looked for."""
        if not self.snapshot.settings.headers.enabled:
            return {}, False
        return self.lookup.known(library, names, self.snapshot.mentioned)

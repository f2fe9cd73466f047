"""A request about an open text, with all that its answer may depend on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ffi_lsp.ide.measured import Measurement
from ffi_lsp.server.client import Client
from ffi_lsp.server.documents import Document
from ffi_lsp.server.positions import Positions
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
    """

    params: Any
    document: Document
    snapshot: Snapshot
    positions: Positions
    client: Client
    workspace: Workspace
    measured: Mapping[str, Measurement]

    @property
    def offset(self) -> int:
        """The byte offset of the position that is asked about."""
        return self.positions.offset(self.params.position)

    def reread(self, data: bytes) -> Snapshot:
        """The snapshot of another text as if it stood in this place."""
        return self.workspace.snapshot(self.document.path, data)

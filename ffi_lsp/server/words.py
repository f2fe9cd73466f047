"""The words that client and server agree upon when they meet. Nothing heavy is loaded for them; a test compares."""

from __future__ import annotations

from typing import TypedDict

from lsprotocol import types

SOURCE = "ffi"
"""How editors name us beside a diagnostic."""
QUICK_RUN = "ffi.quickRun"
"""The command that calls a declared function in a child process and times it."""
CANCEL_RUN = "ffi.cancelRun"
"""The command that ends runs."""
SHOW_REPORT = "ffi.showReport"
"""The command that opens the report of a run."""
RUN_FILE = "ffi.runFile"
"""The command that runs a whole file on a JavaScript runtime."""
COMPARE_RUNTIMES = "ffi.compareRuntimes"
"""The command that runs a whole file on several runtimes, in turns."""
LIST_RUNTIMES = "ffi.listRuntimes"
"""The command that tells which runtimes are here."""
RESET_CONSENT = "ffi.resetConsent"
"""The command that forgets what a person allowed to run."""
REINDEX = "ffi.reindex"
"""The command that reads everything anew: settings, libraries, headers, the files of the workspace."""
OPEN_HEADER = "ffi.openHeader"
"""The command that opens the C header of a declared symbol, or all that a call declares as one."""
ACTION_KINDS = ("quickfix", "refactor.rewrite", "source.fixAll.ffi", "source.openHeader.ffi")
"""Each `ffi_lsp.ide.code_action.ActionKind`."""
LEGEND = types.SemanticTokensLegend(
    token_types=["function", "variable", "type"],
    token_modifiers=[types.SemanticTokenModifiers.Declaration, types.SemanticTokenModifiers.DefaultLibrary],
)
"""Each `ffi_lsp.ide.semantic_tokens.TokenKind` by its number; `defaultLibrary` marks what the library exports."""


class Source(TypedDict):
    """The text that an answer is about, by which a client can ask for the rest of the answer."""

    uri: str
    version: int

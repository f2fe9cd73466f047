"""The words that client and server agree upon when they meet. Nothing heavy is loaded for them; a test compares."""

from __future__ import annotations

from lsprotocol import types

SOURCE = "ffi"
"""How editors name us beside a diagnostic."""
QUICK_RUN = "ffi.quickRun"
"""The command that calls a declared function in a child process and times it."""
ACTION_KINDS = ("quickfix", "source.fixAll.ffi")
"""Each `ffi_lsp.ide.code_action.ActionKind`."""
LEGEND = types.SemanticTokensLegend(
    token_types=["function", "variable", "type"],
    token_modifiers=[types.SemanticTokenModifiers.Declaration, types.SemanticTokenModifiers.DefaultLibrary],
)
"""Each `ffi_lsp.ide.semantic_tokens.TokenKind` by its number; `defaultLibrary` marks what the library exports."""

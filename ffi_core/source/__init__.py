"""Reading JavaScript and TypeScript: text to tree, tree to folded values, names to their declarations and uses.

Bytes in, no files opened, no code run, no dialect known. Grammars are loaded with the first text that is parsed.
"""

from ffi_core.source.literal import fold
from ffi_core.source.modules import Modules, OpenModule
from ffi_core.source.parse import SUFFIXES, SourceTree, parse
from ffi_core.source.pieces import Memory
from ffi_core.source.scope import Scopes

__all__ = ["SUFFIXES", "Memory", "Modules", "OpenModule", "Scopes", "SourceTree", "fold", "parse"]

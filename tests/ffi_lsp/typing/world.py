"""What stands around a text: a module, a library, what C says, settings. Now and then one of them is another.

How it is follows from the text alone, so that texts can be shown again, in any order, and find the same world.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping
from pathlib import Path

from ffi_core.headers.table import is_standard_library, standard_prototypes
from ffi_core.library import Library, locate
from ffi_core.model import Prototype
from ffi_lsp.config import Headers, Rules, Settings
from ffi_lsp.prototypes import Mentioned

_MODULES = (
    """export const shared = { abs: { parameters: ["i32"], result: "i32" } };
export const size = 4, flags = { read: 1, write: 2 };
export enum Mode { read = 7, write }
""",
    """export const shared = { abs: { parameters: ["f64"], result: "i32" }, floor: { args: [], returns: "void" } };
export const size = -5n, flags = 3;
""",
)
_LIBRARIES = ("libm.so.6", "libc.so.6")
_SETTINGS = (Settings(), Settings(rules=Rules(hints=True)), Settings(headers=Headers(enabled=False)))


class World:
    """A folder in which programs import ``./shared`` and open ``./libdemo.so``.

    Parameters
    ----------
    folder: empty; the world is made in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = _SETTINGS[0]
        self._without_half = False
        self._now = -1
        self.turn_to(b"")

    def turn_to(self, text: bytes) -> bool:
        """Be as the world is while somebody sees a text; whether files have changed for that."""
        number = zlib.crc32(text) % 1024
        self.settings = _SETTINGS[number % 32 if number % 32 < len(_SETTINGS) else 0]
        self._without_half = 4 <= number % 32 < 8
        state = number // 32 if number < 4 * 32 else 0
        if state == self._now:
            return False
        self._now = state
        (self.folder / "shared.ts").write_text(_MODULES[state % 2], encoding="utf-8")
        link, path = self.folder / "libdemo.so", locate(_LIBRARIES[state // 2]).path
        link.unlink(missing_ok=True)
        if path is not None:
            link.symlink_to(path)
        return True

    def find(self, library: Library, names: Collection[str], mentioned: Mentioned) -> Mapping[str, Prototype]:
        """What C says of libc and libm, from the table that is shipped: a search would take its time."""
        known = standard_prototypes() if is_standard_library(library) else {}
        return {name: known[name] for name in names if name in known and (len(name) % 2 or not self._without_half)}

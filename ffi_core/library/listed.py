"""Exports of a file that gives no index to look a name up by: all are read at once and kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ffi_core.model import Symbol


@dataclass(frozen=True)
class ListedExports:
    """Exports that stand in memory.

    Parameters
    ----------
    symbols: in the file's order.
    """

    symbols: tuple[Symbol, ...]

    def find(self, name: str) -> Symbol | None:
        """As `ExportTable.find`."""
        return self._by_name.get(name)

    def read_all(self) -> tuple[Symbol, ...]:
        """As `ExportTable.read_all`."""
        return self.symbols

    def read_names(self) -> tuple[str, ...]:
        """As `ExportTable.read_names`."""
        return tuple(self._by_name)

    def read_imports(self) -> tuple[str, ...]:
        """As `ExportTable.read_imports`: none are known."""
        return ()

    @cached_property
    def _by_name(self) -> dict[str, Symbol]:
        return {symbol.name: symbol for symbol in reversed(self.symbols) if symbol.default}

"""The JavaScript runtimes that run native bindings, one file each: finding them and starting them, nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ffi_core.bench.runtimes import bun, deno, koffi, node, porffor
from ffi_core.bench.runtimes.base import Absent, Installed, PreparationError, Runtime, cache_folder

__all__ = ["RUNTIMES", "Absent", "Installed", "PreparationError", "Runtime", "cache_folder"]

RUNTIMES: Mapping[str, Runtime] = MappingProxyType(
    {module.RUNTIME.name: module.RUNTIME for module in (porffor, deno, bun, node, koffi)}
)
"""Every runtime by its name."""

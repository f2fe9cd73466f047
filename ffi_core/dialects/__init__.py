"""Reading native bindings from a file, in whichever dialect it is written. One file each; the table finds them.

To add one, add a module with a ``DIALECT``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath
from types import MappingProxyType

from ffi_core.dialects.base import Dialect
from ffi_core.dialects.bun import CONSTANTS
from ffi_core.model import DlopenCall
from ffi_core.source import Memory, Modules, OpenModule, Scopes, SourceTree, parse
from ffi_core.source.surroundings import observe

__all__ = ["DIALECTS", "Dialect", "mentions_bindings", "read", "read_tree"]


def _scan() -> Mapping[str, Dialect]:
    names = sorted(entry.name for entry in pkgutil.iter_modules(__path__))
    found = [getattr(importlib.import_module(f"{__name__}.{name}"), "DIALECT", None) for name in names]
    return MappingProxyType({dialect.name: dialect for dialect in found if dialect is not None})


DIALECTS: Mapping[str, Dialect] = _scan()
"""Every dialect by its name."""


def mentions_bindings(text: bytes) -> bool:
    """Whether a text may hold native bindings at all: a search for bytes, so that other files cost next to nothing."""
    return any(dialect.may_be_in(text) for dialect in DIALECTS.values())


def read(text: bytes, path: str | PurePath) -> tuple[DlopenCall, ...]:
    """Every call in a file that opens a native library.

    Parameters
    ----------
    text: the file's text in UTF-8, whole or broken.
    path: the file's name; only its suffix counts, nothing is opened.

    Returns
    -------
    The calls in the order of the text.
    """
    return read_tree(parse(text, PurePath(path).suffix)) if mentions_bindings(text) else ()


def read_tree(
    tree: SourceTree,
    path: PurePath | None = None,
    open_module: OpenModule | None = None,
    memory: Memory | None = None,
) -> tuple[DlopenCall, ...]:
    """As `read`, from a tree that is there already.

    Parameters
    ----------
    tree: the file.
    path: its name, if it has one, from which the modules that it imports are looked for.
    open_module: finds those modules; without it what they export is not known.
    memory: what is remembered of the file's text before; the answer is the same without.
    """
    if path is None or open_module is None:
        scopes = Scopes(tree, memory=memory)
    else:
        scopes = Modules(open_module, CONSTANTS).scopes(tree, path, memory)
    calls = [
        call for dialect in DIALECTS.values() if dialect.may_be_in(tree.text) for call in dialect.read(tree, scopes)
    ]
    observed = observe(tree, scopes, sorted(calls, key=lambda call: call.span))
    imported = tuple(sorted(scopes.imports))
    return tuple(replace(call, imported=imported) for call in observed)

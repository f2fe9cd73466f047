"""What is made at its first use is made beforehand, in steps between which messages are answered.

That is modules, and the code with which cattrs reads and writes each kind of message: some milliseconds for most, and
20 for the first edit.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

import attrs
from lsprotocol import types
from pygls.protocol import JsonRPCResponseMessage

if TYPE_CHECKING:
    from ffi_lsp.server.protocol import Protocol

_MODULES = (
    "ffi_lsp.ide.code_lens",
    "ffi_lsp.server.across",
    "ffi_lsp.server.diagnosing",
    "ffi_lsp.server.resolving",
)
"""Those that features load with their first question."""
_TEXTS = (types.TEXT_DOCUMENT_DID_CHANGE, types.TEXT_DOCUMENT_DID_OPEN, types.TEXT_DOCUMENT_DID_CLOSE)
_SOON = 0.3
"""Seconds for the client to open its first text in."""
_REST = 0.001
"""Seconds between two steps."""
_BREAK = 0.05
"""Seconds after which it is asked again whether others still work."""


async def warm_up(protocol: Protocol, is_busy: Callable[[], bool] = lambda: False) -> None:
    """Make beforehand what the features that are registered will need.

    Parameters
    ----------
    protocol: its converter is what is made ready.
    is_busy: whether there is something to do that somebody waits for.
    """
    await asyncio.sleep(_SOON)
    for module in _MODULES:
        await _until_idle(is_busy)
        await asyncio.to_thread(importlib.import_module, module)  # some take as long as several questions
    steps = _steps(protocol)
    # Twice, for cattrs forgets what it has made when it meets an enumeration or a kind of list for the first time.
    for step in (*steps, *steps):
        await _until_idle(is_busy)
        step()
        await asyncio.sleep(_REST)
    # None of it goes away again. To look for all garbage there is takes longer than anybody should wait.
    gc.collect(1)
    gc.freeze()


async def _until_idle(is_busy: Callable[[], bool]) -> None:
    while is_busy():
        await asyncio.sleep(_BREAK)


def _steps(protocol: Protocol) -> list[Callable[[], object]]:
    received: list[type] = []
    # An answer is anything to pygls, so that a list of them is met as no list of something.
    sent: dict[type, None] = {JsonRPCResponseMessage: None, list: None}
    _add_classes(types.PublishDiagnosticsNotification, sent)
    for method in {*_TEXTS, *protocol.fm.features} - {types.INITIALIZE}:
        message, answer, *_ = types.METHOD_TO_TYPES.get(method, (None, None))
        if message is not None:
            received.append(message)
        if answer is not None:
            _add_classes(attrs.fields(answer).result.type, sent)
    return [
        *(partial(protocol.converter.get_structure_hook, each) for each in received),
        *(partial(protocol.converter.get_unstructure_hook, each) for each in sent),
    ]


def _add_classes(annotation: Any, found: dict[type, None]) -> None:
    """Add the protocol's classes of which an annotation speaks, and those that these are made of."""
    parts = list(get_args(annotation))
    if isinstance(annotation, type) and attrs.has(annotation) and annotation not in found:
        found[annotation] = None
        parts += [field.type for field in attrs.fields(annotation)]
    for part in parts:
        _add_classes(part, found)

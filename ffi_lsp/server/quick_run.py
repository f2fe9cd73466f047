"""The command `ffi.quickRun`: call a declared function in a child process, one at a time, beside the server's loop."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from ffi_lsp.server.progress import Progress

if TYPE_CHECKING:
    from ffi_core.bench import RunReport, RunRequest
    from ffi_core.model import DlopenCall
    from ffi_lsp.rules import LibraryFacts
    from ffi_lsp.server.app import Server

MAX_TIMEOUT = 600.0
"""Seconds: the longest time limit that a request may set."""


@dataclass(frozen=True, slots=True)
class Order:
    """The command's one argument, checked.

    Parameters
    ----------
    uri: the open text that declares the function.
    symbol: its key in the schema.
    call: which of the text's calls declares it; None for the first that has the key.
    arguments: JSON values for the function's parameters, or None to take them from a call in the text.
    timeout: seconds, or None for the usual limit.
    """

    uri: str
    symbol: str
    call: int | None = None
    arguments: tuple[object, ...] | None = None
    timeout: float | None = None

    @classmethod
    def read(cls, arguments: object) -> Order:
        """Check what came with the command.

        Raises
        ------
        JsonRpcInvalidParams: naming the field, what was expected and what came.
        """
        if not isinstance(arguments, Sequence) or len(arguments) != 1 or not isinstance(arguments[0], Mapping):
            raise _wrong("takes one argument, an object with uri and symbol")
        fields = dict(arguments[0])
        unknown = fields.keys() - _FIELDS.keys()
        if unknown:
            raise _wrong(f"knows no field {min(unknown)!r}; it has {', '.join(_FIELDS)}")
        for name, (kinds, needed, expected) in _FIELDS.items():
            value = fields.get(name)
            if value is None and not needed:
                continue
            if not isinstance(value, kinds) or isinstance(value, bool):
                raise _wrong(f"expects {name} to be {expected}, not {value!r:.60}")
        timeout = fields.get("timeout")
        if timeout is not None and not 0 < timeout <= MAX_TIMEOUT:
            raise _wrong(f"expects a timeout of more than 0 and at most {MAX_TIMEOUT:g} seconds, not {timeout}")
        given = fields.get("arguments")
        return cls(
            fields["uri"], fields["symbol"], fields.get("call"), None if given is None else tuple(given), timeout
        )


_FIELDS: dict[str, tuple[type | tuple[type, ...], bool, str]] = {
    "uri": (str, True, "the URI of an open text"),
    "symbol": (str, True, "a key of a schema"),
    "call": (int, False, "the number of a call that opens a library, from 0"),
    "arguments": (list, False, "a list of values"),
    "timeout": ((int, float), False, "a number of seconds"),
}


class QuickRuns:
    """Takes orders and carries them out in turn.

    Parameters
    ----------
    server: knows the texts and talks to the client.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._executor: ThreadPoolExecutor | None = None
        self._under_way: set[threading.Event] = set()

    async def command(self, params: types.ExecuteCommandParams) -> dict[str, Any]:
        """Carry out one order.

        Returns
        -------
        ``status``, ``calls``, ``median_ns``, ``result``, ``message`` and the other fields of a `RunReport`, without its
        samples. The message is shown to the person as well.

        Raises
        ------
        JsonRpcInvalidParams: where the order itself is wrong.
        """
        order = Order.read(params.arguments)
        call, facts, text = self._find(order)
        from ffi_core.bench import ArgumentsError, choose_arguments
        from ffi_core.bench.text import duration
        from ffi_lsp.ide.measured import Measurement

        entry = call.declaration_of(order.symbol)
        if entry is None or entry.declaration is None or facts.library is None:
            return self._refuse(order, _why_not(order, call, facts))
        try:
            arguments = choose_arguments(call, order.symbol, order.arguments, text)
        except ArgumentsError as error:
            return self._refuse(order, f"{order.symbol} was not called: {error}.")
        request = arguments.request(str(facts.library.path))
        if order.timeout is not None:
            request = replace(request, timeout=order.timeout)
        report = await self._run(request, params.work_done_token)
        answer = self._answer(request, report)
        document = self._server.documents.get(order.uri)
        if document is not None and report.median_ns is not None:
            time = duration(report.median_ns)
            document.measured[order.symbol] = Measurement(entry.declaration, facts.library, time, answer["message"])
            self._server.measured_anew()
        return answer

    def close(self) -> None:
        """End what runs, and let nothing that waits begin."""
        for cancel in self._under_way:
            cancel.set()
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None

    def _find(self, order: Order) -> tuple[DlopenCall, LibraryFacts, bytes]:
        document = self._server.documents.get(order.uri)
        if document is None:
            raise _wrong(f"finds no open text {order.uri}")
        snapshot = document.snapshot(self._server.facts)
        pairs = list(zip(snapshot.calls, snapshot.facts, strict=True))
        if order.call is not None:
            pairs = pairs[order.call : order.call + 1] if order.call >= 0 else []
        found = next((pair for pair in pairs if pair[0].declaration_of(order.symbol) is not None), None)
        if found is None:
            raise _wrong(f"finds no declaration of {order.symbol!r} in {order.uri}; the text may have changed")
        return *found, snapshot.text.data

    async def _run(self, request: RunRequest, token: types.ProgressToken | None) -> RunReport:
        from ffi_core.bench import quick_run

        if self._executor is None:
            self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ffi-quick-run")
        cancel = threading.Event()
        self._under_way.add(cancel)
        progress = Progress(self._server, token, f"Running {request.declaration.name}", cancel.set)
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._executor, quick_run, request, cancel)
        except asyncio.CancelledError:
            cancel.set()
            raise
        finally:
            self._under_way.discard(cancel)
            progress.end()

    def _refuse(self, order: Order, reason: str) -> dict[str, Any]:
        self._show(types.MessageType.Warning, reason)
        return {
            "status": "failed",
            "cause": "could not run",
            "symbol": order.symbol,
            "calls": 0,
            "median_ns": None,
            "result": None,
            "message": reason,
        }

    def _answer(self, request: RunRequest, report: RunReport) -> dict[str, Any]:
        answer = report.to_json()
        del answer["samples_ns"]
        answer["message"] = message = _sentence(request, report)
        self._show(types.MessageType.Info if report.status == "done" else types.MessageType.Error, message)
        return answer

    def _show(self, kind: types.MessageType, text: str) -> None:
        self._server.window_show_message(types.ShowMessageParams(kind, text))


def _wrong(reason: str) -> JsonRpcInvalidParams:
    return JsonRpcInvalidParams(f"ffi.quickRun {reason}")


def _sentence(request: RunRequest, report: RunReport) -> str:
    """The report in one sentence, as it is shown to the person."""
    from ffi_core.bench.script import spell_arguments
    from ffi_core.bench.text import duration

    called = f"{report.symbol}({spell_arguments(request.arguments)})"
    if report.status != "done":
        return f"{called}: {report.message}"
    signature = request.declaration.signature
    gave = "" if signature is None or signature.result.name == "void" else f" = {json.dumps(report.result)}"
    time = "" if report.median_ns is None else f", {duration(report.median_ns)} per call"
    return f"{called}{gave}{time} ({report.calls:,} call{'' if report.calls == 1 else 's'})"


def _why_not(order: Order, call: DlopenCall, facts: LibraryFacts) -> str:
    entry = call.declaration_of(order.symbol)
    if entry is None or entry.declaration is None:
        return f"{order.symbol} was not called: its declaration has mistakes."
    return f"{order.symbol} was not called: {facts.failure or 'its library is not known'}."

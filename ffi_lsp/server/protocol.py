"""JSON-RPC on top of pygls: each request is answered exactly once, whatever state the server or the message is in.

pygls leaves unanswered what it cannot decode and what comes after `shutdown`, takes any object with a key "jsonrpc"
for a message, keeps a second copy of each text, and a record of every change of it; what is overridden here is that.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import json
import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, cast

from cattrs import ClassValidationError, transform_error
from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams
from pygls.protocol import LanguageServerProtocol

from ffi_lsp.server.tracing import Tracer

if TYPE_CHECKING:
    from cattrs import Converter

    from ffi_lsp.server.app import Server

_log = logging.getLogger(__name__)


class Protocol(LanguageServerProtocol):
    """The server's side of one connection."""

    _server: Server
    # Here, because pygls reads every property before its own part is made.
    ended: asyncio.Future[int] | None = None
    _initialized = False

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._tracer = Tracer(self._trace_to_client)

    def receive(self, body: bytes) -> None:
        """Handle the body of one message. Never raises."""
        try:
            message = json.loads(body)
        except (ValueError, RecursionError) as failure:
            self._answer_error(None, types.ErrorCodes.ParseError, f"the message is no JSON: {failure}")
            return
        if not isinstance(message, dict) or message.get("jsonrpc") != self.VERSION:
            self._answer_error(None, types.ErrorCodes.InvalidRequest, "a message is an object with jsonrpc 2.0")
            return
        request = message.get("id") if "method" in message else None
        if isinstance(request, (bool, float, dict, list)) or not isinstance(message.get("method", ""), str):
            self._answer_error(None, types.ErrorCodes.InvalidRequest, "a method is a string, an id a number or string")
            return
        if "method" in message:
            self._tracer.received(message["method"], request, len(body))
        refusal = self._refusal(message["method"]) if "method" in message else None
        if refusal is not None:
            self._refuse(request, *refusal)
            return
        try:
            self.handle_message(self.structure_message(message))
        except JsonRpcException as failure:
            cause = failure.__cause__
            reasons = transform_error(cause) if isinstance(cause, ClassValidationError) else [str(cause)]
            if (
                "method" not in message
                and (waiting := self._request_futures.pop(message.get("id", ""), None)) is not None
            ):
                waiting.set_exception(failure)  # an answer of the client that is none
            self._refuse(request, failure.code, f"{failure.message}: {'; '.join(reasons)}")

    @property
    def converter(self) -> Converter:
        """Reads and writes the messages."""
        return self._converter

    @property
    def is_in_use(self) -> bool:
        """Whether the client may be told something that it has not asked for: it was greeted, and is still there."""
        return self._initialized and not self._shutdown and not self.has_ended

    @property
    def has_ended(self) -> bool:
        """Whether the connection is over."""
        return self.ended is not None and self.ended.done()

    def give_up(self) -> None:
        """Stop what runs beside the loop; nobody waits for it any more."""
        if not self._shutdown:
            self._server.shut_down()

    def end(self) -> None:
        """Let the server end: the client said so, or is gone."""
        if self.ended is not None and not self.ended.done():
            self.ended.set_result(0 if self._shutdown else 1)

    def _refusal(self, method: str) -> tuple[int, str] | None:
        """Why a method cannot be answered in this phase of the connection: an error code and a sentence."""
        if method == types.EXIT:
            return None
        if self._shutdown:
            return types.ErrorCodes.InvalidRequest, f"{method} came after shutdown"
        if (method == types.INITIALIZE) == self._initialized:
            if self._initialized:
                return types.ErrorCodes.InvalidRequest, "the server is initialized already"
            return types.ErrorCodes.ServerNotInitialized, f"{method} came before initialize"
        self._initialized = True
        return None

    def _send_response(self, msg_id: int | str, result: Any = None, error: types.ResponseError | None = None) -> None:
        self._tracer.answered(msg_id, None if error is None else f"{error.code} {error.message}")
        super()._send_response(msg_id, result, error)

    def _trace_to_client(self, line: str) -> None:
        if self.trace is not types.TraceValue.Off and self.is_in_use:
            self.notify(types.LOG_TRACE, types.LogTraceParams(line))

    def _refuse(self, request: int | str | None, code: int, reason: str) -> None:
        _log.warning("refused: %s", reason)
        if request is not None:
            self._answer_error(request, code, reason)

    def _answer_error(self, request: int | str | None, code: int, reason: str) -> None:
        # As it goes over the wire: lsprotocol would leave out an id that is null.
        self._tracer.answered(request, f"{int(code)} {reason}")
        error = {"code": int(code), "message": reason}
        self._send_data({"jsonrpc": self.VERSION, "id": request, "error": error})

    # --- what pygls does itself, done our way --------------------------------------------------------------------

    def handle_message(self, message: Any) -> None:
        """As in pygls, which asks `isinstance` of protocol classes what a message is: that took as long as an edit."""
        # Each handler has a context of its own, in which pygls keeps the request's id.
        context = contextvars.copy_context()
        method = getattr(message, "method", None)
        if method is None:
            if not self._shutdown:  # then nobody waits for answers any more
                answer = getattr(message, "result", None), getattr(message, "error", None)
                context.run(self._handle_response, message.id, *answer)
        elif hasattr(message, "id"):
            context.run(self._handle_request, message.id, method, message.params)
        else:
            context.run(self._handle_notification, method, message.params)

    def _execute_handler(
        self,
        msg_id: int | str,
        handler: Callable[..., Any],
        callback: Callable[[Any], None],
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        """As in pygls, but what a plain function returns is awaited where that can be done."""
        if inspect.isgeneratorfunction(handler) or inspect.iscoroutinefunction(handler):
            super()._execute_handler(msg_id, handler, callback, args, kwargs)
            return
        answer: Future[Any] = Future()
        try:
            result = handler(*(args or ()), **(kwargs or {}))
        except Exception as error:  # noqa: BLE001 - told to the client and logged, as every error of a handler
            answer.add_done_callback(callback)
            answer.set_exception(error)
            return
        if inspect.isawaitable(result):
            task = asyncio.ensure_future(result)
            self._request_futures[msg_id] = cast("Future[Any]", task)  # pygls keeps both kinds
            task.add_done_callback(callback)
        else:
            answer.add_done_callback(callback)
            answer.set_result(result)

    def _register_builtin_features(self) -> None:
        super()._register_builtin_features()  # type: ignore[no-untyped-call]
        handlers: dict[str, Callable[..., Any]] = {
            types.SHUTDOWN: self._shut_down,
            types.EXIT: self._exit,
            types.TEXT_DOCUMENT_DID_OPEN: self._server.did_open,
            types.TEXT_DOCUMENT_DID_CHANGE: self._server.did_change,
            types.TEXT_DOCUMENT_DID_CLOSE: self._server.did_close,
            types.WORKSPACE_EXECUTE_COMMAND: self._execute_command,
        }
        for method, handler in handlers.items():
            self.fm.add_builtin_feature(method, handler)

    def _shut_down(self, _: object) -> None:
        for future in list(self._request_futures.values()):
            future.cancel()
        self._server.shut_down()
        self._shutdown = True

    def _exit(self, _: object) -> None:
        self.end()

    async def _execute_command(self, params: types.ExecuteCommandParams) -> Any:
        command = self.fm.commands.get(params.command)
        if command is None:
            known = ", ".join(self.fm.commands)
            raise JsonRpcInvalidParams(f"unknown command {params.command!r}; there are {known}")
        done = command(params)
        return await done if inspect.isawaitable(done) else done

"""The commands about a whole file: run it on a JavaScript runtime, compare runtimes, tell which are here."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from codecs import BOM_UTF8
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from ffi_lsp.server.consent import Subject
from ffi_lsp.server.orders import CompareRuntimes, ListRuntimes, RunFile, read_order, wrong
from ffi_lsp.server.runs import Runs, Tell
from ffi_lsp.server.turns import Job
from ffi_lsp.server.words import COMPARE_RUNTIMES, LIST_RUNTIMES, RUN_FILE

if TYPE_CHECKING:
    from ffi_core.bench.compare import Run
    from ffi_core.bench.table import Table
    from ffi_lsp.server.documents import Document
    from ffi_lsp.workspace import Snapshot

PROGRAM_TIMEOUT = 60.0
"""Seconds that a whole program may run where nobody says otherwise."""


async def run_file(runs: Runs, params: types.ExecuteCommandParams) -> dict[str, Any]:
    """Carry out `ffi.runFile`.

    Returns
    -------
    ``status``, ``cause``, ``message``, ``runtime``, ``version``, ``exit_code``, ``wall_ms``, ``stdout``, ``stderr``
    and ``report``. The message is shown to the person as well.

    Raises
    ------
    JsonRpcInvalidParams: where the order itself is wrong.
    """
    order = read_order(RunFile, RUN_FILE, params.arguments)
    document, snapshot = _open_text(runs, RUN_FILE, order.uri)
    names = None if order.runtime is None else [order.runtime]
    _check_names(RUN_FILE, names)
    refusal = _not_saved(document) or await _denied(runs, snapshot, order.runtime or "its runtime")
    if refusal is not None:
        return _refused(runs, refusal)
    timeout = order.timeout or PROGRAM_TIMEOUT
    job = Job(document.uri, None)
    work = _FileRun(snapshot, order.runtime, timeout, runs.workspace_of(snapshot.path))
    found = await runs.in_turn(job, f"Running {snapshot.path.name}", params.work_done_token, work.do)
    if found is None:
        return _refused(runs, ("cancelled", f"{snapshot.path.name} was cancelled before it began."))
    answer, text = found
    file = runs.reports.write(document.uri, None, text)
    runs.show(_kind(answer["status"]), answer["message"])
    return answer | {"report": None if file is None else file.as_uri()}


async def compare_runtimes(runs: Runs, params: types.ExecuteCommandParams) -> dict[str, Any]:
    """Carry out `ffi.compareRuntimes`.

    Returns
    -------
    ``status``, ``cause``, ``message``, the table as `ffi-core bench FILE --runtimes --json` prints it, and ``report``.

    Raises
    ------
    JsonRpcInvalidParams: where the order itself is wrong.
    """
    order = read_order(CompareRuntimes, COMPARE_RUNTIMES, params.arguments)
    document, snapshot = _open_text(runs, COMPARE_RUNTIMES, order.uri)
    _check_names(COMPARE_RUNTIMES, order.runtimes)
    named = ", ".join(order.runtimes) if order.runtimes else "every runtime that is here"
    refusal = _not_saved(document) or await _denied(runs, snapshot, named)
    if refusal is not None:
        return _refused(runs, refusal)
    work = _Comparing(snapshot, order, runs.workspace_of(snapshot.path))
    title = f"Comparing runtimes on {snapshot.path.name}"
    job = Job(document.uri, None)
    found = await runs.in_turn(job, title, params.work_done_token, work.do, measurable=True)
    if found is None:
        return _refused(runs, ("cancelled", f"{snapshot.path.name} was cancelled before it began."))
    answer, text, picture = found
    file = None if text is None else runs.reports.write(document.uri, None, text, picture)
    runs.show(_kind(answer["status"]), answer["message"])
    return answer | {"report": None if file is None else file.as_uri()}


async def list_runtimes(_: Runs, params: types.ExecuteCommandParams) -> list[dict[str, Any]]:
    """Carry out `ffi.listRuntimes`: each runtime with its version, or with what is missing and how to install it."""
    read_order(ListRuntimes, LIST_RUNTIMES, params.arguments)
    from ffi_core.bench.programs import describe_runtimes

    return await asyncio.to_thread(describe_runtimes)


class _FileRun:
    """One run of a file; what it does, it does in the runs' thread."""

    def __init__(self, snapshot: Snapshot, runtime: str | None, timeout: float, workspace: Path) -> None:
        self._file, self._dialects = snapshot.path, _dialects(snapshot)
        self._runtime, self._timeout, self._workspace = runtime, timeout, workspace

    def do(self, cancel: threading.Event, _: Tell) -> tuple[dict[str, Any], str]:
        from ffi_core.bench.compare import run_once
        from ffi_core.bench.machine import describe_machine
        from ffi_core.bench.program_document import write_program_document
        from ffi_core.bench.programs import NoRuntimeError, default_runtime, gather
        from ffi_core.bench.provenance import now_in_words

        at, name = now_in_words(), self._file.name
        with tempfile.TemporaryDirectory(prefix="ffi-run-") as folder:
            try:
                runtime = self._runtime or default_runtime(self._dialects)
            except NoRuntimeError as error:
                return self._failed(str(error))
            present, absent = gather(self._file, self._dialects, [runtime], Path(folder), self._workspace)
            if not present:
                return self._failed(f"{absent[0].name}: {absent[0].reason} ({absent[0].remedy})")
            run = run_once(present[0], 0, self._timeout, cancel)
        answer = {
            "status": _status(run),
            "cause": run.failure,
            "message": _sentence(name, present[0].name, run),
            "runtime": present[0].name,
            "version": present[0].version,
            "exit_code": run.exit_code,
            "wall_ms": run.wall_ms,
            "stdout": run.output,
            "stderr": run.errors,
        }
        text = write_program_document(self._file, present[0], run, at, describe_machine())
        return answer, text

    def _failed(self, reason: str) -> tuple[dict[str, Any], str]:
        message = f"{self._file.name} was not run: {reason}."
        return _nothing("failed", "could not run", message), f"# {self._file.name}\n\n{message}\n"


class _Comparing:
    """A comparison; what it does, it does in the runs' thread."""

    def __init__(self, snapshot: Snapshot, order: CompareRuntimes, workspace: Path) -> None:
        self._file, self._calls, self._order = snapshot.path, snapshot.calls, order
        self._dialects, self._workspace = _dialects(snapshot), workspace

    def do(self, cancel: threading.Event, tell: Tell) -> tuple[dict[str, Any], str | None, str | None]:
        from ffi_core.bench.machine import describe_machine
        from ffi_core.bench.program_document import write_comparison_document
        from ffi_core.bench.programs import compare_programs, gather
        from ffi_core.bench.provenance import now_in_words
        from ffi_core.bench.runtimes import RUNTIMES

        order, name = self._order, self._file.name
        with tempfile.TemporaryDirectory(prefix="ffi-run-") as folder:
            names = list(order.runtimes or RUNTIMES)
            present, absent = gather(self._file, self._dialects, names, Path(folder), self._workspace)
            if not present:
                reasons = "; ".join(f"{entry.name}: {entry.reason}" for entry in absent)
                message = f"{name} was not run: no runtime that can is here: {reasons}."
                return _nothing("failed", "could not run", message), None, None
            table = compare_programs(
                present,
                absent,
                self._calls,
                runs=order.runs,
                timeout=order.timeout or PROGRAM_TIMEOUT,
                folder=Path(folder),
                progress=lambda done, total: tell(f"run {done} of {total}", done / total),
                cancel=cancel,
            )
        status = "cancelled" if table.interrupted else "done" if table.succeeded else "failed"
        answer = {"status": status, "cause": _cause(table), "message": _verdict(name, table)} | table.to_json()
        command = ["ffi-core", "bench", str(self._file), "--runtimes", ",".join(names), "--runs", str(order.runs)]
        document = write_comparison_document(self._file, table, command, now_in_words(), describe_machine())
        return answer, document, table.to_svg(name)


def _open_text(runs: Runs, command: str, uri: str) -> tuple[Document, Snapshot]:
    document = runs.server.documents.get(uri)
    if document is None:
        raise wrong(command, f"finds no open text {uri}")
    return document, document.snapshot(runs.server.facts)


def _check_names(command: str, names: list[str] | tuple[str, ...] | Any) -> None:
    from ffi_core.bench.runtimes import RUNTIMES

    unknown = next((name for name in names or () if name not in RUNTIMES), None)
    if unknown is not None:
        raise wrong(command, f"knows no runtime {unknown!r}; there are {', '.join(RUNTIMES)}")


def _not_saved(document: Document) -> tuple[str, str] | None:
    """A file runs as it is on disk; what a person sees must be that."""
    try:
        same = document.path.read_bytes().removeprefix(BOM_UTF8) == document.text.data.removeprefix(BOM_UTF8)
    except OSError as error:
        return "failed", f"{document.path.name} was not run: there is no such file ({error.strerror}); save it first."
    return None if same else ("failed", f"{document.path.name} was not run: it has changes that are not saved.")


async def _denied(runs: Runs, snapshot: Snapshot, runtime: str) -> tuple[str, str] | None:
    name = snapshot.path.name
    subject = Subject("program", str(snapshot.path), confined=False)
    workspace = runs.workspace_of(snapshot.path)
    reason = await runs.gate.refusal(snapshot.settings.run, workspace, subject, f"{name} on {runtime}")
    return None if reason is None else ("declined", f"{name} was not run: {reason}.")


def _refused(runs: Runs, refusal: tuple[str, str]) -> dict[str, Any]:
    status, message = refusal
    runs.show(types.MessageType.Warning, message)
    return _nothing(status, "could not run" if status == "failed" else status, message) | {"report": None}


def _nothing(status: str, cause: str, message: str) -> dict[str, Any]:
    return {"status": status, "cause": cause, "message": message}


def _dialects(snapshot: Snapshot) -> frozenset[str]:
    return frozenset(call.dialect for call in snapshot.calls)


def _status(run: Run) -> str:
    if run.failure is None:
        return "done"
    if run.failure == "could not start":
        return "failed"
    if run.failure in ("timed out", "cancelled"):
        return run.failure.replace(" ", "-")
    return "exited" if run.exit_code is not None and run.exit_code > 0 else "crashed"


def _sentence(name: str, runtime: str, run: Run) -> str:
    how = "ran to its end" if run.failure is None else f"ended with {run.failure}"
    how = {"timed out": "did not end in time", "cancelled": "was cancelled"}.get(run.failure or "", how)
    return f"{name} {how} on {runtime} after {run.wall_ms:,.0f} ms"


def _cause(table: Table) -> str | None:
    if table.interrupted:
        return "cancelled"
    if not table.outputs_equal:
        return "the outputs differ"
    return None if table.succeeded else "a program failed"


def _verdict(name: str, table: Table) -> str:
    ranked = ", ".join(f"{row[0]} {row[2]}" for row in table.rows())
    cause = _cause(table)
    return f"{name}: {ranked}" + (f"; {cause}" if cause else "")


def _kind(status: str) -> types.MessageType:
    return types.MessageType.Info if status in ("done", "cancelled") else types.MessageType.Error

"""The command `ffi.quickRun`: call a declared function in a child process, where a person allowed it, in its turn."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from ffi_lsp.server.consent import Subject
from ffi_lsp.server.history import History, Record
from ffi_lsp.server.orders import QuickRun, read_order, wrong
from ffi_lsp.server.runs import Runs
from ffi_lsp.server.turns import Job
from ffi_lsp.server.words import QUICK_RUN

if TYPE_CHECKING:
    from ffi_core.bench import Arguments, ArgumentsError, RunReport, RunRequest
    from ffi_core.bench.comparison import Comparison
    from ffi_core.library import Library
    from ffi_core.model import DlopenCall
    from ffi_lsp.config import Run
    from ffi_lsp.rules import LibraryFacts
    from ffi_lsp.workspace import Snapshot

_BINS = 24
"""The most bars of the histogram in an answer."""


async def run_declared(runs: Runs, params: types.ExecuteCommandParams) -> dict[str, Any]:
    """Carry out one order.

    Parameters
    ----------
    runs: what all runs share.
    params: the command's, with a `QuickRun` as its one argument.

    Returns
    -------
    The fields of a `RunReport`, its samples counted in a ``histogram``, and ``message``, ``comparison`` and ``report``.
    The message is shown to the person as well.

    Raises
    ------
    JsonRpcInvalidParams: where the order itself is wrong.
    """
    order = read_order(QuickRun, QUICK_RUN, params.arguments)
    snapshot, call, facts = _find(runs, order)
    from ffi_core.bench import ArgumentsError
    from ffi_lsp.ide.code_lens import why_not

    entry = call.declaration_of(order.symbol)
    library = facts.library
    reason = None if entry is None else why_not(entry, facts)
    if reason is not None or entry is None or entry.declaration is None or library is None:
        return _refuse(runs, order, reason or "nothing is known of it")
    try:
        chosen = _choose(order, call, snapshot)
    except ArgumentsError as error:
        return _refuse(runs, order, f"{error}{_advice(order, error)}")
    settings = snapshot.settings.run
    request = _request(order, chosen, library, settings)
    workspace = runs.workspace_of(snapshot.path)
    subject = Subject("library", request.library, request.sandbox)
    denied = await runs.gate.refusal(settings, workspace, subject, library.path.name)
    if denied is not None:
        return _refuse(runs, order, denied, "declined")
    run = _Run(request, snapshot.path, workspace, given=chosen.origin == "request")
    job = Job(_as_opened(runs, order.uri), order.symbol)
    found = await runs.in_turn(job, f"Running {order.symbol}", params.work_done_token, lambda cancel, _: run.do(cancel))
    return _answer(runs, order, run, found or run.never_begun())


class _Run:
    """A run that was allowed; what it does, it does in the runs' thread."""

    def __init__(self, request: RunRequest, file: Path, workspace: Path, *, given: bool) -> None:
        self.request, self._file, self._workspace, self._given = request, file, workspace, given
        self.library: Library | None = None

    def do(self, cancel: threading.Event) -> _Outcome:
        from ffi_core.bench import quick_run
        from ffi_core.bench.provenance import describe_build, now_in_words, read_library

        # What is known of the file may be a second old, and builds are quick.
        self.library = read_library(self.request.library)
        build = describe_build(self.library)
        report = quick_run(self.request, cancel)
        record = Record.of(report, now_in_words(), build)
        history = History(self._workspace)
        earlier = history.runs(self.request)
        if record is not None:
            history.add(self.request, record)
        comparison = _compare(record, earlier)
        return report, comparison, self._document(report, comparison, earlier, build)

    def never_begun(self) -> _Outcome:
        from ffi_core.bench import RunReport, Status

        message = f"{self.request.declaration.name} was cancelled before it began"
        status = Status.CANCELLED
        return (
            RunReport(status, status.value, message, self.request.declaration.symbol, self.request.library),
            None,
            None,
        )

    def _document(
        self, report: RunReport, comparison: Comparison | None, earlier: tuple[Record, ...], build: str
    ) -> str:
        from ffi_core.bench.document import Earlier, Surroundings, repeat_command, write_document
        from ffi_core.bench.machine import describe_machine
        from ffi_core.bench.provenance import now_in_words

        past = [Earlier(entry.at, entry.median_ns, entry.mad_ns, entry.build, entry.quiet) for entry in earlier]
        repeat = repeat_command(self._file, self.request, given=self._given)
        around = Surroundings(now_in_words(), describe_machine(), self.library, build, repeat, comparison, past)
        return write_document(self.request, report, around)


_Outcome = tuple["RunReport", "Comparison | None", "str | None"]


def _as_opened(runs: Runs, uri: str) -> str:
    """An open text's URI as the client spelled it when it opened it."""
    document = runs.server.documents.get(uri)
    return uri if document is None else document.uri


def _find(runs: Runs, order: QuickRun) -> tuple[Snapshot, DlopenCall, LibraryFacts]:
    document = runs.server.documents.get(order.uri)
    if document is None:
        raise wrong(QUICK_RUN, f"finds no open text {order.uri}")
    snapshot = document.snapshot(runs.server.facts)
    pairs = list(zip(snapshot.calls, snapshot.facts, strict=True))
    if order.call is not None:
        pairs = pairs[order.call : order.call + 1]
    found = next((pair for pair in pairs if pair[0].declaration_of(order.symbol) is not None), None)
    if found is None:
        raise wrong(QUICK_RUN, f"finds no declaration of {order.symbol!r} in {order.uri}; the text may have changed")
    return snapshot, *found


def _choose(order: QuickRun, call: DlopenCall, snapshot: Snapshot) -> Arguments:
    from ffi_core.bench import choose_arguments

    if order.site is None or order.arguments is not None:
        return choose_arguments(call, order.symbol, order.arguments, snapshot.text.data)
    sites = [site for site in call.calls if site.symbol == order.symbol]
    if order.site >= len(sites):
        raise wrong(QUICK_RUN, f"finds no call number {order.site} of {order.symbol!r}; the text may have changed")
    return choose_arguments(call, order.symbol, None, snapshot.text.data, site=sites[order.site])


def _advice(order: QuickRun, error: ArgumentsError) -> str:
    """How a person gives arguments, where none were given."""
    from ffi_core.bench.script import spell_arguments

    if error.example is None or order.arguments is not None:
        return ""
    return f"; write // ffi-bench: {order.symbol}({spell_arguments(error.example)}) above its declaration"


def _request(order: QuickRun, chosen: Arguments, library: Library, settings: Run) -> RunRequest:
    timeout = settings.timeout if order.timeout is None else order.timeout
    request = chosen.request(str(library.path), timeout, sandbox=settings.sandbox)
    return replace(request, memory=settings.memory, timed=order.mode == "benchmark")


def _compare(record: Record | None, earlier: tuple[Record, ...]) -> Comparison | None:
    from ffi_core.bench.comparison import compare_runs

    now = None if record is None else record.sampled
    before = earlier[0].sampled if earlier else None
    return None if now is None or before is None else compare_runs(now, before)


def _refuse(runs: Runs, order: QuickRun, reason: str, status: str = "failed") -> dict[str, Any]:
    message = f"{order.symbol} was not called: {reason}."
    runs.show(types.MessageType.Warning, message)
    return {
        "status": status,
        "cause": "could not run" if status == "failed" else reason,
        "symbol": order.symbol,
        "calls": 0,
        "median_ns": None,
        "result": None,
        "message": message,
        "comparison": None,
        "report": None,
    }


def _answer(runs: Runs, order: QuickRun, run: _Run, outcome: _Outcome) -> dict[str, Any]:
    from ffi_core.bench.arguments import spell_result
    from ffi_core.bench.distribution import histogram
    from ffi_core.bench.script import spell_arguments
    from ffi_core.bench.text import duration
    from ffi_lsp.ide.measured import Measurement

    report, comparison, document = outcome
    answer = report.to_json()
    samples = answer.pop("samples_ns")
    counted = histogram(samples, _BINS) if samples else None
    answer["histogram"] = [list(each) for each in counted.bins] if counted else None
    beyond = [counted.bins[-1][1], counted.maximum, counted.beyond] if counted and counted.beyond else None
    answer["histogram_beyond"] = beyond
    answer["message"] = message = _sentence(run.request, report, comparison)
    answer["comparison"] = None if comparison is None else _comparison_fields(comparison)
    # A run that nobody wanted must not take the place of the last report.
    cancelled = report.status.value == "cancelled"
    file = (
        None
        if cancelled or document is None
        else runs.reports.write(_as_opened(runs, order.uri), order.symbol, document)
    )
    answer["report"] = None if file is None else file.as_uri()
    kind = {"done": types.MessageType.Info, "cancelled": types.MessageType.Info}
    runs.show(kind.get(report.status.value, types.MessageType.Error), message)
    text = runs.server.documents.get(order.uri)
    if text is not None and run.library is not None and report.status.value == "done":
        last = text.measured.get(order.symbol)
        time = None if report.median_ns is None else duration(report.median_ns)
        called_with = spell_arguments(run.request.arguments)
        result = spell_result(run.request.declaration, report.result)
        measurement = Measurement(run.request.declaration, run.library, time, message, result, called_with)
        text.measured[order.symbol] = measurement.after(last)
        runs.server.measured_anew()
    return answer


def _comparison_fields(comparison: Comparison) -> dict[str, Any]:
    return {
        "verdict": comparison.verdict.value,
        "ratio": comparison.ratio,
        "p": comparison.p,
        "margin": comparison.margin,
        "words": str(comparison),
    }


def _sentence(request: RunRequest, report: RunReport, comparison: Comparison | None) -> str:
    """The report in one sentence, as it is shown to the person."""
    from ffi_core.bench.arguments import spell_result
    from ffi_core.bench.script import spell_arguments
    from ffi_core.bench.text import duration

    called = f"{report.symbol}({spell_arguments(request.arguments)})"
    if report.status.value != "done":
        return f"{called}: {report.message}"
    signature = request.declaration.signature
    is_void = signature is None or signature.result.name == "void"
    gave = "" if is_void else f" = {spell_result(request.declaration, report.result)}"
    if report.median_ns is None:
        return f"{called}{gave}" if gave else f"{called} came back"
    against = ""
    if comparison is not None:
        noise = comparison.verdict.value == "within noise"
        against = ", within noise of the last run" if noise else f", {comparison} than the last run"
    quiet = "" if report.noise is None or report.noise.quiet else "; the machine was not quiet"
    calls = f"{report.calls:,} call{'' if report.calls == 1 else 's'}"
    return f"{called}{gave}, {duration(report.median_ns)} per call ({calls}){against}{quiet}"

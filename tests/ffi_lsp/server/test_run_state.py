"""What runs leave behind: consents, histories and reports in the folder of state, and turns among runs."""

from __future__ import annotations

import asyncio
import json
import stat
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ffi_core.bench import RunReport, RunRequest, Status
from ffi_core.bench.noise import Noise
from ffi_core.schema import parse_signature
from ffi_lsp.server import history, reports, state
from ffi_lsp.server.consent import Consents, Subject
from ffi_lsp.server.history import History, Record
from ffi_lsp.server.reports import Reports
from ffi_lsp.server.turns import Job, Turns

LIBRARY = Subject("library", "/lib/libm.so.6", confined=True)
REQUEST = RunRequest("/lib/libm.so.6", parse_signature("cos(f64) -> f64"), (0.5,))
RECORD = Record("now", "abc", 10.0, 0.1, 0.0, quiet=True, samples_ns=(9.0, 10.0, 11.0))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "ffi-lsp"


def test_state_is_kept_where_the_system_keeps_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state.state_folder() == folder
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setattr(sys, "platform", "linux")
    assert state.state_folder() == Path("/home/somebody/.local/state/ffi-lsp")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert state.state_folder() == Path("/home/somebody/Library/Application Support/ffi-lsp")


def test_a_damaged_file_counts_as_empty_and_is_mended_by_the_next_answer(folder: Path) -> None:
    file = folder / "consent.json"
    for damage in ("{", "[]", '{"workspaces": 5}', '{"workspaces": {"/a": 5}}', "\x00"):
        assert state.write_text(file, damage)
        assert not Consents().given(Path("/a"), LIBRARY)
        Consents().remember(Path("/a"), LIBRARY)
        assert Consents().given(Path("/a"), LIBRARY)


def test_what_is_kept_is_the_persons_alone(folder: Path) -> None:
    Consents().remember(Path("/a"), LIBRARY)
    assert stat.S_IMODE((folder / "consent.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_state_that_cannot_be_written_is_no_failure(folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_text("a file stands where the folder should be")
    Consents().remember(Path("/a"), LIBRARY)
    assert not Consents().given(Path("/a"), LIBRARY)
    History(Path("/a")).add(REQUEST, RECORD)
    assert History(Path("/a")).runs(REQUEST) == ()


def test_an_answer_holds_for_one_file_in_one_workspace_and_one_confinement() -> None:
    consents = Consents()
    consents.remember(Path("/a"), LIBRARY)
    assert consents.given(Path("/a"), LIBRARY)
    assert not consents.given(Path("/b"), LIBRARY)
    assert not consents.given(Path("/a"), replace(LIBRARY, path="/other/libm.so.6"))
    assert not consents.given(Path("/a"), replace(LIBRARY, confined=False))
    assert not consents.given(Path("/a"), replace(LIBRARY, kind="program"))


def test_answers_are_forgotten_for_one_workspace_or_for_all() -> None:
    consents = Consents()
    for place in ("/a", "/b", "/c"):
        consents.remember(Path(place), LIBRARY)
        consents.remember(Path(place), LIBRARY)
    assert consents.forget(Path("/a")) == 1
    assert consents.forget(Path("/a")) == 0
    assert consents.given(Path("/b"), LIBRARY)
    assert consents.forget(None) == 2
    assert not consents.given(Path("/b"), LIBRARY)


def test_the_question_names_the_file_and_what_confines_it() -> None:
    assert LIBRARY.question("libm.so.6") == "Run native code of libm.so.6 (/lib/libm.so.6) in a confined process?"
    assert "without a sandbox: it can write files" in replace(LIBRARY, confined=False).question("libm.so.6")
    assert "evil?? (" in replace(LIBRARY, path="/a/evil\n\x1b").question("evil\n\x1b")
    program = Subject("program", "/a/play.ts", confined=False).question("play.ts on deno")
    assert program == "Run play.ts on deno (/a/play.ts)? The program runs with all your rights, as in a terminal."


# --- history ---------------------------------------------------------------------------------------------------------


def test_the_runs_of_a_call_come_back_newest_first_with_the_samples_of_the_newest() -> None:
    past = History(Path("/a"))
    past.add(REQUEST, RECORD)
    past.add(REQUEST, replace(RECORD, median_ns=12.0, samples_ns=(12.0,)))
    found = History(Path("/a")).runs(REQUEST)
    assert [(record.median_ns, list(record.samples_ns)) for record in found] == [(12.0, [12.0]), (10.0, [])]
    assert found[0].sampled is not None
    assert found[1].sampled is None


def test_a_call_with_other_arguments_or_in_another_workspace_is_another_call() -> None:
    History(Path("/a")).add(REQUEST, RECORD)
    assert History(Path("/b")).runs(REQUEST) == ()
    assert History(Path("/a")).runs(replace(REQUEST, arguments=(0.25,))) == ()
    assert History(Path("/a")).runs(replace(REQUEST, sandbox=False)) == ()
    assert History(Path("/a")).runs(replace(REQUEST, library="/other")) == ()
    assert len(History(Path("/a")).runs(replace(REQUEST, timeout=1))) == 1


def test_history_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "RUNS_KEPT", 3)
    monkeypatch.setattr(history, "CALLS_KEPT", 2)
    past = History(Path("/a"))
    for number in range(5):
        past.add(REQUEST, replace(RECORD, at=str(number)))
    assert [record.at for record in past.runs(REQUEST)] == ["4", "3", "2"]
    for number in (1.0, 2.0):
        past.add(replace(REQUEST, arguments=(number,)), RECORD)
    assert past.runs(REQUEST) == ()


def test_entries_that_are_no_records_are_left_out(folder: Path) -> None:
    past = History(Path("/a"))
    past.add(REQUEST, RECORD)
    (file,) = (folder / "history").iterdir()
    kept = json.loads(file.read_text())
    ((key, entries),) = kept["calls"].items()
    strange: list[Any] = [5, {"at": 1}, entries[0] | {"median_ns": "x"}, entries[0] | {"samples_ns": 5}]
    file.write_text(json.dumps({"calls": {key: [*strange, *entries]}}))
    assert len(past.runs(REQUEST)) == 1


def test_a_report_becomes_a_record_where_it_was_timed() -> None:
    report = RunReport(Status.CRASHED, "SIGSEGV", "", "cos", "libm")
    assert Record.of(report, "now", "abc") is None
    timed = replace(report, median_ns=5.0, mad_ns=0.1, samples_ns=(5.0,), noise=Noise(waited=0.5))
    record = Record.of(timed, "now", "abc")
    assert record is not None
    assert (record.median_ns, record.lost, record.quiet) == (5.0, 0.5, False)


# --- reports ---------------------------------------------------------------------------------------------------------


def test_the_last_report_on_a_function_and_on_a_text_is_found_again() -> None:
    kept = Reports(SimpleNamespace())  # type: ignore[arg-type]
    assert kept.last("file:///a.ts", None) is None
    one = kept.write("file:///a.ts", "f", "# one")
    again = kept.write("file:///a.ts", "f", "# again")
    assert one == again
    assert again is not None
    assert again.read_text() == "# again"
    assert kept.last("file:///a.ts", "f") == again
    assert kept.last("file:///a.ts", "g") is None
    assert kept.last("file:///a.ts", None) == again
    whole = kept.write("file:///a.ts", None, "# file", "<svg/>")
    assert whole is not None
    assert whole.with_name("chart.svg").read_text() == "<svg/>"


def test_names_that_are_no_file_names_have_reports_too(folder: Path) -> None:
    kept = Reports(SimpleNamespace())  # type: ignore[arg-type]
    files = {kept.write("file:///a.ts", name, name) for name in ("../../x", "a/b", "a\\b", "x" * 999, "\x00", "")}
    assert len(files) == 6
    assert all(file is not None and file.is_relative_to(folder / "reports") for file in files)


def test_the_reports_of_the_texts_that_ran_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "TEXTS_KEPT", 2)
    kept = Reports(SimpleNamespace())  # type: ignore[arg-type]
    for name in "abc":
        kept.write(f"file:///{name}.ts", "f", name)
    remaining = [name for name in "abc" if kept.last(f"file:///{name}.ts", "f") is not None]
    assert len(remaining) == 2
    assert "c" in remaining


# --- turns -----------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_jobs_take_turns_in_the_order_they_came_and_know_their_place() -> None:
    turns, order, places = Turns(), [], []
    gate = asyncio.Event()

    async def work(name: str, job: Job) -> None:
        async with turns.turn(job) as begun:
            assert begun
            order.append(name)
            await gate.wait()

    jobs = [Job("a", None), Job("b", None), Job("c", None, on_place=places.append)]
    tasks = []
    for job in jobs:
        tasks.append(asyncio.create_task(work(job.uri, job)))
        await asyncio.sleep(0)
    assert order == ["a"]
    assert turns.jobs == tuple(jobs)
    gate.set()
    await asyncio.gather(*tasks)
    assert order == ["a", "b", "c"]
    assert places == [2, 1, 0]


@pytest.mark.asyncio
async def test_a_job_that_is_cancelled_while_it_waits_never_begins_and_lets_the_next_one_pass() -> None:
    turns, seen = Turns(), []
    gate = asyncio.Event()

    async def work(job: Job) -> None:
        async with turns.turn(job) as begun:
            seen.append((job.uri, begun))
            if job.uri == "a":
                await gate.wait()

    jobs = [Job(name, None) for name in "abc"]
    tasks = [asyncio.create_task(work(job)) for job in jobs]
    await asyncio.sleep(0)
    jobs[1].cancel()
    await tasks[1]
    gate.set()
    await asyncio.gather(*tasks)
    assert seen == [("a", True), ("b", False), ("c", True)]

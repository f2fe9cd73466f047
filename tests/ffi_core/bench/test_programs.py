"""One file on several runtimes: what is made ready, what is chosen, and how a comparison ends early."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from ffi_core.bench.compare import Contender
from ffi_core.bench.programs import NoRuntimeError, compare_programs, default_runtime, describe_runtimes, gather
from ffi_core.bench.runtimes import RUNTIMES


def python(name: str, text: str = "print(5)") -> Contender:
    return Contender(name, "3", (sys.executable, "-S", "-c", text))


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "deno", None)


def test_progress_counts_every_run_of_all_that_there_will_be(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    contenders = [python("one"), python("other")]
    table = compare_programs(
        *(contenders, [], []),
        runs=2,
        timeout=30,
        folder=tmp_path,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(done, 8) for done in range(1, 7)]
    assert table.uncounted == ("Native calls not counted: the file binds no function whose calls can be counted.",)
    assert table.noise is not None
    assert table.to_json()["noise"]["waited"] is None
    assert not table.interrupted


def test_a_comparison_that_is_called_off_keeps_what_is_known(tmp_path: Path) -> None:
    cancel = threading.Event()
    table = compare_programs(
        *([python("one"), python("other")], [], []),
        runs=50,
        timeout=30,
        folder=tmp_path,
        progress=lambda done, _: cancel.set() if done == 6 else None,
        cancel=cancel,
    )
    assert table.interrupted
    assert [len(result.runs) for result in table.results] == [2, 2]
    assert "Interrupted after 2 full rounds." in table.remarks()


def test_programs_run_in_the_folder_that_they_are_given(tmp_path: Path) -> None:
    where = Contender("where", "3", (sys.executable, "-S", "-c", "import os; print(os.getcwd())"), tmp_path)
    table = compare_programs([where], [], [], runs=2, timeout=30, folder=tmp_path, counted=False)
    assert table.outputs == {"where": (str(tmp_path.resolve()),)}


@pytest.mark.usefixtures("bare_machine")
def test_without_any_runtime_there_is_none_to_choose_and_the_remedies_are_told() -> None:
    with pytest.raises(NoRuntimeError, match=r"no runtime for deno is here. To install one, deno: pip install"):
        default_runtime(frozenset({"deno"}))
    assert [entry["installed"] for entry in describe_runtimes()] == [False] * len(RUNTIMES)


@pytest.mark.usefixtures("bare_machine")
def test_runtimes_that_are_missing_are_gathered_with_their_reason(tmp_path: Path) -> None:
    present, absent = gather(tmp_path / "a.ts", frozenset({"deno"}), list(RUNTIMES), tmp_path)
    assert present == []
    assert [entry.name for entry in absent] == list(RUNTIMES)
    assert all(entry.remedy for entry in absent)

"""What a child may say, and what is not believed."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest

from ffi_core.bench import RunReport, RunRequest, quick_run
from ffi_core.bench.answer import _FIELDS, read_figures
from ffi_core.bench.noise import Noise
from ffi_core.schema import parse_signature

FIGURES = {"median_ns": 5.0, "mad_ns": 0.1, "minimum_ns": 4.0, "p99_ns": 9.0, "outliers": 0, "steady": True}
BATCHES = {"batch_size": 3, "samples_ns": [4.0, 5.0, 9.0], "noise": {"load": 0.5}}
TIMED: dict[str, Any] = {"calls": 9, "result": [1], "setup": ["f() -> 0"]} | FIGURES | BATCHES


def test_what_our_worker_writes_is_taken_whole() -> None:
    figures = read_figures(TIMED | {"stage": "timing", "unknown": 5})
    assert figures["samples_ns"] == (4.0, 5.0, 9.0)
    assert figures["noise"] == Noise(load=0.5)
    assert figures["result"] == [1]
    assert "unknown" not in figures
    assert "stage" not in figures


def test_every_figure_of_a_report_is_read() -> None:
    ours = {"status", "cause", "message", "symbol", "library", "stdout", "stderr", "protections", "unprotected"}
    assert {entry.name for entry in fields(RunReport)} - ours == _FIELDS.keys()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("median_ns", "5"),
        ("median_ns", float("nan")),
        ("median_ns", -1),
        ("median_ns", True),
        ("calls", 1.5),
        ("calls", None),
        ("steady", "yes"),
        ("samples_ns", "abc"),
        ("samples_ns", [1, None]),
        ("samples_ns", []),
        ("mad_ns", None),
        ("noise", {"lod": 1}),
        ("noise", {"drift": "x"}),
        ("setup", [5]),
        ("backend", {}),
    ],
)
def test_what_our_worker_never_writes_is_not_believed(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=rf"^{name} is |median of nothing"):
        read_figures(TIMED | {name: value})


FORGER = """
#include <string.h>
#include <unistd.h>
int forge(const char *line) {
  for (int descriptor = 3; descriptor < 32; descriptor++) if (write(descriptor, line, strlen(line)) < 0) continue;
  _exit(0);
}
"""


@pytest.mark.parametrize(
    "said",
    [
        TIMED | {"noise": {"drift": "x"}},
        TIMED | {"samples_ns": ["x"]},
        {"calls": 1, "median_ns": 5},
        {"error": {"a": 1}},
        {"stage": {"a": 1}},
        {"stage": "set-up", "step": "x"},
        {"stage": "set-up", "step": -5},
    ],
)
def test_a_library_that_forges_an_answer_gets_a_report_that_can_be_told(said: object, compile_library: Any) -> None:
    library = str(compile_library(FORGER, "libforger.so"))
    line = f"\n{json.dumps(said)}\n"
    report = quick_run(RunRequest(library, parse_signature("forge(buffer) -> i32"), (line,)))
    assert report.status.value in ("failed", "exited")
    assert report.median_ns is None
    json.dumps(report.to_json())

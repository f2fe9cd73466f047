"""How quiet the machine was: what is measured, and what is said of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ffi_core.bench import RunRequest, quick_run
from ffi_core.bench.machine import Machine, describe_machine
from ffi_core.bench.noise import Noise, Watch
from ffi_core.bench.report import RunReport, Status
from ffi_core.bench.text import describe
from ffi_core.schema import parse_signature

ABS = parse_signature("abs(i32) -> i32")


def test_nothing_measured_is_no_complaint() -> None:
    assert Noise().quiet
    assert Noise(0.1, 0.0, 0.001, 0.01, 0.02).quiet


@pytest.mark.parametrize(
    ("noise", "words"),
    [
        (Noise(waited=0.25), "other processes took the processor for 25% of the time"),
        (Noise(others=0.5), "other processes used 50% of the processors' time"),
        (Noise(steal=0.5), "other virtual machines took 50% of the processors' time"),
        (Noise(drift=0.3), "an empty call became 30% slower during the run"),
        (Noise(drift=-0.3), "an empty call became 30% faster during the run"),
        (Noise(spread=0.4), "an empty call varied by 40%"),
    ],
)
def test_each_disturbance_is_named(noise: Noise, words: str) -> None:
    assert noise.reasons == (words,)
    assert not noise.quiet


def test_the_reference_call_tells_drift_and_spread() -> None:
    found = Watch().stop((10.0, 10.0, 10.0), (12.0, 12.0, 12.0))
    assert found.drift == pytest.approx(0.2)
    assert found.spread == pytest.approx(2 / 11)


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="this kernel keeps no such books")
def test_standing_in_line_for_a_processor_is_measured() -> None:
    # Two processes that are bound to one processor share it, whatever else the machine does.
    share = """
import os, subprocess, sys
os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
from ffi_core.bench.noise import Watch
rival = subprocess.Popen([sys.executable, "-S", "-c", "while True: pass"])
watch = Watch()
for turn in range(10_000_000): pass
print(watch.stop().waited)
rival.kill(); rival.wait()
"""
    done = subprocess.run([sys.executable, "-c", share], capture_output=True, text=True, timeout=120, check=True)
    assert float(done.stdout) > 0.1


@pytest.mark.skipif(not Path("/proc/stat").exists(), reason="this kernel keeps no such books")
def test_what_other_processes_use_is_measured() -> None:
    spin = "import time\nwhile time.process_time() < 1: pass\nprint(flush=True)\ninput()"
    watch, started = Watch(), time.monotonic()
    # As long as nobody has waited for it, a child is another process.
    with subprocess.Popen([sys.executable, "-S", "-c", spin], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as rival:
        assert rival.stdout is not None
        rival.stdout.readline()
        others, seconds = watch.stop().others, time.monotonic() - started
        rival.communicate(b"\n", timeout=60)
    assert others is not None
    assert others * seconds * (os.cpu_count() or 1) > 0.8


def test_a_run_says_how_quiet_its_machine_was() -> None:
    report = quick_run(RunRequest("libc.so.6", ABS, (-3,)))
    assert report.status is Status.DONE
    assert report.noise is not None
    assert report.noise.drift is not None
    told = report.to_json()["noise"]
    assert told["quiet"] is report.noise.quiet
    assert told.keys() == {"load", "steal", "waited", "others", "drift", "spread", "quiet", "reasons"}


def test_people_are_told_that_the_machine_was_not_quiet() -> None:
    noise = Noise(waited=0.25)
    report = RunReport(Status.DONE, None, "", "abs", "libc.so.6", 9, 9.0, samples_ns=(9.0,), noise=noise)
    assert "not quiet  other processes took the processor for 25%" in describe(report, ABS)


def test_the_machine_describes_itself() -> None:
    machine = describe_machine()
    assert machine.processor
    assert machine.processors <= (os.cpu_count() or 1)
    assert os.uname().release in machine.system


@pytest.mark.parametrize(
    ("governor", "virtual", "words"),
    [("powersave", False, "governor powersave"), (None, True, "virtual"), ("performance", True, None)],
)
def test_what_may_disturb_the_clock_is_remarked(governor: str | None, virtual: bool, words: str | None) -> None:
    remark = Machine("cpu", 2, virtual, "Linux", governor, "CPython").remark
    assert remark is None if words is None else words in (remark or "")

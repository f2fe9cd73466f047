"""What the FFI6xx rules say is true of the real Porffor: each bad example fails, each good one works."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_core.bench.runtimes import RUNTIMES, Absent, PreparationError, cache_folder
from ffi_lsp.rules import RULES

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60
PRINTS = {
    # what the bad example would print if it worked, and what the good one prints
    "FFI601": ("3\n", "3\n"),
    "FFI602": ("true\n", "true\n"),
    "FFI603": ("true\n", "true\n"),
    "FFI604": ("true\n", "true\n"),
    "FFI605": ("65\n", "65\n"),
    "FFI606": ("3\n", "4\n"),
    "FFI607": ("5\n", "65\n"),
    "FFI608": ("ab", "ab"),
    "FFI609": ("hëllo\nend\n", "hello\nend\n"),
}

pytestmark = pytest.mark.skipif(shutil.which("npm") is None, reason="Porffor comes from npm, and there is no npm")
PORFFORS = pytest.mark.parametrize("code", [code for code in RULES if code.startswith("FFI6")])


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """`outcome(text)` compiles and runs a program, and gives what it printed, or in one word how it failed."""
    script = ROOT / "scripts" / "install_runtimes.py"
    subprocess.run([sys.executable, str(script), "porffor"], check=True, timeout=600)
    found = RUNTIMES["porffor"].find(cache_folder())
    assert not isinstance(found, Absent), found.reason

    def compile_and_run(text: str) -> str:
        folder = tmp_path_factory.mktemp("program")
        file = folder / "program.ts"
        file.write_text(text, encoding="utf-8")
        try:
            command = RUNTIMES["porffor"].prepare(found, file, folder, False)
        except PreparationError:
            return "does not compile"
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
        if done.returncode != 0:
            return "crashes"
        return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout.decode("utf-8", "replace"))

    return compile_and_run


def example(code: str, section: str) -> str:
    match = re.search(rf"^## {section}\n.*?```js\n(.*?)```", RULES[code].documentation, re.MULTILINE | re.DOTALL)
    assert match is not None
    return match[1]


@PORFFORS
def test_the_bad_example_does_not_do_what_it_says(code: str, outcome: Callable[[str], str]) -> None:
    assert outcome(example(code, "Bad")) != PRINTS[code][0]


@PORFFORS
def test_the_good_example_works(code: str, outcome: Callable[[str], str]) -> None:
    assert outcome(example(code, "Good")) == PRINTS[code][1]

"""The examples under the real Porffor from npm, compiled to native code: they run, every time, and print the truth."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_core.bench.runtimes import RUNTIMES, Absent, Installed, PreparationError, cache_folder
from ffi_core.library import locate

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
SECONDS = 60

pytestmark = pytest.mark.skipif(shutil.which("npm") is None, reason="Porffor comes from npm, and there is no npm")

needs_sqlite = pytest.mark.skipif(locate("libsqlite3.so.0").path is None, reason="there is no libsqlite3.so.0")


@pytest.fixture(scope="module")
def porffor() -> Installed:
    script = ROOT / "scripts" / "install_runtimes.py"
    subprocess.run([sys.executable, str(script), "porffor"], check=True, timeout=600)
    found = RUNTIMES["porffor"].find(cache_folder())
    assert not isinstance(found, Absent), found.reason
    return found


@pytest.fixture(scope="module")
def run(porffor: Installed, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[str]]:
    """`run(file, times=1)` compiles a file once, runs it that often and gives each run's output; any crash fails."""

    def compile_and_run(file: Path, times: int = 1) -> list[str]:
        command = RUNTIMES["porffor"].prepare(porffor, file, tmp_path_factory.mktemp("porffor"), False)
        outputs = []
        for _ in range(times):
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
            assert (done.returncode, done.stderr) == (0, "")
            outputs.append(done.stdout)
        return outputs

    return compile_and_run


@needs_sqlite
def test_the_sqlite_example_never_crashes_and_sums_every_row(run: Callable[..., list[str]]) -> None:
    for output in run(EXAMPLES / "sqlite.porf.ts", times=20):
        lines = dict(line.split(" ") for line in output.splitlines())
        assert float(lines.pop("milliseconds")) > 0
        assert lines == {"failures": "0", "rows": "500000", "sum": str(sum(range(1, 51)))}


def test_the_maths_example_prints_what_the_c_library_says(run: Callable[..., list[str]]) -> None:
    assert run(EXAMPLES / "math.porf.ts") == [
        "exponent of 1e300: 996\nexponent of 0.1: -4\nexponent of 0.1 as a float: -4\nrounding mode: 0\n"
    ]


def test_a_program_that_porffor_cannot_compile_is_told_in_the_compilers_words(
    run: Callable[..., list[str]], tmp_path: Path
) -> None:
    file = tmp_path / "wrong.ts"
    declaration = '{ f: { parameters: ["size_t"], result: "i32" } }'
    file.write_text(f'const {{ f }} = Porffor.dlopen("libm.so.6", {declaration});\nconst x = f(1);\n')
    with pytest.raises(PreparationError, match="porffor could not compile"):
        run(file)

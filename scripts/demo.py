"""The main job in three commands: find the planted mistakes, stay silent on right code, time a native call.

Where the system has no sqlite, the demo says so and does the same on libm.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from ffi_core.library import locate

ROOT = Path(__file__).parent.parent
SCRIPTS = Path(sys.executable).parent
MATH = "examples/math.porf.ts"


def main() -> int:
    if locate("libsqlite3.so.0").path is not None:
        show("examples/mistakes.porf.ts", "examples/sqlite.porf.ts", "sqlite3_initialize")
        return 0
    print("This machine has no libsqlite3.so.0, so the demo does the same on libm.")
    text = (ROOT / MATH).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        mistakes = Path(folder) / "mistakes.porf.ts"
        # A letter too few in a symbol, and C's name for a type.
        mistakes.write_text(text.replace("fegetround", "fegetroun").replace('["f32"]', '["float"]'), encoding="utf-8")
        show(str(mistakes), MATH, "fegetround")
    return 0


def show(mistakes: str, clean: str, function: str) -> None:
    """Check a wrong file and a right one, then time a function of the right one."""
    step("Mistakes, found without loading the library", "ffi-lsp", "check", mistakes, expect=1)
    step("Right code: silence", "ffi-lsp", "check", clean, expect=0)
    step("A quick run, in a child process", "ffi-core", "bench", clean, "--symbol", function, expect=0)


def step(title: str, program: str, *words: str, expect: int) -> None:
    """Run one of our commands, as a person would, and stop where it ends with another code than expected."""
    print(f"\n{title}\n$ {shlex.join([program, *words])}", flush=True)
    done = subprocess.run([str(SCRIPTS / program), *words], cwd=ROOT, check=False)
    if done.returncode != expect:
        sys.exit(f"demo: expected exit code {expect}, got {done.returncode}")


if __name__ == "__main__":
    sys.exit(main())

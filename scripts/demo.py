"""The main job in three commands: find the planted mistakes, stay silent on right code, time a native call.

Where the system has no sqlite, the demo says so and shows the same on libm.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

from ffi_core.library import locate

ROOT = Path(__file__).parent.parent
SCRIPTS = Path(sys.executable).parent


def main() -> int:
    if locate("libsqlite3.so.0").path is None:
        print("This machine has no libsqlite3.so.0, so the demo shows the same on libm.")
        mistakes, clean, function = None, "examples/math.porf.ts", "ilogbf64"
    else:
        mistakes, clean, function = "examples/mistakes.porf.ts", "examples/sqlite.porf.ts", "sqlite3_initialize"
    if mistakes is not None:
        step("Mistakes, found without loading the library", "ffi-lsp", "check", mistakes, expect=1)
    step("Right code: silence", "ffi-lsp", "check", clean, expect=0)
    step("A quick run, in a child process", "ffi-core", "bench", clean, "--symbol", function, expect=0)
    return 0


def step(title: str, program: str, *words: str, expect: int) -> None:
    print(f"\n{title}\n$ {shlex.join([program, *words])}", flush=True)
    done = subprocess.run([str(SCRIPTS / program), *words], cwd=ROOT, check=False)
    if done.returncode != expect:
        sys.exit(f"demo: expected exit code {expect}, got {done.returncode}")


if __name__ == "__main__":
    sys.exit(main())

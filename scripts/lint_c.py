"""Compile the C extensions with every warning an error, and let them go: nothing is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "ffi_core"
SOURCES = (PACKAGE / "runtime" / "_fastcall.c", PACKAGE / "source" / "_moving.c")
# CPython's own tables of slots and methods leave fields out and cast functions, by design.
WARNINGS = ("-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers", "-Wno-cast-function-type")


def main() -> int:
    compiler = os.environ.get("CC") or shutil.which("cc")
    if compiler is None:
        print("lint_c: there is no C compiler", file=sys.stderr)
        return 1
    # As system headers, so that only our own text is judged.
    include = ("-isystem", sysconfig.get_path("include"))
    with tempfile.TemporaryDirectory() as folder:
        output = str(Path(folder) / "extension.o")
        command = [compiler, "-std=c11", "-O2", "-fPIC", *WARNINGS, *include, "-o", output, "-c"]
        failed = [source for source in SOURCES if subprocess.run([*command, str(source)], check=False).returncode]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

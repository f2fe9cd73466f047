"""Run a JavaScript or TypeScript file that binds native functions, on any runtime that is here.

A prelude teaches Deno, Bun and Node each other's dialects, and Porffor's. The exit code is the program's own, 128 and
the signal's number where one ended it, and 2 where it could not be run; with several runtimes the first that is not 0.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ffi_core.bench.programs import NoRuntimeError, default_runtime
from ffi_core.bench.runtimes import RUNTIMES, Absent, PreparationError, Runtime, cache_folder


class _CannotRunError(Exception):
    """What stands between the user and the run, in words for them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a .js, .ts, ... file in any of the dialects")
    parser.add_argument(
        "--runtime",
        metavar="NAME",
        action="append",
        choices=list(RUNTIMES),
        help=f"one of {', '.join(RUNTIMES)}, again for each further one; by default the file's own where it is here, "
        "else the first that is",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the file; see the module for the exit codes."""
    code = 0
    try:
        dialects = _dialects_of(arguments.file)
        names = arguments.runtime or [default_runtime(dialects)]
        for name in names:
            if len(names) > 1:
                print(f"--- {name}", flush=True)
            code = code or _run_on(RUNTIMES[name], arguments.file, dialects)
    except (_CannotRunError, NoRuntimeError) as error:
        print(f"ffi-core run: {error}", file=sys.stderr)
        return 2
    return code


def _dialects_of(file: Path) -> frozenset[str]:
    from ffi_core.dialects import read

    try:
        text = file.read_bytes()
    except OSError as error:
        raise _CannotRunError(f"{file}: {error.strerror or error}") from error
    return frozenset(call.dialect for call in read(text, file))


def _run_on(runtime: Runtime, file: Path, dialects: frozenset[str]) -> int:
    found = runtime.find(cache_folder())
    if isinstance(found, Absent):
        raise _CannotRunError(f"{runtime.name} is not here: {found.reason}; to install it: {found.remedy}")
    foreign = not dialects <= {runtime.dialect}
    with tempfile.TemporaryDirectory(prefix="ffi-core-") as folder:
        try:
            command = runtime.prepare(found, file.resolve(), Path(folder), foreign)
        except PreparationError as error:
            raise _CannotRunError(f"{file} on {runtime.name}: {error}") from error
        return _status(_wait(command))


def _wait(command: Sequence[str]) -> int:
    with subprocess.Popen(command) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                # The program got the same signal from the terminal; how it ends is its own affair.
                continue


def _status(code: int) -> int:
    return 128 - code if code < 0 else code

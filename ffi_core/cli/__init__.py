"""The command line `ffi-core`: one file a command, whose module is loaded when it is asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ffi_core import __version__
from ffi_core.cli.program import Program, python_version

COMMANDS = {
    "symbols": "list what a library exports, read from its file without loading it",
    "locate": "find the file that the dynamic loader opens for a library's name, and show every place it looks at",
    "prototype": "show what a C header says of a function: its prototype, where it stands, and how to declare it",
    "verify": "compare the declarations of a schema with a library and its C headers, without loading the library",
    "call": "call one function of a library in a child process and print what it returns",
    "bench": "time a function that a JavaScript or TypeScript file declares, or the whole file on every runtime",
    "run": "run a JavaScript or TypeScript file that binds native functions, on any runtime that is here",
    "runtimes": "list the JavaScript runtimes that are here, and how to install the others",
}
"""Each command with its line of help; each is a module of this package."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `ffi-core`.

    Parameters
    ----------
    argv: the words behind the program's name; `sys.argv` by default.

    Returns
    -------
    The exit code: 0 done, 1 the answer is bad news (as the command says), 2 it could not run.
    """
    description = "Look into native libraries, call and time their functions, without writing C."
    return Program("ffi-core", description, __name__, COMMANDS, version_line).run(
        sys.argv[1:] if argv is None else argv
    )


def version_line() -> str:
    """The version of the distribution, the backend in use and the Python it runs on."""
    from ffi_core.runtime import BACKEND

    return f"ffi-core {__version__} (backend {BACKEND}, {python_version()})"

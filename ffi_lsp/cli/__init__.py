"""The command line `ffi-lsp`: one file a command, whose module is loaded when it is asked for; without one it serves.

A command module gives `add_arguments(parser)` and `run(arguments) -> int`.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

COMMANDS = {
    "serve": "serve an editor on standard input and output (what ffi-lsp does without a command)",
    "check": "check files and directories, and say what is wrong with their native bindings",
    "explain": "explain a rule: what it finds, why that is bad, and how to mend it",
    "rules": "list the rules",
}
"""Each command with its line of help; each is a module of this package."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `ffi-lsp`.

    Parameters
    ----------
    argv: the words behind the program's name; `sys.argv` by default.

    Returns
    -------
    The exit code: 0 done and clean, 1 there are findings, 2 it could not run.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words == ["--stdio"]:
        words = ["serve", *words]
    parser = argparse.ArgumentParser(
        prog="ffi-lsp",
        description="Check native bindings written in JavaScript and TypeScript, in editors and without.",
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    asked = next((word for word in words if not word.startswith("-")), None)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        if name == asked:
            _module(name).add_arguments(command)
    options = parser.parse_args(words)
    if options.version:
        print(version_line())
        return 0
    if options.command is None:
        parser.print_help(sys.stderr)
        return 2
    try:
        code: int = _module(options.command).run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (`head`, a closed pager) has seen enough. Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return code


def version_line() -> str:
    """The version of the distribution and the Python it runs on."""
    from ffi_core import __version__

    python = ".".join(str(part) for part in sys.version_info[:3])
    return f"ffi-lsp {__version__} (Python {python})"


def _module(name: str) -> Any:
    return importlib.import_module(f"{__name__}.{name}")

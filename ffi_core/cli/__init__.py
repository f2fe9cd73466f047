"""The command line `ffi-core`: one file a command, whose module is loaded when it is asked for.

A command module gives `add_arguments(parser)` and `run(arguments) -> int`; the first line of its docstring is its help.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

COMMANDS = ("symbols", "locate", "call", "bench", "run", "runtimes")
"""In the order of the help page; each is a module of this package."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `ffi-core`.

    Parameters
    ----------
    argv: the words behind the program's name; `sys.argv` by default.

    Returns
    -------
    The exit code: 0 done, 1 the answer is bad news (as the command says), 2 it could not run.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(
        prog="ffi-core",
        description="Look into native libraries, call and time their functions, without writing C.",
    )
    parser.add_argument("--version", action="store_true", help="print the version and the backend that makes the calls")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    asked = next((word for word in words if not word.startswith("-")), None)
    for name in COMMANDS:
        summary = _summary(name)
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
    """The version of the distribution, the backend in use and the Python it runs on."""
    from ffi_core import __version__
    from ffi_core.runtime import BACKEND

    python = ".".join(str(part) for part in sys.version_info[:3])
    return f"ffi-core {__version__} (backend {BACKEND}, Python {python})"


def _module(name: str) -> Any:
    return importlib.import_module(f"{__name__}.{name}")


def _summary(name: str) -> str:
    """The first line of a command's docstring, read without running the module: the help page loads no command."""
    spec = find_spec(f"{__name__}.{name}")
    if spec is None or spec.origin is None:
        return ""
    doc = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))) or ""
    return doc.partition("\n")[0].rstrip(".")

"""The command line `ffi-lsp`: one file a command, loaded when it is asked for; without a command it serves."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ffi_core import __version__
from ffi_core.cli.program import Program, python_version

COMMANDS = {
    "serve": "serve an editor on standard input and output (what ffi-lsp does without a command)",
    "check": "check files and directories, and say what is wrong with their native bindings",
    "explain": "explain a rule: what it finds, why that is bad, and how to mend it",
    "rules": "list the rules",
    "settings": "tell what can be set, or print the JSON schema of it",
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
    description = "Check native bindings written in JavaScript and TypeScript, in editors and without."
    return Program("ffi-lsp", description, __name__, COMMANDS, version_line).run(words)


def version_line() -> str:
    """The version of the distribution and the Python it runs on."""
    return f"ffi-lsp {__version__} ({python_version()})"

"""What both command lines share: a program of commands, each loaded when it is asked for, and how it ends.

A command is a module with `add_arguments(parser)` and `run(arguments) -> int`.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

INTERRUPTED = 130
"""The exit code of what a person ended with Ctrl-C, as shells give it."""


@dataclass(frozen=True, slots=True)
class Program:
    """A command line.

    Parameters
    ----------
    name: as a person types it.
    description: one sentence for its help page.
    package: the package whose modules are its commands.
    commands: each command with its line of help, in the order of the help page.
    version_line: what ``--version`` prints.
    """

    name: str
    description: str
    package: str
    commands: Mapping[str, str]
    version_line: Callable[[], str]

    def run(self, words: Sequence[str]) -> int:
        """Run the command that the words name.

        Parameters
        ----------
        words: what stands behind the program's name.

        Returns
        -------
        The command's exit code; 0 for a reader that has seen enough (``| head``), 2 where no command is named.
        """
        parser = self._parser(words)
        options = parser.parse_args(words)
        if isinstance(sys.stdout, io.TextIOWrapper):
            # Names in a library can be any bytes; a terminal that cannot show them is no reason to fail.
            sys.stdout.reconfigure(errors="backslashreplace")
        if options.version:
            print(self.version_line())
            return 0
        if options.command is None:
            parser.print_help(sys.stderr)
            return 2
        try:
            code: int = self._module(options.command).run(options)
            sys.stdout.flush()
        except BrokenPipeError:
            # Python would complain once more when it flushes at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except KeyboardInterrupt:
            return INTERRUPTED
        return code

    def _parser(self, words: Sequence[str]) -> argparse.ArgumentParser:
        parser = argparse.ArgumentParser(prog=self.name, description=self.description)
        parser.add_argument("--version", action="store_true", help="print the version")
        commands = parser.add_subparsers(dest="command", metavar="COMMAND")
        asked = next((word for word in words if not word.startswith("-")), None)
        for name, summary in self.commands.items():
            command = commands.add_parser(name, help=summary, description=summary)
            if name == asked:
                self._module(name).add_arguments(command)
        return parser

    def _module(self, name: str) -> Any:
        return importlib.import_module(f"{self.package}.{name}")


def python_version() -> str:
    """The Python that runs us, as ``Python 3.11.7``."""
    return f"Python {'.'.join(str(part) for part in sys.version_info[:3])}"

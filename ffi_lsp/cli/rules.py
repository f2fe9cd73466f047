"""`ffi-lsp rules`: one line for each rule."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ffi_lsp.rules import RULES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write each rule's page there, as Markdown")


def run(arguments: argparse.Namespace) -> int:
    """Print code, name, severity and summary of every rule, or write their pages; 2 where that fails."""
    if arguments.write is not None:
        return _write(arguments.write)
    width = max(len(rule.name) for rule in RULES.values())
    for rule in RULES.values():
        print(f"{rule.code}  {rule.name:<{width}}  {rule.severity:<11}  {rule.summary}")
    return 0


def _write(folder: Path) -> int:
    from ffi_lsp.report.pages import write

    try:
        write(folder)
    except OSError as error:
        print(f"ffi-lsp: {error.filename or folder}: {error.strerror or error}", file=sys.stderr)
        return 2
    return 0

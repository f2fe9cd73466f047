"""List the JavaScript runtimes that are here, and how to install the others."""

from __future__ import annotations

import argparse
import json

from ffi_core.bench.programs import describe_runtimes
from ffi_core.bench.runtimes import RUNTIMES, Absent, Installed, cache_folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--json", action="store_true", help="print an array of objects")


def run(arguments: argparse.Namespace) -> int:
    """Print the list; the exit code is 0, whatever is missing."""
    if arguments.json:
        print(json.dumps(describe_runtimes(), indent=2))
        return 0
    found = [runtime.find(cache_folder()) for runtime in RUNTIMES.values()]
    width = max(len(entry.name) for entry in found)
    for entry in found:
        print(f"{entry.name:<{width}}  {_words(entry)}")
    return 0


def _words(entry: Installed | Absent) -> str:
    if isinstance(entry, Installed):
        return f"{entry.version}  {' '.join(entry.program)}"
    return f"not here: {entry.reason}; to install it: {entry.remedy}"

"""Find the file that the dynamic loader opens for a library's name, and show every place it looks at.

Exit codes: 0 found; 2 not found, or found and of no use to the loader.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ffi_core.library import Location, locate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("name", metavar="NAME", help="as given to dlopen: libm.so.6, ./libmine.so")
    parser.add_argument("--base", metavar="DIR", type=Path, help="where relative paths start (the working directory)")
    parser.add_argument("--json", action="store_true", help="print a JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Show the way to the file; see the module for the exit codes."""
    location = locate(arguments.name, base=arguments.base)
    if arguments.json:
        print(json.dumps(_to_json(location), indent=2))
    else:
        _show(location)
    return 0 if location.path is not None and location.failure is None else 2


def _to_json(location: Location) -> dict[str, object]:
    failure = location.failure
    return {
        "name": location.name,
        "path": None if location.path is None else str(location.path),
        "steps": [{"place": step.place, "outcome": step.outcome} for step in location.steps],
        "near": list(location.near),
        "failure": None if failure is None else {"reason": failure.reason, "detail": failure.detail},
    }


def _show(location: Location) -> None:
    for step in location.steps:
        print(f"{step.place}: {step.outcome}")
    if location.failure is not None:
        print(f"ffi-core locate: {location.failure}", file=sys.stderr)
    elif location.path is None:
        print(f"ffi-core locate: {location.name!r} not found", file=sys.stderr)
    if location.near:
        print(f"ffi-core locate: did you mean {' or '.join(map(repr, location.near))}?", file=sys.stderr)

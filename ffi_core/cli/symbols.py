"""List what a library exports, read from its file without loading it.

Exit codes: 0 done, also where the list is empty; 2 the library could not be found or read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ffi_core.errors import LibraryLoadError, LibraryNotFoundError
from ffi_core.library import Library, locate, open_library
from ffi_core.library.mangling import demangle
from ffi_core.model import SymbolKind

Row = dict[str, Any]
"""A symbol as JSON shows it."""

_HEADINGS = ("symbol", "kind", "version", "size", "address", "notes")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("library", metavar="LIB", help="a path, or a name as the dynamic loader takes it: libm.so.6")
    parser.add_argument("--filter", metavar="GLOB", help="only names that match: 'sqlite3_*'")
    parser.add_argument("--kind", choices=[kind.value for kind in SymbolKind], help="only symbols of this kind")
    parser.add_argument("--undefined", action="store_true", help="list the names it takes from other libraries instead")
    parser.add_argument("--demangle", action="store_true", help="show C++ and Rust names as their authors wrote them")
    parser.add_argument("--json", action="store_true", help="print a JSON array of objects")


def run(arguments: argparse.Namespace) -> int:
    """List the symbols; see the module for the exit codes."""
    if arguments.undefined and arguments.kind:
        return _refuse("--undefined gives names alone, which have no --kind")
    if arguments.demangle and find_spec("pydemumble") is None:
        return _refuse("--demangle needs the package pydemumble: pip install 'ffi-lsp[demangle]'")
    try:
        library = find_library(arguments.library)
        rows = list(_import_rows(library) if arguments.undefined else _export_rows(library, arguments.kind))
    except (LibraryNotFoundError, LibraryLoadError) as error:
        return _refuse(str(error))
    if arguments.demangle:
        for row in rows:
            row["demangled"] = demangle(row["name"])
    rows = [row for row in rows if _matches(row, arguments.filter)]
    if arguments.json:
        print(json.dumps(rows, indent=2))
    elif sys.stdout.isatty():
        _print_table(f"{library.path} ({library.format}, {library.architecture}): {len(rows)} symbols", rows)
    else:
        for row in rows:
            print("\t".join(_cells(row)))
    return 0


def find_library(name: str) -> Library:
    """Open what a word of the command line means: what the loader finds under it, else a file of the working directory.

    Parameters
    ----------
    name: a path, or a library's name.

    Raises
    ------
    LibraryNotFoundError, LibraryLoadError: nothing of the kind is there, or it is no library.
    """
    if "/" in name:
        return open_library(name)
    location = locate(name)
    if location.path is not None and location.failure is None:
        return open_library(location.path)
    if Path(name).is_file():
        return open_library(name)
    if location.failure is not None:
        raise location.failure
    raise LibraryNotFoundError(name, location.searched, location.near)


def _refuse(why: str) -> int:
    print(f"ffi-core symbols: {why}", file=sys.stderr)
    return 2


def _export_rows(library: Library, kind: str | None) -> Iterator[Row]:
    return (asdict(symbol) for symbol in library.symbols() if kind in (None, symbol.kind))


def _import_rows(library: Library) -> Iterator[Row]:
    return ({"name": name} for name in library.imports())


def _matches(row: Row, pattern: str | None) -> bool:
    names = (row["name"], row.get("demangled"))
    return pattern is None or any(name and fnmatchcase(name, pattern) for name in names)


def _cells(row: Row) -> tuple[str, ...]:
    """What people see of a row: an import is a name alone."""
    name = row.get("demangled") or row["name"]
    if "kind" not in row:
        return (name,)
    notes = [] if row["default"] else ["not the default version"]
    notes += ["weak"] if row["weak"] else []
    notes += [f"is {row['forwarded_to']}"] if row["forwarded_to"] else []
    size = str(row["size"] or "")
    return name, row["kind"], row["version"] or "", size, f"{row['address']:#x}", ", ".join(notes)


def _print_table(title: str, rows: Sequence[Row]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    cells = [_cells(row) for row in rows]
    table = Table(*_HEADINGS[: len(cells[0]) if cells else 1], title=title, title_justify="left")
    for row in cells:
        table.add_row(*map(Text, row))
    Console().print(table)

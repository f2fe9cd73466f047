"""List what a library exports, read from its file without loading it.

Exit codes: 0 done, also where the list is empty; 2 the library could not be found or read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from fnmatch import fnmatchcase
from pathlib import Path

from ffi_core.errors import LibraryLoadError, LibraryNotFoundError
from ffi_core.library import Library, locate, open_library
from ffi_core.model import Symbol, SymbolKind

_HEADINGS = ("symbol", "kind", "version", "size", "address", "notes")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("library", metavar="LIB", help="a path, or a name as the dynamic loader takes it: libm.so.6")
    parser.add_argument("--filter", metavar="GLOB", help="only names that match: 'sqlite3_*'")
    parser.add_argument("--kind", choices=[kind.value for kind in SymbolKind], help="only symbols of this kind")
    parser.add_argument("--undefined", action="store_true", help="list the names it takes from other libraries instead")
    parser.add_argument("--json", action="store_true", help="print a JSON array of objects")


def run(arguments: argparse.Namespace) -> int:
    """List the symbols; see the module for the exit codes."""
    if arguments.undefined and arguments.kind:
        print("ffi-core symbols: --undefined gives names alone, which have no --kind", file=sys.stderr)
        return 2
    try:
        library = find_library(arguments.library)
        if arguments.undefined:
            names = [name for name in library.imports() if _matches(name, arguments.filter)]
            _print_names(names, as_json=arguments.json)
            return 0
        symbols = [
            symbol
            for symbol in library.symbols()
            if _matches(symbol.name, arguments.filter) and arguments.kind in (None, symbol.kind)
        ]
    except (LibraryNotFoundError, LibraryLoadError) as error:
        print(f"ffi-core symbols: {error}", file=sys.stderr)
        return 2
    if arguments.json:
        print(json.dumps([asdict(symbol) for symbol in symbols], indent=2))
    elif sys.stdout.isatty():
        _print_table(library, symbols)
    else:
        _print_lines(_row(symbol) for symbol in symbols)
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


def _matches(name: str, pattern: str | None) -> bool:
    return pattern is None or fnmatchcase(name, pattern)


def _print_names(names: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([{"name": name} for name in names], indent=2))
    else:
        _print_lines((name,) for name in names)


def _print_lines(rows: Iterable[Sequence[str]]) -> None:
    for row in rows:
        print("\t".join(row))


def _print_table(library: Library, symbols: Sequence[Symbol]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    title = f"{library.path} ({library.format}, {library.architecture}): {len(symbols)} symbols"
    table = Table(*_HEADINGS, title=title, title_justify="left")
    for symbol in symbols:
        table.add_row(*(Text(cell) for cell in _row(symbol)))
    Console().print(table)


def _row(symbol: Symbol) -> tuple[str, ...]:
    notes = [] if symbol.default else ["not the default version"]
    notes += ["weak"] if symbol.weak else []
    notes += [f"is {symbol.forwarded_to}"] if symbol.forwarded_to else []
    size = str(symbol.size) if symbol.size else ""
    return symbol.name, symbol.kind, symbol.version or "", size, f"{symbol.address:#x}", ", ".join(notes)

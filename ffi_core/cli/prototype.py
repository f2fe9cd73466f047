"""Show what a C header says of a function: its prototype, where it stands, and how to declare it.

Exit codes: 0 found; 1 no header that was found declares it; 2 the library or a header could not be read.
"""

from __future__ import annotations

import argparse
import json
import sys

from ffi_core.c_types import spell
from ffi_core.cli.headers import add_header_options, index_progress, settings_of
from ffi_core.cli.symbols import find_library
from ffi_core.errors import LibraryLoadError, LibraryNotFoundError
from ffi_core.generate import NotExpressibleError, declaration_of
from ffi_core.headers import (
    Abi,
    Found,
    HeaderError,
    abi_of,
    find_in_headers,
    find_prototypes,
    host_abi,
)
from ffi_core.library import Library, resolve
from ffi_core.model import Prototype
from ffi_core.schema import to_schema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("name", metavar="NAME", help="a function: sqlite3_open_v2")
    parser.add_argument(
        "--library", metavar="LIB", help="the library that exports it: a path, or a name as dlopen takes it"
    )
    add_header_options(parser)
    parser.add_argument("--json", action="store_true", help="print a JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Show the prototype; see the module for the exit codes."""
    try:
        library = find_library(arguments.library) if arguments.library else None
        found = _find(arguments, library)
    except (LibraryNotFoundError, LibraryLoadError, HeaderError) as error:
        print(f"ffi-core prototype: {error}", file=sys.stderr)
        return 2
    for problem in found.problems:
        print(f"ffi-core prototype: {problem}", file=sys.stderr)
    prototype = found.prototypes.get(arguments.name)
    if prototype is None:
        if found.problems:
            return 2
        where = f" of {arguments.library}" if arguments.library else ""
        print(f"ffi-core prototype: no header{where} that was found declares {arguments.name!r}", file=sys.stderr)
        return 1
    abi = abi_of(library) if library is not None else host_abi()
    if arguments.json:
        print(json.dumps(_to_json(prototype, abi), indent=2))
    else:
        _show(prototype, abi)
    return 0


def _find(arguments: argparse.Namespace, library: Library | None) -> Found:
    settings = settings_of(arguments)
    with index_progress() as progress:
        if library is not None:
            exporter = resolve(library, arguments.name)
            owner = exporter[1] if exporter is not None else library
            return find_prototypes(owner, [arguments.name], settings=settings, progress=progress)
        return find_in_headers([arguments.name], settings=settings, progress=progress)


def _to_json(prototype: Prototype, abi: Abi) -> dict[str, object]:
    try:
        declaration, why = to_schema(declaration_of(prototype, abi)), None
    except NotExpressibleError as error:
        declaration, why = None, str(error)
    return {
        "name": prototype.name,
        "kind": prototype.kind,
        "prototype": str(prototype),
        "result": None if prototype.is_macro else spell(prototype.result),
        "parameters": [
            {"name": name, "type": None if prototype.is_macro else spell(type_)} for name, type_ in prototype.parameters
        ],
        "variadic": prototype.variadic,
        "header": prototype.header,
        "line": prototype.line or None,
        "comment": prototype.comment,
        "declaration": declaration,
        "not_declarable": why,
    }


def _show(prototype: Prototype, abi: Abi) -> None:
    print(prototype)
    print(f"  {prototype.where}")
    try:
        print(f"  declare it as {declaration_of(prototype, abi)}")
    except NotExpressibleError as error:
        print(f"  it cannot be declared: {error}")
    for line in prototype.comment.splitlines():
        print(f"  | {line}".rstrip())

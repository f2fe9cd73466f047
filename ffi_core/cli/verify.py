"""Compare the declarations of a schema with a library and its C headers, without loading the library.

Exit codes: 0 nothing is wrong; 1 there are errors or warnings; 2 the library or the schema could not be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ffi_core.cli.headers import add_header_options, index_progress, settings_of
from ffi_core.cli.symbols import find_library
from ffi_core.errors import LibraryLoadError, LibraryNotFoundError, SchemaError
from ffi_core.headers import Found, HeaderSettings, abi_of, find_prototypes
from ffi_core.headers.index import Progress
from ffi_core.library import Library, resolve
from ffi_core.model import Declaration, Mismatch, MismatchKind, MismatchSeverity, Prototype, Symbol
from ffi_core.schema import check
from ffi_core.verify import describe_library, examine

_LONGEST_SCHEMA = 64 << 20


@dataclass(frozen=True, slots=True)
class _Report:
    """What came of all declarations together."""

    mismatches: tuple[Mismatch, ...]
    unchecked: tuple[str, ...]
    problems: tuple[str, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("library", metavar="LIB", help="a path, or a name as the dynamic loader takes it: libm.so.6")
    parser.add_argument(
        "schema", metavar="SCHEMA.json", type=Path, help="the object that is given to dlopen; - for stdin"
    )
    add_header_options(parser)
    parser.add_argument("--verbose", action="store_true", help="show hints too, and what was not checked")
    parser.add_argument("--json", action="store_true", help="print a JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Compare; see the module for the exit codes."""
    try:
        declarations = check(_read_schema(arguments.schema))
        library = find_library(arguments.library)
        with index_progress() as progress:
            report = _verify(library, declarations, settings_of(arguments), progress)
    except (LibraryNotFoundError, LibraryLoadError, SchemaError, OSError, ValueError, RecursionError) as error:
        print(f"ffi-core verify: {_reason(error, arguments.schema)}", file=sys.stderr)
        return 2
    bad = [mismatch for mismatch in report.mismatches if mismatch.severity is not MismatchSeverity.HINT]
    shown = report.mismatches if arguments.verbose else bad
    if arguments.json:
        print(json.dumps(_to_json(library, shown, report), indent=2))
    else:
        _show(declarations, shown, report, verbose=arguments.verbose)
    return 1 if bad else 0


def _read_schema(path: Path) -> object:
    data = sys.stdin.buffer.read(_LONGEST_SCHEMA) if str(path) == "-" else _read_file(path)
    return json.loads(data.decode("utf-8"))


def _read_file(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LONGEST_SCHEMA)


def _reason(error: Exception, schema: Path) -> str:
    if isinstance(error, LibraryNotFoundError | LibraryLoadError | SchemaError):
        return str(error)
    if isinstance(error, OSError):
        return f"{schema}: {error.strerror or error}"
    return f"{schema} is no JSON: {error or 'nested too deep'}"


def _verify(
    library: Library, declarations: Sequence[Declaration], settings: HeaderSettings, progress: Progress | None
) -> _Report:
    exporters = {entry.symbol: resolve(library, entry.symbol) for entry in declarations}
    found = _prototypes(library, exporters, settings, progress)
    mismatches: list[Mismatch] = []
    unchecked: list[str] = []
    for declaration in declarations:
        exporter = exporters[declaration.symbol]
        if exporter is None and not declaration.optional:
            mismatches.append(_not_exported(declaration, library))
        owner = exporter[1] if exporter is not None else library
        comparison = examine(
            declaration,
            exporter[0] if exporter is not None else None,
            found.prototypes.get(declaration.symbol),
            abi=abi_of(owner),
            library=describe_library(owner),
        )
        mismatches += comparison.mismatches
        unchecked += comparison.unchecked
    return _Report(tuple(mismatches), tuple(unchecked), found.problems)


def _prototypes(
    library: Library,
    exporters: dict[str, tuple[Symbol, Library] | None],
    settings: HeaderSettings,
    progress: Progress | None,
) -> Found:
    """The prototypes of all symbols, each looked for among the headers of the library that exports it."""
    by_owner: dict[Library, list[str]] = defaultdict(list)
    for name, exporter in exporters.items():
        by_owner[exporter[1] if exporter is not None else library].append(name)
    prototypes, problems = dict[str, Prototype](), dict[str, None]()
    for owner, names in by_owner.items():
        found = find_prototypes(owner, names, settings=settings, progress=progress)
        prototypes.update(found.prototypes)
        problems.update(dict.fromkeys(found.problems))
    return Found(prototypes, tuple(problems))


def _not_exported(declaration: Declaration, library: Library) -> Mismatch:
    nearest = library.nearest(declaration.symbol)
    hint = f"; did you mean {nearest!r}?" if nearest else ""
    summary = f"{describe_library(library)} does not export {declaration.symbol!r}{hint}"
    message = f"{declaration.name}: {summary}"
    return Mismatch(MismatchKind.NOT_EXPORTED, MismatchSeverity.ERROR, message, declaration.symbol, summary=summary)


def _to_json(library: Library, shown: Iterable[Mismatch], report: _Report) -> dict[str, object]:
    return {
        "library": str(library.path),
        "mismatches": [
            {
                "symbol": mismatch.symbol,
                "kind": mismatch.kind,
                "severity": mismatch.severity,
                "message": mismatch.message,
                "parameter": mismatch.parameter,
                "result": mismatch.is_result,
                "declared": None if mismatch.declared is None else str(mismatch.declared),
                "expected": None if mismatch.expected is None else str(mismatch.expected),
            }
            for mismatch in shown
        ],
        "unchecked": list(report.unchecked),
        "problems": list(report.problems),
    }


def _show(declarations: Sequence[Declaration], shown: Sequence[Mismatch], report: _Report, *, verbose: bool) -> None:
    for problem in report.problems:
        print(f"ffi-core verify: {problem}", file=sys.stderr)
    for mismatch in shown:
        expected = f"; declare it as {mismatch.expected}" if mismatch.expected is not None else ""
        print(f"{mismatch.severity}: {mismatch.message}{expected}")
    for sentence in report.unchecked if verbose else ():
        print(f"not checked: {sentence}")
    counts = [sum(entry.severity is severity for entry in report.mismatches) for severity in MismatchSeverity]
    left = f", {len(report.unchecked)} not checked" if report.unchecked else ""
    print(
        f"{len(declarations)} declarations: {counts[0]} errors, {counts[1]} warnings, {counts[2]} hints{left}",
        file=sys.stderr,
    )

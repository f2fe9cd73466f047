"""Time a function that a JavaScript or TypeScript file declares, or the whole file on every runtime.

The function is called in a child process. Exit codes: 0 done; 1 the function crashed, exited or ran out of its limit,
or a runtime failed or printed something else; 2 it could not be timed; 130 Ctrl-C ended the comparison early.
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ffi_core.bench import Arguments, ArgumentsError, RunReport, RunRequest, Status, choose_arguments, quick_run
from ffi_core.bench.text import describe
from ffi_core.errors import FFIError, LibraryNotFoundError
from ffi_core.model import DlopenCall, Text

_RUNTIMES = ("porffor", "deno", "bun", "node", "koffi")
_EXIT_CODES = {Status.DONE: 0, Status.FAILED: 2, Status.CANCELLED: 2}


class _CannotRunError(Exception):
    """What stands between the user and the run, in words for them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a .js, .ts, ... file that opens the library")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--symbol", metavar="NAME", help="the function, by its name in the schema")
    what.add_argument(
        "--runtimes",
        metavar="NAMES",
        type=_runtimes,
        help=f"run the whole file on these instead and compare: all, or some of {','.join(_RUNTIMES)}",
    )
    parser.add_argument(
        "--args",
        metavar="JSON",
        help='an array with one value for each parameter: \'[0.5, "text", null, {"out": 8}]\'; without it they come '
        "from the first call in the file whose arguments are literals",
    )
    parser.add_argument(
        "--runs", metavar="N", type=_runs, default=10, help="with --runtimes: runs of each (default 10)"
    )
    parser.add_argument(
        "--export-markdown", metavar="PATH", type=Path, help="also write the report there, or with --runtimes the table"
    )
    parser.add_argument(
        "--export-svg", metavar="PATH", type=Path, help="with --runtimes: also draw the table as a bar chart there"
    )
    parser.add_argument(
        "--no-counts",
        dest="counts",
        action="store_false",
        help="with --runtimes: leave out the extra run of each that counts and times its native calls",
    )
    add_run_options(parser)


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Declare what every command takes that runs native code."""
    parser.add_argument("--timeout", metavar="S", type=_seconds, default=10.0, help="seconds at most (default 10)")
    parser.add_argument(
        "--memory", metavar="MIB", type=_mebibytes, default=1024, help="address space at most (default 1024)"
    )
    parser.add_argument(
        "--file-size", metavar="MIB", type=_file_size, default=64, help="largest file written at most (default 64)"
    )
    parser.add_argument(
        "--no-sandbox",
        dest="sandbox",
        action="store_false",
        help="let the function write files, use the network and start processes; its system calls get a little cheaper",
    )
    parser.add_argument("--json", action="store_true", help="print the whole report as JSON")


def exit_code(report: RunReport) -> int:
    """0 done; 1 the function did not come back; 2 it never ran."""
    return _EXIT_CODES.get(report.status, 1)


def run(arguments: argparse.Namespace) -> int:
    """Time the function, or the file; see the module for the exit codes."""
    if arguments.runtimes:
        from ffi_core.cli.bench_runtimes import compare_runtimes

        return compare_runtimes(arguments)
    try:
        call = _find_call(arguments.file, arguments.symbol)
        chosen = _choose(call, arguments)
        library = _locate(call, arguments.file)
    except _CannotRunError as error:
        print(f"ffi-core bench: {error}", file=sys.stderr)
        return 2
    request = chosen.request(str(library), arguments.timeout, sandbox=arguments.sandbox)
    request = replace(request, memory=arguments.memory << 20, file_size=arguments.file_size << 20)
    report = quick_run(request)
    if not _export(request, report, chosen, arguments):
        return 2
    if arguments.json:
        found = {"arguments": list(chosen.values), "arguments_from": chosen.origin}
        print(json.dumps(report.to_json() | found, indent=2))
    else:
        picture = sys.stdout.isatty() and sys.stdout.encoding.lower() == "utf-8"
        print(describe(report, chosen.declaration, picture=picture))
        sys.stderr.write(report.stderr)
    return exit_code(report)


def _export(request: RunRequest, report: RunReport, chosen: Arguments, arguments: argparse.Namespace) -> bool:
    """Write the report's document where it is asked for; whether it could be written."""
    if arguments.export_markdown is None:
        return True
    from ffi_core.bench.document import Surroundings, repeat_command, write_document
    from ffi_core.bench.machine import describe_machine
    from ffi_core.bench.provenance import describe_build, now_in_words, read_library

    library = read_library(request.library)
    repeat = repeat_command(arguments.file, request, given=chosen.origin == "request")
    around = Surroundings(now_in_words(), describe_machine(), library, describe_build(library), repeat)
    try:
        arguments.export_markdown.write_text(write_document(request, report, around), encoding="utf-8")
    except OSError as error:
        print(f"ffi-core bench: {arguments.export_markdown}: {error.strerror or error}", file=sys.stderr)
        return False
    return True


def _find_call(file: Path, symbol: str) -> DlopenCall:
    from ffi_core.dialects import read

    try:
        text = file.read_bytes()
    except OSError as error:
        raise _CannotRunError(f"{file}: {error.strerror or error}") from error
    calls = read(text, file)
    if not calls:
        raise _CannotRunError(f"{file}: no call of dlopen that could be read")
    found = next((call for call in calls if call.declaration_of(symbol)), None)
    if found is None:
        names = [entry.name for call in calls for entry in call.declarations]
        near = difflib.get_close_matches(symbol, names, n=1, cutoff=0.6)
        hint = f"did you mean {near[0]!r}?" if near else f"it declares {', '.join(names) or 'nothing'}"
        raise _CannotRunError(f"{file} does not declare {symbol!r}; {hint}")
    return found


def _choose(call: DlopenCall, arguments: argparse.Namespace) -> Arguments:
    given = None if arguments.args is None else _array(arguments.args)
    try:
        return choose_arguments(call, arguments.symbol, given, arguments.file.read_bytes())
    except ArgumentsError as error:
        hint = "" if error.example is None else f"; give them like this: --args '{json.dumps(error.example)}'"
        raise _CannotRunError(f"{error}{hint}") from error


def _array(text: str) -> Sequence[object]:
    try:
        values = json.loads(text)
    except ValueError as error:
        raise _CannotRunError(f"--args {text!r} is no JSON: {error}") from error
    if not isinstance(values, list):
        raise _CannotRunError(f"--args takes a JSON array, such as '[0.5]', not {text!r}")
    return values


def _locate(call: DlopenCall, file: Path) -> Path:
    from ffi_core.library import locate

    if not isinstance(call.library, Text):
        raise _CannotRunError(f"{file}: the library's name is not a text literal, so nothing tells which file to load")
    try:
        location = locate(call.library.value, base=file.resolve().parent)
    except FFIError as error:
        raise _CannotRunError(str(error)) from error
    if location.failure is not None:
        raise _CannotRunError(str(location.failure))
    if location.path is None:
        raise _CannotRunError(str(LibraryNotFoundError(location.name, location.searched, location.near)))
    return location.path


def _runtimes(word: str) -> list[str]:
    names = list(_RUNTIMES) if word == "all" else word.split(",")
    unknown = [name for name in names if name not in _RUNTIMES]
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown runtime {unknown[0]!r}; they are {', '.join(_RUNTIMES)}")
    return names


def _runs(word: str) -> int:
    # With one run alone nothing tells a measurement that a program prints from its result.
    if not word.isdecimal() or not 2 <= int(word) <= 10_000:
        raise argparse.ArgumentTypeError(f"{word!r} is no number of runs from 2 to 10000")
    return int(word)


def _mebibytes(word: str) -> int:
    if not word.isdecimal() or not 64 <= int(word) <= 1 << 20:
        raise argparse.ArgumentTypeError(f"{word!r} is no number of mebibytes from 64 to {1 << 20}")
    return int(word)


def _file_size(word: str) -> int:
    if not word.isdecimal() or int(word) > 1 << 20:
        raise argparse.ArgumentTypeError(f"{word!r} is no number of mebibytes from 0 to {1 << 20}")
    return int(word)


def _seconds(word: str) -> float:
    try:
        seconds = float(word)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 86400:
        raise argparse.ArgumentTypeError(f"{word!r} is no number of seconds between 0 and a day")
    return seconds

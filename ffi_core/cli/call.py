"""Call one function of a library in a child process and print what it returns.

Exit codes: 0 done; 1 the function crashed, exited or ran out of its limit; 2 it could not be called.
"""

from __future__ import annotations

import argparse
import json
import sys

from ffi_core.bench import ArgumentsError, RunReport, RunRequest, Status, quick_run
from ffi_core.bench.arguments import from_word, spell_result
from ffi_core.cli.bench import add_run_options, exit_code
from ffi_core.errors import SchemaError
from ffi_core.model import Declaration
from ffi_core.schema import parse_signature
from ffi_core.types import Type


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("library", metavar="LIB", help="a path, or a name as the dynamic loader takes it: libm.so.6")
    parser.add_argument("signature", metavar="SIGNATURE", help="what to call: 'cos(f64) -> f64'")
    parser.add_argument(
        "words",
        metavar="ARGUMENT",
        nargs="*",
        help="one for each parameter: 0.5, text, true, 0x7f, null, '[1, 2]' (bytes), '{\"out\": 8}' (zeroed bytes); "
        "put -- before the first where one starts with a dash and is no number",
    )
    add_run_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Call the function; see the module for the exit codes."""
    try:
        declaration = parse_signature(arguments.signature)
        values = _values(declaration, arguments.words)
    except (SchemaError, ArgumentsError) as error:
        print(f"ffi-core call: {error}", file=sys.stderr)
        return 2
    request = RunRequest(
        arguments.library,
        declaration,
        values,
        arguments.timeout,
        timed=False,
        sandbox=arguments.sandbox,
        memory=arguments.memory << 20,
        file_size=arguments.file_size << 20,
    )
    report = quick_run(request)
    if arguments.json:
        print(json.dumps(report.to_json(), indent=2))
    else:
        _show(report, declaration)
    return exit_code(report)


def _values(declaration: Declaration, words: list[str]) -> tuple[object, ...]:
    assert declaration.signature is not None
    parameters: list[Type | None] = list(declaration.signature.parameters)
    # Words too many are left as they are: the check of the arguments says how many it takes.
    parameters += [None] * (len(words) - len(parameters))
    return tuple(
        word if type_ is None else from_word(type_, word) for type_, word in zip(parameters, words, strict=False)
    )


def _show(report: RunReport, declaration: Declaration) -> None:
    sys.stdout.write(report.stdout)
    sys.stderr.write(report.stderr)
    if report.status is not Status.DONE:
        why = "" if report.message == report.cause else f": {report.message}"
        print(f"ffi-core call: {report.cause}{why}", file=sys.stderr)
    elif declaration.signature is not None and declaration.signature.result.name != "void":
        print(spell_result(declaration, report.result))

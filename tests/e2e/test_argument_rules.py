"""What FFI402 and FFI403 say is true of the real runtimes: what they report fails there, or arrives changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_lsp.workspace import Workspace

LIBRARY = """
#include <stdint.h>
int64_t mark(int64_t value) { return value; }
double mark_double(double value) { return value; }
"""
NUMBERS = ["5", "-5", "200", "300", "-300", "70000", "3e9", "5e9", "1.5", "5n", "-1n", "1180591620717411303424n"]
ARGUMENTS = [*NUMBERS, "'x'", "true", "null", "undefined"]
INTEGERS = ["i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64"]
IMPORTS = {
    "deno": "const { dlopen } = Deno;",
    "bun": 'import { dlopen } from "bun:ffi";',
    "node": 'import { dlopen } from "node:ffi";',
}
# The functions of a library that was opened with one function, and the types of each dialect.
OPENED = {
    "deno": 'dlopen(PATH, { NAME: { parameters: ["TYPE"], result: "RESULT" } }).symbols',
    "bun": 'dlopen(PATH, { NAME: { args: ["TYPE"], returns: "RESULT" } }).symbols',
    "node": 'dlopen(PATH, { NAME: { arguments: ["TYPE"], return: "RESULT" } }).functions',
}
TYPES = {
    "deno": [*INTEGERS, "bool", "usize", "f64", "pointer", "buffer", "function"],
    "bun": [*INTEGERS, "bool", "usize", "f64", "ptr", "buffer", "cstring", "function"],
    "node": [*INTEGERS, "bool", "f64", "pointer", "buffer", "string", "arraybuffer"],
}
ADDRESSES = {"pointer", "buffer", "function", "ptr", "cstring", "string", "arraybuffer"}


def opened(dialect: str, library: Path, type_: str) -> tuple[str, str]:
    """The text that opens the library with the function that gives a value of a type back, and the function's name."""
    name, result = ("mark_double", "f64") if type_ == "f64" else ("mark", "i64" if type_ in ADDRESSES else type_)
    text = OPENED[dialect].replace("NAME", name).replace("TYPE", type_).replace("RESULT", result)
    return text.replace("PATH", json.dumps(str(library))), name


def program(dialect: str, library: Path) -> str:
    lines = [IMPORTS[dialect], "const said = [];"]
    for type_ in TYPES[dialect]:
        text, name = opened(dialect, library, type_)
        lines += [
            f"try {{ const got = {text}.{name}({argument}); said.push(got == {argument} ? 'same' : String(got)); }}"
            " catch { said.push('throws'); }"
            for argument in ARGUMENTS
        ]
    return "\n".join([*lines, "console.log('SAID' + JSON.stringify(said));"])


def reported(dialect: str, library: Path, type_: str, argument: str) -> bool:
    text, name = opened(dialect, library, type_)
    file = f"{IMPORTS[dialect]}\nconst symbols = {text};\nsymbols.{name}({argument});"
    found = Workspace().snapshot(library.parent / "example.mjs", file.encode()).diagnostics
    assert {entry.code for entry in found} <= {"FFI402", "FFI403"}, found
    return bool(found)


def same_bits(type_: str, argument: str, said: str) -> bool:
    """Whether a value arrived with all of its bits, only under the other sign."""
    bits = int(type_[1:])
    value = float(argument) if set("e.") & set(argument) else int(argument.rstrip("n"))
    in_reach = -(1 << (bits - 1)) <= value < 1 << bits
    return in_reach and value == int(value) and (int(said) - int(value)) % (1 << bits) == 0


@pytest.mark.parametrize("dialect", OPENED)
def test_the_runtime_agrees_with_each_verdict(
    dialect: str, compile_library: Callable[..., Path], outcome: Callable[..., str]
) -> None:
    library = compile_library(LIBRARY, "libmark.so")
    printed = outcome(dialect, program(dialect, library))
    said = iter(json.loads(printed.partition("SAID")[2].splitlines()[0]))
    wrong = []
    for type_ in TYPES[dialect]:
        for argument in ARGUMENTS:
            outcome = next(said)
            verdict = reported(dialect, library, type_, argument)
            if verdict and outcome == "same":
                wrong.append(f"{argument} for {type_} is reported, but arrives as it is")
            if not verdict and outcome == "throws":
                wrong.append(f"{argument} for {type_} throws, and nothing is said")
            changed = type_ in INTEGERS and argument in NUMBERS and outcome not in ("same", "throws")
            if not verdict and changed and not same_bits(type_, argument, outcome):
                wrong.append(f"{argument} for {type_} arrives as {outcome}, and nothing is said")
    assert wrong == []

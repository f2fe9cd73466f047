"""What the FFI6xx rules say is true of the real Porffor: each bad example fails, each good one works, and where the
compiler refuses a program, so does the rule.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_lsp.rules import RULES
from ffi_lsp.workspace import Workspace

PRINTS = {
    # what the bad example would print if it worked, and what the good one prints
    "FFI601": ("3\n", "3\n"),
    "FFI602": ("true\n", "true\n"),
    "FFI603": ("true\n", "true\n"),
    "FFI604": ("true\n", "true\n"),
    "FFI605": ("65\n", "65\n"),
    "FFI606": ("3\n", "4\n"),
    "FFI607": ("5\n", "65\n"),
    "FFI608": ("ab", "ab"),
    "FFI609": ("hëllo\nend\n", "hello\nend\n"),
    "FFI610": ("3\ntrue\n", "3\ntrue\n"),
    "FFI611": ("-1\n", "-1\n"),
    "FFI612": ("1\n", "1\n"),
    "FFI613": ("97\n", "97\n"),
    "FFI614": ("65\n", "65\n"),
    "FFI615": ("none\n", "none\n"),
}
UPPER = 'const { toupper } = Porffor.dlopen("libc.so.6", { toupper: { parameters: ["i32"], result: "i32" } });'
LOWER = 'const { tolower } = Porffor.dlopen("libc.so.6", { tolower: { parameters: ["i32"], result: "i32" } });'
USE = "const letter = toupper(97); console.log(letter);"
NAMED = 'const { NAME } = Porffor.dlopen("libm.so.6", { NAME: { parameters: [], result: "i32" } });'
# Programs that compile or do not; the rules have to say the same.
BLOCKS = {
    "two at the top": f"{UPPER} {LOWER} {USE}",
    "one in a function": f"{UPPER} function a() {{ {LOWER} return tolower(65); }} {USE}",
    "one in an arrow function": f"{UPPER} const a = () => {{ {LOWER} return tolower(65); }}; {USE}",
    "a bare block": f"{UPPER} {{ {LOWER} }} {USE}",
    "a branch": f"{UPPER} {USE} if (letter > 0) {{ {LOWER} const other = tolower(65); console.log(other); }}",
    "two branches": f"let a = 1; if (a > 0) {{ {UPPER} {USE} }} else {{ {LOWER} const b = tolower(65); }}",
    "a for loop": f"for (let a = 0; a < 1; a++) {{ {UPPER} {USE} }}",
    "a while loop": f"let a = 0; while (a < 1) {{ a++; {UPPER} {USE} }}",
    "a do loop": f"let a = 0; do {{ a++; {UPPER} {USE} }} while (a < 1); console.log(a);",
    "a branch in a loop": f"for (let a = 0; a < 1; a++) {{ if (a < 1) {{ {UPPER} {USE} }} }}",
    "a for-of loop": f"for (const a of [1]) {{ {UPPER} {USE} }}",
    "the top and a for-of loop": f"{UPPER} {USE} for (const a of [1]) {{ {LOWER} }}",
    "a case": f"{UPPER} {USE} switch (letter) {{ case 1: {LOWER} }}",
    "declared with others": f"{UPPER.replace('const', 'const a = 1,', 1)} {USE}",
    "catch with a parameter": f"{UPPER} {USE} try {{ console.log(letter); }} catch (error) {{ console.log('no'); }}",
    "finally": f"{UPPER} {USE} try {{ console.log(letter); }} finally {{ console.log('done'); }}",
}
NAMES = [
    *[
        (name, "")
        for name in ("realpath", "alloca", "dlerror", "uint8_t", "f32", "i32", "puts", "floor", "time", "write")
    ],
    *[(name, 'console.log("a");') for name in ("puts", "fflush", "floor", "clock", "strlen", "memcpy", "index")],
    *[(name, "let a = 2.5; let b = Math.floor(a);") for name in ("floor", "nearbyint", "lgammaf", "puts")],
    *[(name, "let a = performance.now();") for name in ("time", "nanosleep", "puts")],
    ("clock_gettime", "let a = Date.now();"),
    *[("rint", f"let a = 2.5; let b = Math.{word}(a);") for word in ("sin", "exp", "pow", "sqrt", "abs", "hypot")],
]
VALUES = {
    # an expression that stands for the function, called with 97
    "const shout = toupper; const letter = shout(97);": False,
    "const all = [97].map(toupper); const letter = all[0];": False,
    "const tools = { toupper }; const letter = tools.toupper(97);": False,
    "const choose = () => toupper; const shout = choose(); const letter = shout(97);": False,
    "const shout = (code) => toupper(code); const letter = shout(97);": True,
    "const letter = toupper?.(97);": True,
    "const letter = toupper.call(null, 97);": True,
}

pytestmark = pytest.mark.skipif(shutil.which("npm") is None, reason="Porffor comes from npm, and there is no npm")
PORFFORS = pytest.mark.parametrize("code", [code for code in PRINTS if code in RULES])


def example(code: str, section: str, folder: Path, compile_library: Callable[..., Path]) -> str:
    """A page's example, with its library compiled and named by its whole path."""
    match = re.search(rf"^## {section}\n(.*?)^## ", RULES[code].documentation, re.MULTILINE | re.DOTALL)
    assert match is not None
    blocks = dict(re.findall(r"```(js|c)\n(.*?)```", match[1], re.DOTALL))
    library = re.search(r'"\./(lib\w+\.so)"', blocks["js"])
    if library is not None:
        return str(blocks["js"]).replace(library[0], f'"{compile_library(blocks["c"], library[1])}"')
    return str(blocks["js"])


def findings(text: str, folder: Path) -> set[str]:
    return {entry.code for entry in Workspace().snapshot(folder / "program.ts", text.encode()).diagnostics}


def test_every_rule_about_porffor_is_tried() -> None:
    # FFI616 is about the compiler's version, and this one is the right one.
    assert {code for code in RULES if code.startswith("FFI6")} - {"FFI616"} == set(PRINTS)


@PORFFORS
def test_the_bad_example_does_not_do_what_it_says(
    code: str, outcome: Callable[..., str], tmp_path: Path, compile_library: Callable[..., Path]
) -> None:
    assert outcome("porffor", example(code, "Bad", tmp_path, compile_library), ".ts") != PRINTS[code][0]


@PORFFORS
def test_the_good_example_works(
    code: str, outcome: Callable[..., str], tmp_path: Path, compile_library: Callable[..., Path]
) -> None:
    assert outcome("porffor", example(code, "Good", tmp_path, compile_library), ".ts") == PRINTS[code][1]


@pytest.mark.parametrize("text", BLOCKS.values(), ids=BLOCKS)
def test_what_the_compiler_refuses_is_found_and_nothing_else(
    text: str, outcome: Callable[..., str], tmp_path: Path
) -> None:
    compiles = outcome("porffor", f"{text}\n", ".ts") != "does not compile"
    assert compiles == (not findings(text, tmp_path))


@pytest.mark.parametrize(("name", "more"), NAMES)
def test_a_name_is_taken_exactly_where_the_compiler_says_so(
    name: str, more: str, outcome: Callable[..., str], tmp_path: Path
) -> None:
    text = f"{NAMED.replace('NAME', name)}\n{more}\nlet end = 1;\n"
    compiles = outcome("porffor", text, ".ts") != "does not compile"
    assert compiles == ("FFI607" not in findings(text, tmp_path))


@pytest.mark.parametrize(("expression", "works"), VALUES.items())
def test_a_symbol_works_by_its_own_name_alone(
    expression: str, works: bool, outcome: Callable[..., str], tmp_path: Path
) -> None:
    text = f"{UPPER}\n{expression}\nconsole.log(letter);\n"
    assert (outcome("porffor", text, ".ts") == "65\n") is works
    assert ("FFI614" not in findings(text, tmp_path)) is works

"""What the rules about calls, lifetimes and addresses say is true of the real runtimes: what is wrong fails or gives
another answer, what is right gives the right one.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_lsp.config import Rules, Settings
from ffi_lsp.prototypes import HeaderPrototypes
from ffi_lsp.workspace import Workspace

LIBRARY = """
#include <stdint.h>
#include <string.h>
typedef int (*callback)(int);
static const char *kept;
int nine(void) { return 9; }
int apply(callback function, int value) { return function(value); }
void keep(const char *text) { kept = text; }
int first_kept(void) { return kept[0]; }
void give_address(void *out) { uint64_t address = 0x7f1280000010; memcpy(out, &address, sizeof address); }
int is_that_address(uint64_t address) { return address == 0x7f1280000010; }
"""
OPEN = {
    "deno": "const lib = Deno.dlopen(LIB, SCHEMA); const symbols = lib.symbols;",
    "bun": """
import { dlopen, ptr, JSCallback } from "bun:ffi";
const lib = dlopen(LIB, SCHEMA);
const symbols = lib.symbols;""",
    "node": """
import { dlopen, getRawPointer } from "node:ffi";
const { lib, functions: symbols } = dlopen(LIB, SCHEMA);""",
    "koffi": 'import koffi from "koffi"; const lib = koffi.load(LIB);',
}
"""The text before each program."""
COLLECT = {"deno": "gc();", "bun": "Bun.gc(true);", "node": "gc();", "koffi": "gc();"}
CHURN = (
    "const others = []; for (let turn = 0; turn < 60; turn++) { COLLECT "
    "for (let each = 0; each < 60; each++) others.push(new Uint8Array(80).fill(119)); "
    "await new Promise((resolve) => setTimeout(resolve, 0)); }"
)
"""Lets the garbage collector run, and uses the memory again that it took."""

CASES = tomllib.loads((Path(__file__).parent / "call_programs.toml").read_text(encoding="utf-8"))["case"]
PROTOTYPES = HeaderPrototypes()
DOCUMENT = Path(__file__).parents[1] / "md" / "silence-wrappers.md"
WRAPPERS = re.findall(r"```\w+ (\w+)\.(\w+)\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)


def program(case: dict[str, str], library: Path | str, body: str) -> str:
    """The whole text of a program."""
    dialect, schema = case["dialect"], case["schema"].strip()
    opening = OPEN[dialect].replace("LIB", json.dumps(str(library))).replace("SCHEMA", schema)
    churn = CHURN.replace("COLLECT", COLLECT[dialect])
    text = body.replace("CHURN", churn).replace("SEVENS", str([7] * 80))
    return "\n".join([opening, schema if dialect == "koffi" else "", text])


def codes(text: str, folder: Path) -> set[str]:
    settings = Settings(rules=Rules(hints=False))
    workspace = Workspace(prototypes=PROTOTYPES, settings=lambda _: settings)
    return {entry.code for entry in workspace.snapshot(folder / "program.mjs", text.encode()).diagnostics}


@pytest.mark.parametrize("case", CASES, ids=[f"{each['code']} {each['dialect']} {n}" for n, each in enumerate(CASES)])
def test_the_runtime_agrees(
    case: dict[str, str], compile_library: Callable[..., Path], outcome: Callable[..., str], tmp_path: Path
) -> None:
    own = case["library"] == "own"
    library = compile_library(LIBRARY, "libcalls.so") if own else case["library"]
    right, wrong = (program(case, library, case[which]) for which in ("right", "wrong"))
    assert codes(wrong, tmp_path) == {case["code"]}
    assert codes(right, tmp_path) == set()
    assert outcome(case["dialect"], right) == f"{case['prints']}\n"
    assert outcome(case["dialect"], wrong) != f"{case['prints']}\n"


@pytest.mark.parametrize(("dialect", "suffix", "text"), WRAPPERS, ids=[each[0] for each in WRAPPERS])
def test_the_wrappers_on_which_nothing_is_said_run(
    dialect: str, suffix: str, text: str, outcome: Callable[..., str]
) -> None:
    assert outcome(dialect, text, f".{suffix}") not in ("fails", "does not compile")

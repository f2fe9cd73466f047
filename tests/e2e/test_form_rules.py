"""What FFI101 to FFI111 say of declarations, callbacks and types is true of the real runtimes.

Each program stands here once, with what is wrong and what is right side by side: ``«wrong|right»``. The right one is
silent in the checker and prints what it should; the wrong one has the finding, and fails or prints something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_lsp.config import Rules, Settings
from ffi_lsp.prototypes import HeaderPrototypes
from ffi_lsp.workspace import Workspace

CHOICE = re.compile("«([^|«»]*)\\|([^|«»]*)»", re.DOTALL)
PROTOTYPES = HeaderPrototypes()
SETTINGS = Settings(rules=Rules(hints=False))

DENO = 'const { symbols } = Deno.dlopen("libc.so.6", { %s });\n'
BUN = 'import * as ffi from "bun:ffi";\nconst { symbols } = ffi.dlopen("libc.so.6", { %s });\n'
NODE = 'import ffi from "node:ffi";\nconst { lib, functions: symbols } = ffi.dlopen("libc.so.6", { %s });\n'
KOFFI = 'import koffi from "koffi";\nconst lib = koffi.load("libc.so.6");\n'

ABS = {
    "deno": DENO % 'abs: { parameters: ["i32"], result: "i32" }',
    "bun": BUN % 'abs: { args: ["int"], returns: "int" }, toupper: { args: ["int"], returns: "int" }',
    "node": NODE % 'abs: { arguments: ["int32"], return: "int32" }',
}
SORT = """
const numbers = new Int32Array([3, 1, 2]);
symbols.qsort(%s, %s);
console.log(numbers.join());"""
DENO_SORT = DENO % 'qsort: { parameters: ["buffer", "usize", "usize", "function"], result: "void" }'
NODE_SORT = NODE % 'qsort: { arguments: ["buffer", "uint64", "uint64", "function"], return: "void" }'
BUN_SORT = BUN % 'qsort: { args: ["ptr", "usize", "usize", "function"], returns: "void" }'
DENO_ORDER = (
    'const POINTERS = ["pointer", "pointer"];\n'
    "const at = (place) => Deno.UnsafePointerView.getArrayBuffer(place, 4);\n"
    "const order = (left, right) => new Int32Array(at(left))[0] - new Int32Array(at(right))[0];\n"
)
NODE_ORDER = "const order = (left, right) => ffi.getInt32(left) - ffi.getInt32(right);\n"
BUN_ORDER = "const order = (left, right) => ffi.read.i32(left) - ffi.read.i32(right);\n"

KOFFI_TYPES = KOFFI + (
    'const Stream = koffi.opaque("Stream");\nconst Order = koffi.proto("int Order(void *left, void *right)");\n'
)

CASES = [
    (
        "FFI101",
        "deno",
        DENO % 'abs: { parameters: ["«int|i32»"], result: "i32" }' + "console.log(symbols.abs(-3));",
        "3",
    ),
    ("FFI101", "bun", BUN % 'labs: { args: ["«long|i64»"], returns: "i64" }' + "console.log(symbols.labs(-3n));", "3n"),
    (
        "FFI101",
        "node",
        NODE % 'abs: { arguments: ["«int|i32»"], return: "i32" }' + "console.log(symbols.abs(-3));",
        "3",
    ),
    ("FFI101", "koffi", KOFFI + 'console.log(lib.func("abs", "«i32|int»", ["int"])(-3));', "3"),
    ("FFI101", "koffi", KOFFI + 'console.log(lib.func("«signed |»int abs(int value)")(-3));', "3"),
    (
        "FFI101",
        "koffi",
        KOFFI + 'console.log(lib.func("unsigned long« int|» strtoul(str t, void *e, int b)")("7", null, 10) < 8);',
        "true",
    ),
    (
        "FFI101",
        "koffi",
        KOFFI + '«|koffi.opaque("FILE");»\nconsole.log(lib.func("int fflush(FILE *file)")(null));',
        "0",
    ),
    ("FFI101", "koffi", KOFFI + 'console.log(koffi.sizeof(koffi.struct("P", { a: "int", b: "«flot|float»" })));', "8"),
    (
        "FFI101",
        "deno",
        DENO_SORT
        + DENO_ORDER
        + 'const made = new Deno.UnsafeCallback({ parameters: ["«ptr|pointer»", "pointer"], result: "i32" }, order);'
        + SORT % ("numbers, 3n, 4n", "made.pointer"),
        "1,2,3",
    ),
    (
        "FFI102",
        "deno",
        DENO % 'abs: { «args|parameters»: ["i32"], result: "i32" }' + "console.log(symbols.abs(-3));",
        "3",
    ),
    ("FFI102", "bun", BUN % 'abs: { args: ["i32"], «result|returns»: "i32" }' + "console.log(symbols.abs(-3));", "3"),
    (
        "FFI102",
        "node",
        NODE % 'abs: { arguments: ["i32"], «returns|return»: "i32" }' + "console.log(symbols.abs(-3));",
        "3",
    ),
    (
        "FFI102",
        "bun",
        ABS["bun"]
        + "const raw = symbols.abs.ptr ?? symbols.abs.native.ptr;\n"
        + 'console.log(ffi.CFunction({ ptr: raw, args: ["int"], «result|returns»: "int" })(-3));',
        "3",
    ),
    (
        "FFI102",
        "node",
        NODE_SORT
        + NODE_ORDER
        + 'const made = lib.registerCallback({ «parameters|arguments»: ["ptr", "ptr"], return: "i32" }, order);'
        + SORT % ("numbers, 3n, 4n", "made"),
        "1,2,3",
    ),
    (
        "FFI103",
        "deno",
        DENO % 'sync: { parameters: []«|, result: "void"» }' + "console.log(symbols.sync());",
        "undefined",
    ),
    (
        "FFI103",
        "bun",
        ABS["bun"]
        + "const raw = symbols.abs.ptr ?? symbols.abs.native.ptr;\n"
        + 'console.log(ffi.linkSymbols({ abs: { «|ptr: raw, »args: ["int"], returns: "int" } }).symbols.abs(-3));',
        "3",
    ),
    (
        "FFI104",
        "deno",
        DENO % 'getuid: { parameters: [«"void"|»], result: "u32" }' + "console.log(symbols.getuid() >= 0);",
        "true",
    ),
    (
        "FFI104",
        "bun",
        BUN % 'getuid: { args: [«"void"|»], returns: "u32" }' + "console.log(symbols.getuid() >= 0);",
        "true",
    ),
    (
        "FFI104",
        "node",
        NODE % 'getuid: { arguments: [«"void"|»], return: "u32" }' + "console.log(symbols.getuid() >= 0);",
        "true",
    ),
    ("FFI104", "koffi", KOFFI + 'console.log(lib.func("getuid", "uint32", [«"void"|»])() >= 0);', "true"),
    (
        "FFI105",
        "deno",
        DENO % 'abs: { parameters: «"i32"|["i32"]», result: "i32" }' + "console.log(symbols.abs(-3));",
        "3",
    ),
    ("FFI105", "bun", BUN % 'abs: { args: «"i32"|["i32"]», returns: "i32" }' + "console.log(symbols.abs(-3));", "3"),
    (
        "FFI105",
        "node",
        NODE % 'abs: { arguments: «"i32"|["i32"]», return: "i32" }' + "console.log(symbols.abs(-3));",
        "3",
    ),
    (
        "FFI106",
        "bun",
        BUN % '«absolute: { name: "abs", |abs: { »args: ["i32"], returns: "i32" }'
        + "console.log(Object.values(symbols)[0](-3));",
        "3",
    ),
    (
        "FFI106",
        "node",
        NODE % '«absolute: { name: "abs", |abs: { »arguments: ["i32"], return: "i32" }'
        + "console.log(Object.values(symbols)[0](-3));",
        "3",
    ),
    ("FFI107", "koffi", KOFFI + 'console.log(lib.func("int abs(int value«[1]|»)")(-3));', "3"),
    ("FFI107", "koffi", KOFFI + 'console.log(lib.func("«extern |»int abs(int value)")(-3));', "3"),
    ("FFI107", "koffi", KOFFI + 'console.log(lib.func("int abs(int value«,|»)")(-3));', "3"),
    ("FFI107", "koffi", KOFFI + 'console.log(lib.func("int64 time(_Out_ int64 «|*»now)")([null]) > 0);', "true"),
    ("FFI107", "koffi", KOFFI + 'console.log(koffi.proto("int Order(void *left, void *right«|)»").name);', "Order"),
    (
        "FFI108",
        "deno",
        DENO % 'abs: { parameters: ["i32"], result: "i32" }, «abs|toupper»: { parameters: ["i32"], result: "i32" }'
        + "console.log(Object.keys(symbols).length, symbols.abs(-3));",
        "2 3",
    ),
    (
        "FFI109",
        "deno",
        DENO % 'abs: { parameters: [{ struct: [«|"i32"»] }], result: "i32" }'
        + "console.log(symbols.abs(new Int32Array([-3])));",
        "3",
    ),
    (
        "FFI109",
        "deno",
        DENO % 'timezone: { type: «{ struct: ["i64"] }|"i64"» }' + "console.log(typeof symbols.timezone);",
        "bigint",
    ),
    (
        "FFI109",
        "bun",
        BUN % 'abs: { args: [«{ struct: ["i32"] }|"i32"»], returns: "i32" }' + "console.log(symbols.abs(-3));",
        "3",
    ),
    (
        "FFI109",
        "node",
        NODE % 'abs: { arguments: [«{ struct: ["i32"] }|"i32"»], return: "i32" }' + "console.log(symbols.abs(-3));",
        "3",
    ),
    ("FFI109", "koffi", KOFFI + 'console.log(koffi.struct("P", {«| a: "int" »}).size);', "4"),
    (
        "FFI110",
        "deno",
        DENO_SORT
        + DENO_ORDER
        + 'const made = new Deno.UnsafeCallback(«order, |»{ parameters: POINTERS, result: "i32" }«|, order»);'
        + SORT % ("numbers, 3n, 4n", "made.pointer"),
        "1,2,3",
    ),
    (
        "FFI110",
        "node",
        NODE_SORT
        + NODE_ORDER
        + 'const made = lib.registerCallback(«order, |»{ arguments: ["ptr", "ptr"], return: "i32" }«|, order»);'
        + SORT % ("numbers, 3n, 4n", "made"),
        "1,2,3",
    ),
    (
        "FFI110",
        "bun",
        BUN_SORT
        + BUN_ORDER
        + 'const made = new ffi.JSCallback(«|order, »{ args: ["ptr", "ptr"], returns: "i32" }«, order|»);'
        + SORT % ("ffi.ptr(numbers), 3, 4", "made.ptr"),
        "1,2,3",
    ),
    (
        "FFI110",
        "koffi",
        KOFFI
        + 'const Order = koffi.proto("int Order(void *left, void *right)");\n'
        + 'const made = koffi.register(«"Order *", () => 0|() => 0, "Order *"»);\nconsole.log(typeof made);',
        "bigint",
    ),
    (
        "FFI111",
        "koffi",
        KOFFI_TYPES + 'console.log(lib.func("int fflush(Stream «|*»stream)")(null));',
        "0",
    ),
    (
        "FFI111",
        "koffi",
        KOFFI_TYPES + 'console.log(koffi.sizeof(koffi.struct("Handler", { order: "Order«| *»" })));',
        "8",
    ),
    (
        "FFI111",
        "koffi",
        KOFFI_TYPES + 'console.log(typeof koffi.register(() => 0, "Order«| *»"));',
        "bigint",
    ),
    (
        "FFI111",
        "koffi",
        KOFFI + 'console.log(lib.func("pipe", "int", ["_Out_ int «[2]|*»"])(new Int32Array(2)));',
        "0",
    ),
]


def codes(text: str, folder: Path) -> set[str]:
    workspace = Workspace(prototypes=PROTOTYPES, settings=lambda _: SETTINGS)
    return {entry.code for entry in workspace.snapshot(folder / "program.mjs", text.encode()).diagnostics}


@pytest.mark.parametrize(
    ("code", "dialect", "program", "prints"), CASES, ids=[f"{case[0]} {case[1]} {n}" for n, case in enumerate(CASES)]
)
def test_the_runtime_agrees(
    code: str, dialect: str, program: str, prints: str, outcome: Callable[..., str], tmp_path: Path
) -> None:
    wrong, right = CHOICE.sub(r"\1", program), CHOICE.sub(r"\2", program)
    assert codes(wrong, tmp_path) == {code}
    assert codes(right, tmp_path) == set()
    assert outcome(dialect, right) == f"{prints}\n"
    assert outcome(dialect, wrong) != f"{prints}\n"

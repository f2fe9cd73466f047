"""A program in each dialect runs on each runtime, its own and the others, and prints the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ffi_core.library import locate

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 120

pytestmark = pytest.mark.skipif(shutil.which("npm") is None, reason="the runtimes come from npm, and there is no npm")

LIBRARY = """
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
int8_t minus8(int8_t x) { return -x; }
uint8_t next8(uint8_t x) { return x + 1; }
int16_t minus16(int16_t x) { return -x; }
uint32_t top32(void) { return 4294967295u; }
int32_t add(int32_t a, int32_t b) { return a + b; }
int64_t minus64(int64_t x) { return -x; }
uint64_t top64(void) { return UINT64_MAX; }
size_t length(const char *text) { return strlen(text); }
float halff(float x) { return x / 2; }
double half(double x) { return x / 2; }
bool negate(bool x) { return !x; }
void fill(uint8_t *out, int32_t count) { for (int i = 0; i < count; i++) out[i] = i + 1; }
int32_t sum(const uint8_t *bytes, int32_t count) { int total = 0; while (count) total += bytes[--count]; return total; }
void *same(void *address) { return address; }
void *nothing(void) { return 0; }
const char *greeting(void) { return "gr\\xc3\\xbc\\xc3\\x9f dich"; }
int32_t is_null(void *address) { return address == 0; }
int32_t apply(int32_t (*call)(int32_t, double, void *), int32_t x, void *data) { return call(x, 0.5, data); }
int64_t widest(int64_t (*call)(uint64_t, int8_t)) { return call(UINT64_MAX, -1); }
int32_t pass_on(bool (*call)(const char *), const char *text) { return call(text) ? 1 : 2; }
int32_t make(void **out, int32_t number) { *out = (void *)(intptr_t)number; return number * 2; }
"""

DENO = """
const library = Deno.dlopen("LIBRARY", {
  minus8: { parameters: ["i8"], result: "i8" },
  next8: { parameters: ["u8"], result: "u8" },
  minus16: { parameters: ["i16"], result: "i16" },
  top32: { parameters: [], result: "u32" },
  plus: { name: "add", parameters: ["i32", "i32"], result: "i32" },
  minus64: { parameters: ["i64"], result: "i64" },
  top64: { parameters: [], result: "u64" },
  length: { parameters: ["buffer"], result: "usize" },
  halff: { parameters: ["f32"], result: "f32" },
  half: { parameters: ["f64"], result: "f64" },
  negate: { parameters: ["bool"], result: "bool" },
  fill: { parameters: ["buffer", "i32"], result: "void" },
  same: { parameters: ["pointer"], result: "pointer" },
  nothing: { parameters: [], result: "pointer" },
  greeting: { parameters: [], result: "pointer" },
  is_null: { parameters: ["pointer"], result: "i32" },
  missing: { parameters: [], result: "void", optional: true },
});
const s = library.symbols;
const out = new Uint8Array(4);
s.fill(out, 4);
const pointer = Deno.UnsafePointer.of(out);
const view = new Deno.UnsafePointerView(s.same(pointer));
const text = new TextEncoder().encode("four\\0");
console.log(String([s.minus8(5), s.next8(255), s.minus16(-7), s.top32(), s.plus(2, 40), s.minus64(9n), s.top64()]));
console.log(String([s.length(text), s.halff(0.5), s.half(0.1), s.negate(true), out]));
console.log(String([view.getUint32(), view.getUint8(3), s.nothing(), s.is_null(null), s.is_null(pointer), s.missing]));
console.log(Deno.UnsafePointer.equals(pointer, s.same(pointer)), Deno.UnsafePointerView.getCString(s.greeting()));
library.close();
"""

BUN = """
import { dlopen, FFIType, ptr, read, CString } from "bun:ffi";
const { symbols: s } = dlopen("LIBRARY", {
  minus8: { args: ["i8"], returns: "i8" },
  next8: { args: [FFIType.u8], returns: FFIType.u8 },
  minus16: { args: ["int16_t"], returns: "i16" },
  top32: { returns: "uint32_t" },
  add: { args: ["int", "int"], returns: "int" },
  minus64: { args: ["i64"], returns: "i64" },
  top64: { returns: "u64" },
  length: { args: ["ptr"], returns: "u64_fast" },
  halff: { args: ["float"], returns: "float" },
  half: { args: ["double"], returns: "double" },
  negate: { args: ["bool"], returns: "bool" },
  fill: { args: ["ptr", "i32"] },
  same: { args: ["ptr"], returns: "ptr" },
  nothing: { returns: "ptr" },
  greeting: { returns: "cstring" },
  is_null: { args: ["ptr"], returns: "i32" },
});
const out = new Uint8Array(4);
s.fill(out, 4);
const pointer = s.same(ptr(out));
console.log(String([s.minus8(5), s.next8(255), s.minus16(-7), s.top32(), s.add(2, 40), s.minus64(9n), s.top64()]));
console.log(String([s.length(Buffer.from("four\\0")), s.halff(0.5), s.half(0.1), s.negate(true), out]));
console.log(String([read.u32(pointer), read.u8(pointer, 3), s.nothing(), s.is_null(null), s.is_null(pointer)]));
console.log(String([pointer === ptr(out), s.greeting(), new CString(ptr(Buffer.from("own\\0")))]));
"""

NODE = """
import { dlopen, getUint32, getRawPointer, toString } from "node:ffi";
const { functions: s } = dlopen("LIBRARY", {
  minus8: { arguments: ["i8"], return: "int8" },
  next8: { arguments: ["uint8"], return: "u8" },
  minus16: { arguments: ["i16"], return: "i16" },
  top32: { return: "u32" },
  add: { arguments: ["i32", "i32"], return: "i32" },
  minus64: { arguments: ["i64"], return: "i64" },
  top64: { return: "u64" },
  length: { arguments: ["string"], return: "u64" },
  halff: { arguments: ["float"], return: "float" },
  half: { arguments: ["double"], return: "double" },
  fill: { arguments: ["buffer", "i32"], return: "void" },
  same: { arguments: ["pointer"], return: "pointer" },
  nothing: { return: "pointer" },
  greeting: { return: "string" },
  is_null: { arguments: ["pointer"], return: "i32" },
});
const out = new Uint8Array(4);
s.fill(out, 4);
const pointer = s.same(out);
console.log(String([s.minus8(5), s.next8(255), s.minus16(-7), s.top32(), s.add(2, 40), s.minus64(9n), s.top64()]));
console.log(String([s.length("four"), s.halff(0.5), s.half(0.1), out, getUint32(pointer), s.nothing()]));
console.log(String([s.is_null(null), s.is_null(pointer), pointer === getRawPointer(out), toString(s.greeting())]));
let refused = false;
try { s.add(1); } catch (error) { refused = error instanceof TypeError; }
console.log(refused);
"""

KOFFI = """
import koffi from "koffi";
const library = koffi.load("LIBRARY");
const minus8 = library.func("int8_t minus8(int8_t x)");
const next8 = library.func("next8", "uint8_t", ["uint8_t"]);
const minus16 = library.func("short minus16(short x)");
const top32 = library.func("unsigned int top32()");
const add = library.func("int add(int a, int b)");
const minus64 = library.func("int64_t minus64(int64_t)");
const top64 = library.func("uint64_t top64(void)");
const length = library.func("size_t length(const char *text)");
const halff = library.func("float halff(float x)");
const half = library.func("half", "double", ["double"]);
const negate = library.func("bool negate(bool x)");
const fill = library.func("void fill(uint8_t *out, int count)");
const same = library.func("void *same(void *address)");
const nothing = library.func("void *nothing()");
const greeting = library.func("const char *greeting()");
const is_null = library.func("int is_null(void *address)");
const make = library.func("int make(_Out_ void **out, int number)");
const Visit = koffi.proto("int32_t Visit(int32_t x, double y, void *data)");
const apply = library.func("int apply(Visit *call, int x, void *data)");
const out = new Uint8Array(4);
fill(out, 4);
const pointer = same(out);
console.log(String([minus8(5), next8(255), minus16(-7), top32(), add(2, 40), minus64(9n), top64()]));
console.log(String([length("four"), halff(0.5), half(0.1), negate(true), out, koffi.decode(pointer, "uint32_t")]));
console.log(String([nothing(), is_null(null), is_null(pointer), pointer === koffi.address(out), greeting()]));
const made = [null];
const twice = make(made, 21);
console.log(String([twice, made[0], apply((x, y, data) => x * 2 + y * 2 + (data === null), 20, null)]));
const visit = koffi.register((x, y, data) => (data === pointer ? x : -1), koffi.pointer(Visit));
console.log(apply(visit, 7, pointer));
koffi.unregister(visit);
"""

PORFFOR = """
const { add, fill, sum, is_null, length } = Porffor.dlopen("LIBRARY", {
  add: { parameters: ["i32", "i32"], result: "i32" },
  fill: { parameters: ["buffer", "i32"] },
  sum: { parameters: ["buffer", "i32"], result: "i32" },
  is_null: { parameters: ["pointer"], result: "i32" },
  length: { parameters: ["buffer"], result: "i32" },
});
const out = new Uint8Array(4);
const bytes = Porffor.wasm.i32.load(out, 0, 4);
fill(bytes, 4);
console.log("" + add(2, 40) + " " + out[3] + " " + sum(bytes, 4));
console.log("" + is_null(null) + " " + is_null(4096) + " " + length("four"));
"""

PROGRAMS = {
    "porffor": ("program.porf.ts", PORFFOR, ["42 4 10", "1 0 4"]),
    "deno": (
        "program.deno.ts",
        DENO,
        [
            "-5,0,7,4294967295,42,-9,18446744073709551615",
            "4,0.25,0.05,false,1,2,3,4",
            "67305985,4,,1,0,",
            "true grüß dich",
        ],
    ),
    "bun": (
        "program.bun.ts",
        BUN,
        [
            "-5,0,7,4294967295,42,-9,18446744073709551615",
            "4,0.25,0.05,false,1,2,3,4",
            "67305985,4,,1,0",
            "true,grüß dich,own",
        ],
    ),
    "node": (
        "program.node.mjs",
        NODE,
        [
            "-5,0,7,4294967295,42,-9,18446744073709551615",
            "4,0.25,0.05,1,2,3,4,67305985,0",
            "1,0,true,grüß dich",
            "true",
        ],
    ),
    "koffi": (
        "program.koffi.mjs",
        KOFFI,
        [
            "-5,0,7,4294967295,42,-9,18446744073709551615",
            "4,0.25,0.05,false,1,2,3,4,67305985",
            ",1,0,true,grüß dich",
            "42,21,42",
            "7",
        ],
    ),
}

CALLBACKS = {
    "deno": (
        "calls.deno.ts",
        """
const { symbols: s } = Deno.dlopen("LIBRARY", {
  apply: { parameters: ["function", "i32", "pointer"], result: "i32" },
  widest: { parameters: ["function"], result: "i64" },
  pass_on: { parameters: ["function", "buffer"], result: "i32" },
});
const out = new Uint8Array(8);
const pointer = Deno.UnsafePointer.of(out);
const visit = new Deno.UnsafeCallback({ parameters: ["i32", "f64", "pointer"], result: "i32" }, (x, y, data) =>
  Deno.UnsafePointer.equals(data, pointer) ? x + y * 2 : data === null ? -1 : -2);
const wide = new Deno.UnsafeCallback({ parameters: ["u64", "i8"], result: "i64" }, (x, y) =>
  -BigInt(x >> 1n) + BigInt(y));
const text = new Deno.UnsafeCallback({ parameters: ["pointer"], result: "bool" }, (address) =>
  Deno.UnsafePointerView.getCString(address) === "grün");
console.log(s.apply(visit.pointer, 41, pointer), s.apply(visit.pointer, 41, null), String(s.widest(wide.pointer)));
console.log(s.pass_on(text.pointer, new TextEncoder().encode("grün\\0")));
for (const each of [visit, wide, text]) each.close();
""",
    ),
    "bun": (
        "calls.bun.ts",
        """
import { dlopen, JSCallback, CString, ptr } from "bun:ffi";
const { symbols: s } = dlopen("LIBRARY", {
  apply: { args: ["function", "i32", "ptr"], returns: "i32" },
  widest: { args: ["function"], returns: "i64" },
  pass_on: { args: ["function", "ptr"], returns: "i32" },
});
const out = new Uint8Array(8);
const pointer = ptr(out);
const visit = new JSCallback((x, y, data) => (data === pointer ? x + y * 2 : data === null ? -1 : -2), {
  args: ["i32", "f64", "ptr"],
  returns: "i32",
});
const wide = new JSCallback((x, y) => -(x >> 1n) + BigInt(y), { args: ["u64", "i8"], returns: "i64" });
const text = new JSCallback((address) => new CString(address).toString() === "grün", {
  args: ["ptr"],
  returns: "bool",
});
console.log(s.apply(visit.ptr, 41, pointer), s.apply(visit.ptr, 41, null), String(s.widest(wide.ptr)));
console.log(s.pass_on(text.ptr, Buffer.from("grün\\0")));
for (const each of [visit, wide, text]) each.close();
""",
    ),
    "node": (
        "calls.node.mjs",
        """
import { DynamicLibrary, getRawPointer, toString } from "node:ffi";
const library = new DynamicLibrary("LIBRARY");
const apply = library.getFunction("apply", { arguments: ["function", "i32", "pointer"], return: "i32" });
const widest = library.getFunction("widest", { arguments: ["function"], return: "i64" });
const pass_on = library.getFunction("pass_on", { arguments: ["function", "string"], return: "i32" });
const out = new Uint8Array(8);
const pointer = getRawPointer(out);
const visit = library.registerCallback({ arguments: ["i32", "f64", "pointer"], return: "i32" }, (x, y, data) =>
  data === pointer ? x + y * 2 : data === 0n ? -1 : -2);
const wide = library.registerCallback({ arguments: ["u64", "i8"], return: "i64" }, (x, y) => -(x >> 1n) + BigInt(y));
const text = library.registerCallback({ arguments: ["pointer"], return: "u8" }, (address) =>
  Number(toString(address) === "grün"));
console.log(apply(visit, 41, pointer), apply(visit, 41, null), String(widest(wide)));
console.log(pass_on(text, "grün"));
library.unregisterCallback(visit);
library.close();
""",
    ),
}


@pytest.fixture(scope="module", autouse=True)
def runtimes() -> None:
    script = ROOT / "scripts" / "install_runtimes.py"
    subprocess.run([sys.executable, str(script), "--strict"], check=True, timeout=900)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("ffi-core")), "run", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)


@pytest.fixture
def write(compile_library, tmp_path: Path):
    def write_program(name: str, text: str) -> str:
        file = tmp_path / name
        file.write_text(text.replace("LIBRARY", str(compile_library(LIBRARY, "libmatrix.so"))), encoding="utf-8")
        return str(file)

    return write_program


RUNTIMES_WITH_PRELUDES = ["deno", "bun", "node", "koffi"]
SQLITE = [ROOT / "examples" / "sqlite.porf.ts", *sorted((ROOT / "bench" / "sqlite").glob("sqlite.*.*s"))]


@pytest.mark.parametrize("runtime", RUNTIMES_WITH_PRELUDES)
@pytest.mark.parametrize("dialect", list(PROGRAMS))
def test_each_dialect_runs_on_each_runtime(dialect: str, runtime: str, write) -> None:
    name, text, expected = PROGRAMS[dialect]
    done = run(write(name, text), "--runtime", runtime)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == expected


@pytest.mark.skipif(locate("libsqlite3.so.0").path is None, reason="there is no libsqlite3.so.0")
@pytest.mark.parametrize("runtime", RUNTIMES_WITH_PRELUDES)
@pytest.mark.parametrize("version", SQLITE, ids=lambda path: path.name)
def test_each_version_of_the_sqlite_program_runs_on_each_runtime(version: Path, runtime: str) -> None:
    done = run(str(version), "--runtime", runtime)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:3] == ["failures 0", "rows 500000", "sum 1275"]


@pytest.mark.parametrize("runtime", RUNTIMES_WITH_PRELUDES)
@pytest.mark.parametrize("dialect", list(CALLBACKS))
def test_c_calls_back_into_each_dialect_on_each_runtime(dialect: str, runtime: str, write) -> None:
    name, text = CALLBACKS[dialect]
    done = run(write(name, text), "--runtime", runtime)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["42 -1 -9223372036854775808", "1"]


REQUIRED = {
    "koffi": 'const { load } = require("koffi"); const cos = load("libm.so.6").func("double cos(double x)");',
    "bun:ffi": """const { dlopen } = require("bun:ffi");
    const { cos } = dlopen("libm.so.6", { cos: { args: ["f64"], returns: "f64" } }).symbols;""",
    "node:ffi": """const { dlopen } = require("node:ffi");
    const { cos } = dlopen("libm.so.6", { cos: { arguments: ["f64"], return: "f64" } }).functions;""",
}


@pytest.mark.parametrize("runtime", RUNTIMES_WITH_PRELUDES)
@pytest.mark.parametrize("module", list(REQUIRED))
def test_a_commonjs_program_requires_each_dialect_on_each_runtime(module: str, runtime: str, write) -> None:
    done = run(write("program.cjs", f"{REQUIRED[module]}\nconsole.log(cos(0));"), "--runtime", runtime)
    if (module, runtime) == ("node:ffi", "bun"):
        assert done.returncode != 0
        assert "there it can be imported alone" in done.stderr
    else:
        assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")


def test_a_commonjs_program_of_another_dialect_runs_on_bun(write) -> None:
    program = """const path = require("path");
    const { add } = Porffor.dlopen("LIBRARY", { add: { parameters: ["i32", "i32"], result: "i32" } });
    console.log(path.basename("/a/b"), add(2, 3));"""
    done = run(write("program.js", program), "--runtime", "bun")
    assert (done.returncode, done.stdout, done.stderr) == (0, "b 5\n", "")


@pytest.mark.parametrize("runtime", ["deno", "bun", "node"])
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ('koffi.struct("Point", { x: "int", y: "int" });', "koffi.struct cannot be mapped: structs, unions"),
        ('koffi.load("LIBRARY").func("int printf(const char *format, ...)");', "the variadic function printf"),
        ('koffi.load("LIBRARY").func("Point middle(Point a)");', "it has no equal in the other runtimes"),
        ('koffi.load("LIBRARY").symbol("add");', "koffi's symbol() cannot be mapped"),
    ],
)
def test_what_koffi_alone_has_is_refused_with_the_reason(code: str, reason: str, runtime: str, write) -> None:
    done = run(write("own.mjs", f'import koffi from "koffi";\n{code}'), "--runtime", runtime)
    assert done.returncode != 0
    assert reason in done.stderr


@pytest.mark.parametrize(
    ("name", "start"),
    [("program.mjs", 'import koffi from "koffi";'), ("program.cjs", 'const koffi = require("koffi");')],
)
def test_a_program_that_imports_koffi_runs_on_node_with_the_koffi_of_the_cache(name: str, start: str, write) -> None:
    program = f"""{start}
    const cos = koffi.load("libm.so.6").func("double cos(double x)");
    console.log(cos(0));"""
    done = run(write(name, program))
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")


def test_the_calls_of_a_program_are_counted_alike_on_every_runtime(write) -> None:
    program = """
    const { add } = Porffor.dlopen("LIBRARY", { add: { parameters: ["i32", "i32"], result: "i32" } });
    let sum = 0;
    for (let turn = 0; turn < 5000; turn++) sum = add(sum, 1);
    console.log(sum);"""
    command = [str(Path(sys.executable).with_name("ffi-core")), "bench", write("count.ts", program)]
    options = ["--runtimes", "all", "--runs", "2", "--json"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=SECONDS, check=False)
    report = json.loads(done.stdout)
    assert (done.returncode, report["outputs_equal"], report["uncounted"]) == (0, True, [])
    counted = {
        entry["name"]: [(each["symbol"], each["calls"]) for each in entry["symbols"]] for entry in report["programs"]
    }
    assert counted == {name: [("add", 5000)] for name in ("porffor", "deno", "bun", "node", "koffi")}


def bench(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("ffi-core")), "bench", *words]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=SECONDS, check=False, env=os.environ | environment
    )


def test_a_program_that_crashes_is_a_row_with_its_rate_however_narrow_the_terminal(write) -> None:
    text = 'if (typeof Bun === "undefined") process.abort(); console.log("fine");'
    options = [write("crash.js", text), "--runtimes", "node,bun", "--runs", "3", "--no-counts"]
    done = bench(*options, COLUMNS="60")
    words = done.stdout.split()
    assert done.returncode == 1
    assert " ".join(words).count("3 of 3 runs:") == 1
    assert "SIGABRT" in words
    report = json.loads(bench(*options, "--json").stdout)
    assert {entry["name"]: entry["failures"] for entry in report["programs"]} == {"bun": [], "node": ["SIGABRT"] * 3}


def test_outputs_that_differ_are_an_error(write) -> None:
    file = write("differs.js", 'console.log(typeof Bun === "undefined" ? "one" : "other");')
    done = bench(file, "--runtimes", "node,bun", "--runs", "2", "--no-counts")
    assert done.returncode == 1
    assert "The outputs differ:\n" in done.stdout
    assert "bun: other\n" in done.stdout


def test_a_comparison_is_kept_as_markdown_and_as_a_picture(write, tmp_path: Path) -> None:
    table, picture = tmp_path / "table.md", tmp_path / "chart.svg"
    name, text, _ = PROGRAMS["koffi"]
    exports = ["--export-markdown", str(table), "--export-svg", str(picture)]
    done = bench(write(name, text), "--runtimes", "koffi,node,porffor", "--runs", "2", *exports)
    assert done.returncode == 0
    assert "| koffi | 3" in table.read_text()
    assert "Not compared: porffor: Porffor binds native functions at compile time" in table.read_text()
    assert picture.read_text().startswith("<svg")


def test_porffor_runs_its_own_dialect_by_default(write) -> None:
    name, text, expected = PROGRAMS["porffor"]
    assert run(write(name, text)).stdout.splitlines() == expected


@pytest.mark.parametrize("dialect", ["deno", "bun", "node", "koffi"])
def test_porffor_refuses_the_other_dialects_with_the_reason(dialect: str, write) -> None:
    name, text, _ = PROGRAMS[dialect]
    done = run(write(name, text), "--runtime", "porffor")
    assert done.returncode == 2
    assert "by Porffor.dlopen alone" in done.stderr


@pytest.mark.parametrize("runtime", ["bun", "node", "koffi"])
def test_what_cannot_be_mapped_is_refused_with_the_reason(runtime: str, write) -> None:
    schema = '{ add: { parameters: [{ struct: ["i32", "i32"] }], result: "i32" } }'
    done = run(write("struct.ts", f'Deno.dlopen("LIBRARY", {schema});'), "--runtime", runtime)
    assert done.returncode == 1
    assert "a struct by value cannot be mapped: the other runtimes pass none" in done.stderr


def test_the_exit_code_is_the_programs_own(write) -> None:
    file = write("exit.js", "process.exit(7);")
    assert run(file, "--runtime", "node").returncode == 7
    assert run(file, "--runtime", "node", "--runtime", "bun").returncode == 7


def test_a_program_that_a_signal_ends_gives_128_and_its_number(write) -> None:
    done = run(
        write("abort.js", 'process.kill(process.pid, "SIGKILL"); setTimeout(() => {}, 9000);'), "--runtime", "node"
    )
    assert done.returncode == 137


def test_several_runtimes_print_one_after_the_other(write) -> None:
    name, text, expected = PROGRAMS["porffor"]
    done = run(write(name, text), "--runtime", "bun", "--runtime", "node")
    assert done.stdout.splitlines() == ["--- bun", *expected, "--- node", *expected]


def test_a_file_that_is_missing_is_told() -> None:
    done = run("none.ts")
    assert (done.returncode, done.stderr) == (2, "ffi-core run: none.ts: No such file or directory\n")

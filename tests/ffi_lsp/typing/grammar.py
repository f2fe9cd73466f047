"""The grammar of made-up programs: for each hole, ``@NAME``, the texts that may fill it, the same for a few dialects.

Names are few, so that they shadow one another; what should be met often stands there several times.
"""

# ruff: noqa: E501 - a hole and the ways to fill it are read across

from __future__ import annotations

from collections.abc import Mapping

Grammar = Mapping[str, list[str]]

COMMON: Grammar = {
    # Names. F are those that libraries give.
    "F": ["abs", "abs", "labs", "strlen", "strlen", "qsort", "floor", "é"],
    "N": ["size", "count", "n", "flags", "buf", "Mode.read", "made()", "made(n)", "i", "value", "cb", "end[0]"],
    "V": ["size", "count", "n", "buf", "i", "value", "@F", "@F", "lib", "symbols", "made", "cb", "ptr"],
    "SO": ["libc.so.6", "libc.so.6", "./libdemo.so", "libm.so.6", "./libmissing.so", "libz.so.1"],
    # Values.
    "A": [
        "1", "@N", "@N", "@N", "-1", "4294967296", "5n", "1.5", "true", "null", "undefined", '"text"', '"text\\0"', "`a${n}`",
        "[1, 2]", "@F", "@CALL", "new Uint32Array(2)", "new Uint8Array(@N)", "ptr(@N)", "ptr(new Uint8Array(@A))", "...@N",
        "Deno.UnsafePointer.of(@N)", "Deno.UnsafePointer.of(new Uint8Array(4))", "low + high * 2 ** 32", "@N | 0",
        "(high << 32n) | low", "end[0] + end[1] * 2 ** 32", "(left, right) => left - right", "function () {}", "@CB",
        "Buffer.from(@A)", "size + 1", "flags.read", "Mode.read", "made(@A)", "n as any", "@N!", "{ x: @A, y: 2 }",
        "@N ? @A : @A", "Buffer.alloc(8)", "koffi.as(@N, 'char *')", "void @F", "!@F",
    ],
    "ARGS": ["", "@A", "@A", "@A, @A", "@A, @A, @A", "@A, @A, @A, @CB", "\n  @A,\n  @A,\n", "/* @N */ @A"],
    "RIGHT": [
        "abs(@A)", "abs(@N)", "labs(@A)", "strlen(@A)", "strlen(buf)", "qsort(@A, 2, 4, @CB)", "qsort(buf, @N, @N, @CB)", "floor(@A)",
    ],
    # Schemas.
    "ABS": ["abs: { @W: [@I], @R: @I }", "abs: { @W: [@I], @R: @T }", "abs: { @W: [@TS], @R: @I }"],
    "LABS": ["labs: { @W: [@L], @R: @L }", "labs: { @W: [@L], @R: @L, nonblocking: true }", "labs: { @W: [@TS], @R: @L }"],
    "STRLEN": ["strlen: { @W: [@P], @R: @L }", "strlen: { @W: [@P], @R: @T }", "strlen: { @W: [@P], @R: @L, nonblocking: true }"],
    "QSORT": ["qsort: { @W: [@P, @L, @L, @FN], @R: @VOID }", "qsort: { @W: [@TS], @R: @VOID }"],
    "FLOOR": ["floor: { @W: [@D], @R: @D }", "floor: { @W: [@T], @R: @D }"],
    "ODD": [
        "é: { @W: [], @R: @I }", "a: { @W: [@TS], @R: @T }", "sync: {}", "sync: { @W: [] }", "abs: shared.abs", "...shared",
        "'toupper': { @W: [@TS], @R: @T }", "environ: { type: @P }", "missing_one: { @W: [@TS], @R: @T, optional: true }",
        'other: { name: "abs", @W: [@I], @R: @I }', "made: { @W: [@N], @R: @N }", "abs: { @W: [@I], @R: @I, extra: 1 }",
    ],
    "ENTRY": ["@ABS", "@LABS", "@STRLEN", "@QSORT", "@FLOOR", "@ODD"],
    "SCHEMA": [
        "@ABS,\n  @LABS,\n  @STRLEN,\n  @QSORT,\n  @FLOOR", "@ABS,\n  @STRLEN,\n  @QSORT,", "@ABS, @LABS, @STRLEN",
        "@ABS,\n  // @N\n  @LABS,\n  @ODD,\n  @STRLEN,", "@ENTRY,\n  @ENTRY,\n  @ODD,\n  @ENTRY", "@ENTRY",
    ],
    "TS": ["", "@T", "@T", "@T, @T", "@I, @T, @T, @T"],
    "TAKEN": ["{ abs, strlen }", "{ abs, labs, strlen, qsort, floor }", "{ labs: abs, strlen }", "{ strlen, @F, qsort }", "{ abs = 1, strlen }"],
    # What gives names a value.
    "SET": [
        "const size = @A;", "const size = 8;", "const n = 5, count = size;", "const count = 8 as const;", "let n = @A;", "var i = 3;",
        "let count;\nif (Deno.build.os === 'linux') count = @A;\nelse count = @A;",
        "let n = 'a';\nswitch (Deno.build.os) { case 'linux': n = @A; break; default: n = 'c'; }",
        "enum Mode { read, write = 4 }", "const enum Mode { read = @A, write }", "function made(value) { return @A; }",
        "const made = (value) => @A;", "const flags = { read: @A, write: 2 };", "const buf = new Uint32Array(2);",
        "const buf = Buffer.alloc(@A);", "const end = new Int32Array(2), [low, high] = end;", "const { i32 } = FFIType;",
        "const low = view.getInt32(0), high = view.getUint32(4);", "const { flags } = require('./shared');", "function size() {}",
        "const value = await @CALL;", "const value = @CALL;", "const i32 = FFIType.i32;", "const value = ptr(buf);",
    ],
    # What is done with them.
    "S": [
        "@CALL;", "@CALL;", "@CALL;", "@CALL;", "@CALL; @CALL;", "@CALL;@CALL;", "@F(1);@F(1);", "await @CALL;", "x = @CALL + 1;",
        "const value = @CALL;", "console.log(@CALL, @CALL);", "if (@CALL === @A) @CALL;", "if (@N > 1) { @S } else { @S }",
        "for (let i = 0; i < @N; i++) { @S\n  @S }", "while (@CALL) @S", "try { @S } catch (@V) { @S }", "try { @S } catch { @S }",
        "@F = @A;", "@V = @A;", "@V++;", "const list = [@F, @A];", "use(@F, { @F });", "{ const @V = @A; @S }", "{ let @V; @S }",
        "@CLOSE;", "@CLOSE;", "@CLOSE; @CALL;",
        "// ffi-ignore[FFI402]: it is right\n@CALL;", "@CALL; // ffi-ignore[FFI401]: it is right\n", "// @CALL\n", "/* @CALL */",
        "new Promise(() => @CALL).then(() => @CALL);", "@CALL.then((value) => @CALL, () => {});", "void @CALL;", "label: @CALL;",
        "return @CALL;", "throw @CALL;", "export { @F };", "export default @F;", "export { @F as @F, lib };", "module.exports = { @F };",
        "setTimeout(@F, 3);", "setTimeout(() => @CALL, 3);", "const text = `${@CALL} ${@F}`;", "@F\n(@ARGS);", "@CALL\n@CALL\n",
        "console.log(low + high * 2 ** 32, (high << 32n) | low, high << 32);", "@CALL as number;", "(<any>@F)(@ARGS);",
        "type Shape = { x: number };\nlet shape: Shape = @A;", "interface Abs { @F: number }", "const x: typeof @F = @F;",
        "Deno.UnsafePointerView.getCString(@CALL);", "new Deno.UnsafePointerView(@CALL).getInt32();", "delete lib.symbols.@F;",
        "eval(@A);", "with (lib) { @S }", "switch (@CALL) { case @A: @S\n  default: @S }", "// 😀 é\n@CALL;", "'é😀'; @CALL;",
    ],
    "BODY": ["@S", "@S\n  @S", "@S\n  @S\n  @S", "@SET\n  @S\n  @S", "@S\n  @SET\n  @S", "@MORE\n  @S\n  @S"],
    "BLOCK": [
        "function use(@V, @V = @CALL) {\n  @BODY\n}", "export const used = (@V) => {\n  @BODY\n};", "async function wait() {\n  @BODY\n}",
        "class Holder {\n  static first = @CALL;\n  #lib = lib;\n  method(@V) {\n  @BODY\n  }\n  get @F() { @S }\n}",
        "function opened() {\n  @OPEN\n  @BODY\n}", "if (Deno.build.os) {\n  @BODY\n}", "export default { data() { @BODY } };",
        "(() => {\n  @BODY\n})();", "namespace Inner {\n  @BODY\n}", "for (const @V of [@A]) {\n  @BODY\n}", "test('x', async () => {\n  @BODY\n});",
        "function long(@V) {\n  @BODY\n@PAD\n  @BODY\n}", "function made(value) {\n@PAD\n  return @N;\n}", "class Long {\n  method(@V) {\n  @BODY\n@PAD\n  @BODY\n  }\n  other() { @BODY }\n}",
    ],
    "PAD": ["".join(f"  const v{index} = {index}; // {'-' * 60}\n" for index in range(26))],
    "PROLOGUE": [
        "// ffi-header: stdlib.h", 'import { shared, size } from "./shared";', 'import { Mode, flags, size } from "./shared";', 'const { size, flags: n } = require("./shared");', 'import * as flags from "./shared";', '"use strict";',
        "// ffi-ignore-file[FFI202]: built",
    ],
    "PART": ["@OPEN", "@MORE", "@MORE", "@SET", "@SET", "@SET", "@BODY", "@BODY", "@BODY", "@BLOCK", "@BLOCK", "@BLOCK", "@PROLOGUE"],
    # What is typed into a text. An ellipsis stands for what is there already.
    "TOKEN": [
        "(", ")", "{", "}", "[", "]", ",", ";", ":", "=", "=>", ".", "?.", "...", "!", "`", '"', "'", "//", "/*", "*/", "\n", "1", "é", "😀",
        "const", "let", "var", "await", "new", "typeof", "void", "return", "async", "function", "class", "as const",
    ],
    "BESIDE": ["…", " …", ", …", " + …", "… ", "…, ", "….", "\n…"],
    "WRAP": [
        "(…)", "await …", "!…", "void …", "x = …", "[…]", "abs(…)", "… + 1", "… as number", "…!", "….then(abs)", "const value = …", "(() => …)()",
        "`${…}`", "return …", "… === 3n", "new …", "…()", "if (…) n;", "{ … }", "// …", "/* … */", "delete …", "1, …", "…;",
    ],
    "ASSIGN": ["… = (", "… = 3; (", "…++; (", "[…] = (", "({ … } = x); (", "… += (", "const … = (", "for (… of x) ("],
    "EDGE": [
        "(", ")", ";", "!", "await ", "async ", "x = ", ".x", "?.()", " as any", "{", "}", "export ", "label: ", ",", "+", "\n(", "`", "// ", "abs",
        "abs(1);", "//", "*/", " ", "é", "\n\n", "/1/g", "<", "let ", "const ",
    ],
    "AROUND": [
        "{\n…}\n", "function x(@V) {\n…}\n", "(@V) => {\n…};\n", "if (n) {\n…}\n", "try {\n…} catch (@V) {}\n", "for (const @V of x) {\n…}\n",
        "class X { static {\n…} }\n", "/*\n…*/\n", "`\n…`;\n", "async () => {\n…};\n", "export namespace X {\n…}\n",
    ],
    "SHADOW": [
        "const @V = @A;", "let @V;", "let @V = @A;", "var @V = 3;", "function @V() { return 3; }", "@V = @A;", "const { @V } = x;", "class @V {}",
        "import { @V } from './shared';", "import @V from 'x';", "enum @V { read }", "const [x, @V] = y;", "for (var @V of x) ;", "type @V = 3;",
        "export const @V = @A;", "declare const @V: any;", "export { @V };", "import { dlopen as @V } from 'bun:ffi';",
    ],
    "KEYWORD": ["const ", "let ", "var ", "export const ", "", "await ", "const enum ", "using "],
    "NUMBER": ["0", "1", "2", "3", "12", "300", "5n", "4294967296", "-1", "1.5", "10"],
    "BEYOND": ["é", "😀", "\u2028", "\u00a0", "'😀'", "/* é */", "ü = 1;", "\u200d", "\U0001d499"],
    "COMMENT": [
        "// ffi-ignore[FFI401]: right\n", "// ffi-ignore[FFI404, FFI201]: right\n", "/* ffi-ignore-start[FFI402]: right */\n", "// ffi-ignore-end\n",
        "// ffi-header: math.h\n", "// ffi-ignore\n", "// abs(1)\n", "/* é 😀 */ ", "// catch\n", "/** abs */\n",
    ],
    "LINE": ["@S", "@S", "@S", "@S", "@S", "@SET", "@MORE", "@OPEN"],
}  # fmt: skip

DIALECTS: Mapping[str, Grammar] = {
    "porffor": {
        "START": ['const { abs, labs, strlen, qsort, floor } = Porffor.dlopen("libc.so.6", {\n  @SCHEMA\n});'],
        "OPEN": [
            'const @TAKEN = Porffor.dlopen("@SO", {\n  @SCHEMA\n});', 'const { @F } = Porffor.dlopen("libm.so.6", { @ENTRY });',
            'const lib = Porffor.dlopen("libc.so.6", { @ENTRY, @ENTRY });', 'const schema = { @ENTRY };\nconst @TAKEN = Porffor.dlopen("libc.so.6", schema);',
        ],
        "CALL": ["@RIGHT", "@RIGHT", "@F(@ARGS)", "@F(@ARGS)", "@F(@ARGS)", "lib.@F(@ARGS)"],
        "MORE": ["@S", "const @F = strlen;"],
        "CLOSE": ["lib.close()", "abs.close()"],
        "CB": ["abs"],
        "W": ["parameters"], "R": ["result"],
        "I": ['"i32"', '"i32"', '"u32"'], "L": ['"i64"', '"usize"'], "P": ['"buffer"', '"pointer"'], "D": ['"f64"', '"f32"'],
        "FN": ['"function"', '"pointer"'], "VOID": ['"void"'], "T": ["@I", "@L", "@P", "@D", "@VOID", '"i3"', '"u8"', "@N"],
    },
    "deno": {
        "START": [
            'const lib = Deno.dlopen("libc.so.6", {\n  @SCHEMA\n});\nconst { symbols } = lib, { abs, strlen } = lib.symbols;',
            'const { symbols: { abs, labs, strlen, qsort }, close } = Deno.dlopen("libc.so.6", {\n  @SCHEMA\n});',
            'const schema = {\n  @SCHEMA\n} as const;\nconst lib = Deno.dlopen("libc.so.6", schema);\nconst { abs, strlen } = lib.symbols;',
        ],
        "OPEN": [
            'const lib = Deno.dlopen("@SO", {\n  @SCHEMA\n});', 'const { symbols: @TAKEN } = Deno.dlopen("libc.so.6", {\n  @SCHEMA\n});',
            'let lib;\ntry { lib = Deno.dlopen("libc.so.6", { @ENTRY }); } catch { lib = null; }',
            "const @F = new Deno.UnsafeFnPointer(@N, { parameters: [@TS], result: @T });\n@F.call(@ARGS);",
        ],
        "CALL": ["@RIGHT", "@RIGHT", "@F(@ARGS)", "@F(@ARGS)", "lib.symbols.@F(@ARGS)", "symbols.@F(@ARGS)", "@F?.(@ARGS)", "@F.call(null, @ARGS)", "symbols['@F'](@ARGS)"],
        "MORE": [
            "const cb = new Deno.UnsafeCallback({ parameters: [@P, @P], result: @I }, (a, b) => @A);", "const { @F: @F } = lib.symbols;",
            "const { symbols } = lib;", "const { symbols: @TAKEN } = lib;", "const @F = lib.symbols.@F;", "const @F = symbols.@F;",
            "using cb = new Deno.UnsafeCallback({ parameters: [@TS], result: @T }, @F);",
        ],
        "CLOSE": ["lib.close()", "lib.close()", "close()", "cb.close()"],
        "CB": ["cb.pointer", "cb.pointer", "cb"],
        "W": ["parameters"], "R": ["result"],
        "I": ['"i32"', '"i32"', '"u32"'], "L": ['"i64"', '"usize"'], "P": ['"buffer"', '"pointer"'], "D": ['"f64"', '"f32"'],
        "FN": ['"function"'], "VOID": ['"void"'], "T": ["@I", "@L", "@P", "@D", "@FN", "@VOID", '"i3"', '"bool"', "@N", '{ struct: ["i32"] }'],
    },
    "bun": {
        "START": [
            ('import { CFunction, FFIType, JSCallback, cc, dlopen, linkSymbols, ptr, suffix } from "bun:ffi";\n'
             'const { symbols: { abs, labs, strlen, qsort }, close } = dlopen("libc.so.6", {\n  @SCHEMA\n});'),
            ('import { FFIType, JSCallback, dlopen, ptr } from "bun:ffi";\nconst { i32 } = FFIType;\n'
             'const lib = dlopen("libc.so.6", {\n  @SCHEMA\n});\nconst { symbols } = lib, { abs, strlen } = lib.symbols;'),
        ],
        "OPEN": [
            'const { symbols: @TAKEN } = dlopen("@SO", {\n  @SCHEMA\n});', 'const lib = dlopen("libc.so.6", {\n  @SCHEMA\n});',
            "const { symbols } = linkSymbols({ @ENTRY });", 'const { symbols: @TAKEN } = cc({ source: "x.c", symbols: { @ENTRY } });',
            "const @F = CFunction({ ptr: @N, args: [@TS], returns: @T });",
        ],
        "CALL": ["@RIGHT", "@RIGHT", "@F(@ARGS)", "@F(@ARGS)", "lib.symbols.@F(@ARGS)", "symbols.@F(@ARGS)", "@F?.(@ARGS)"],
        "MORE": [
            "const cb = new JSCallback((a, b) => @A, { args: [@P, @P], returns: @I });", "const { @F: @F } = lib.symbols;",
            "const { symbols } = lib;", "const @F = lib.symbols.@F;", "const { symbols: @TAKEN } = lib;",
        ],
        "CLOSE": ["lib.close()", "lib.close()", "close()", "cb.close()"],
        "CB": ["cb.ptr", "cb.ptr", "cb"],
        "W": ["args"], "R": ["returns"],
        "I": ['"i32"', "FFIType.i32", "i32", '"int"'], "L": ['"i64"', '"u64"', '"usize"'], "P": ['"ptr"', '"cstring"', '"buffer"'],
        "D": ['"f64"', "FFIType.double"], "FN": ['"function"', '"ptr"'], "VOID": ['"void"'], "T": ["@I", "@L", "@P", "@D", "@VOID", '"i3"', "@N"],
    },
    "node": {
        "START": [
            'import ffi from "node:ffi";\nconst { lib, functions: { abs, labs, strlen, qsort } } = ffi.dlopen("libc.so.6", {\n  @SCHEMA\n});',
            'import { DynamicLibrary, dlopen } from "node:ffi";\nconst { lib, functions } = dlopen("libc.so.6", {\n  @SCHEMA\n});\nconst { abs, strlen } = functions;',
            ('const ffi = require("node:ffi");\nconst lib = new ffi.DynamicLibrary("libc.so.6");\n'
             'const abs = lib.getFunction("abs", { arguments: ["i32"], return: "i32" });\n'
             'const strlen = lib.getFunction("strlen", { arguments: [@P], return: @L });'),
        ],
        "OPEN": [
            'const { lib, functions: @TAKEN } = ffi.dlopen("@SO", {\n  @SCHEMA\n});', 'const { functions } = ffi.dlopen("libc.so.6", {\n  @SCHEMA\n});',
            'const lib = new ffi.DynamicLibrary("@SO");',
        ],
        "CALL": ["@RIGHT", "@RIGHT", "@F(@ARGS)", "@F(@ARGS)", "functions.@F(@ARGS)", "@F?.(@ARGS)"],
        "MORE": [
            "const cb = lib.registerCallback({ arguments: [@P, @P], return: @I }, (a, b) => @A);", "const { @F: @F } = functions;",
            'const @F = lib.getFunction("@F", { arguments: [@TS], return: @T });', "const { @F, @F: made } = lib.getFunctions({ @ENTRY, @ENTRY });",
        ],
        "CLOSE": ["lib.close()", "lib.close()", "lib.unregisterCallback(cb)"],
        "CB": ["cb"],
        "W": ["arguments"], "R": ["return"],
        "I": ['"int32"', '"i32"', '"uint32"'], "L": ['"uint64"', '"int64"'], "P": ['"pointer"', '"string"', '"buffer"'],
        "D": ['"double"', '"float"'], "FN": ['"function"', '"pointer"'], "VOID": ['"void"'], "T": ["@I", "@L", "@P", "@D", "@VOID", '"i3"', "@N"],
    },
    "koffi": {
        "START": [
            ('import koffi from "koffi";\nconst lib = koffi.load("libc.so.6");\nconst abs = lib.func("int abs(int value)");\n'
             'const strlen = lib.func("size_t strlen(const char *text)");\nconst Compare = koffi.proto("int Compare(const void *left, const void *right)");\n'
             'const qsort = lib.func("void qsort(void *items, size_t count, size_t size, Compare *compare)");'),
            ('const koffi = require("koffi");\nconst lib = koffi.load("libc.so.6");\nconst abs = lib.func("abs", @I, [@I]);\n'
             'const strlen = lib.func("strlen", @L, [@P]), labs = lib.func("labs", @L, [@L]);'),
        ],
        "OPEN": [
            'const lib = koffi.load("@SO");', 'const @F = lib.func(@C);', 'const @F = lib.func("@F", @T, [@TS]);', 'const @F = koffi.load("libc.so.6").func(@C);',
        ],
        "CALL": ["@RIGHT", "@RIGHT", "@F(@ARGS)", "@F(@ARGS)", "@F(@ARGS)", "@F.async(@ARGS, (error, value) => @S)"],
        "MORE": [
            "const cb = koffi.register((left, right) => @A, koffi.pointer(Compare));", "const cb = koffi.register(@F, 'Compare *');",
            'const Point = koffi.struct("Point", { x: @I, y: @D });', "const Handle = koffi.opaque('Handle');", "const @F = lib.func(@C);",
            'const Compare = koffi.proto("int Compare(@K)");', "koffi.alias('count_t', @I);",
        ],
        "CLOSE": ["lib.unload()", "koffi.unregister(cb)", "koffi.unregister(cb)"],
        "CB": ["cb"],
        "C": [
            '"int abs(int value)"', '"long labs(long value)"', '"size_t strlen(const char *text)"', '"double floor(double x)"',
            '"void qsort(void *items, size_t n, size_t size, Compare *compare)"', '"char *getenv(str name)"', '"int abs("', '"Point made(@K)"',
        ],
        "K": ["int", "int a, Point b", "const void *left, const void *right", "count_t n"],
        "W": ["parameters"], "R": ["result"],
        "I": ['"int"', '"int32_t"', "koffi.types.int"], "L": ['"size_t"', '"long"'], "P": ['"void *"', '"str"', '"char *"'], "D": ['"double"'],
        "FN": ['"Compare *"', "koffi.pointer(Compare)"], "VOID": ['"void"'], "T": ["@I", "@L", "@P", "@D", "@FN", "@VOID", "Point", '"Point"', '"Handle *"', "@N"],
    },
}  # fmt: skip
"""What each dialect says otherwise."""

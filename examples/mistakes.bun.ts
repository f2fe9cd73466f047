// Bindings for Bun with one mistake in each marked line. Nothing here is meant to run:
//   ffi-lsp check examples/mistakes.bun.ts
import { CFunction, dlopen, FFIType, JSCallback } from "bun:ffi";

const { symbols } = dlopen("libc.so.6", {
  abs: { parameters: ["i32"], returns: "i32" }, // FFI102: Deno's field
  labs: { args: ["long"], returns: FFIType.i64 }, // FFI101: C's name of the type
  getuid: { args: [FFIType.void], returns: "u32" }, // FFI104: in C it is written so
  process: { name: "getpid", args: [], returns: "i32" }, // FFI106: Bun looks for "process"
  div: { args: ["int", "int"], returns: { struct: ["int", "int"] } }, // FFI109: Bun passes no structs
  getppid: { args: [], returns: "int" }, // FFI108: again below
  getppid: { args: [], returns: "i32" },
  labz: { args: ["i64"], returns: "i64" }, // FFI201: it is labs
  sync: {},
});

const native = CFunction({ args: ["f64"], returns: "f64" }); // FFI103: where is it?
const callback = new JSCallback({ args: ["i32"], returns: "void" }, (code) => console.log(code)); // FFI110: the wrong way round
const nothing = symbols.sync() + 1; // FFI405: it gives nothing
console.log(native, callback.ptr, nothing);

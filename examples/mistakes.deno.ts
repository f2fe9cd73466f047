// Bindings for Deno with one mistake in each marked line. Nothing here is meant to run:
//   ffi-lsp check examples/mistakes.deno.ts

const libc = Deno.dlopen("libc.so.6", {
  abs: { args: ["i32"], result: "i32" }, // FFI102: Bun's field
  labs: { parameters: ["long"], result: "i64" }, // FFI101: C's name of the type
  getuid: { parameters: ["void"], result: "u32" }, // FFI104: in C it is written so
  getppid: { parameters: [] }, // FFI103: no result
  toupper: { parameters: "i32", result: "i32" }, // FFI105: a list of one type is a list
  div: { parameters: ["i32", "i32"], result: { struct: [] } }, // FFI109: the fields are missing
  strlenn: { parameters: ["buffer"], result: "usize" }, // FFI201: one n too many
  strtod: { parameters: ["buffer", "pointer"], result: "f32" }, // FFI305: C returns a double
  usleep: { parameters: ["u32"], result: "i32", nonblocking: true },
  qsort: { parameters: ["buffer", "usize", "usize", "function"], result: "void" },
});

const compare = new Deno.UnsafeCallback({ parameters: ["pointer", "ptr"], result: "i32" }, () => 0); // FFI101: Bun's name
const numbers = new Int32Array([3, 1, 2]);
libc.symbols.qsort(numbers, 3n, 4n, () => 0); // FFI502: a function, not the callback's pointer
const slept = libc.symbols.usleep(1000) + 1; // FFI407: a promise
console.log(slept, compare.pointer);

// A small use of libc and libm from Bun, with one mistake in each marked line. Nothing here is meant to run:
//   ffi-lsp check examples/mistakes-in-calls.bun.ts

import { dlopen, FFIType, JSCallback, ptr } from "bun:ffi";

const libc = dlopen("libc.so.6", {
  toupper: { args: [FFIType.int], returns: FFIType.int },
  puts: { args: [FFIType.ptr], returns: FFIType.int },
  labs: { args: [FFIType.i64], returns: FFIType.i64 },
  qsort: { args: [FFIType.ptr, FFIType.usize, FFIType.usize, FFIType.function] },
  malloc: { args: [FFIType.usize], returns: FFIType.ptr },
  free: { args: [FFIType.ptr] },
});
const libm = dlopen("libm.so.6", {
  modf: { args: ["f64", "ptr"], returns: "f64" },
});

libc.symbols.puts("hello"); // FFI403: a string is no address
libc.symbols.puts(ptr(Buffer.from("hello"))); // FFI408: the text does not end
if (libc.symbols.labs(-5) === 5) console.log("five"); // FFI406: five is no BigInt five
console.log(libc.symbols.tupper(97)); // FFI404: it is called toupper
console.log(libc.symbols.toupper()); // FFI401: Bun passes zero
console.log(libc.symbols.toupper(97.5)); // FFI402: there is no such letter

const memory = libc.symbols.malloc(8);
libc.symbols.free(memory | 0); // FFI505: half of the address is lost

const whole = new Float32Array(1);
console.log(libm.symbols.modf(1.5, ptr(whole))); // FFI506: four bytes for a double

const numbers = new Int32Array([3, 1, 2]);
libc.symbols.qsort(numbers, 3, 4, () => 0); // FFI502: C cannot call a function of JavaScript
const compare = new JSCallback(() => 0, { args: ["ptr", "ptr"], returns: "int" });
libc.symbols.qsort(numbers, 3, 4, compare);
compare.close();
libm.close();
libm.symbols.modf(2.5, ptr(new Float64Array(1))); // FFI503: the library is closed

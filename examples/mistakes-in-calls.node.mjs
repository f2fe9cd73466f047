// A small use of libc from Node, with one mistake in each marked line. Nothing here is meant to run:
//   ffi-lsp check examples/mistakes-in-calls.node.mjs

import { dlopen, getRawPointer } from "node:ffi";

const { lib, functions } = dlopen("libc.so.6", {
  toupper: { arguments: ["int"], return: "i32" }, // FFI101: C's name of the type; here it is "i32"
  labs: { arguments: ["i64"], return: "i64" },
  getenv: { arguments: ["string"], returns: "pointer" }, // FFI102: Bun's field
  atoi: { arguments: ["buffer"], return: "i32" },
  qsort: { arguments: ["buffer", "u64", "u64", "function"], return: "void" },
  time: { arguments: ["pointer"], return: "i64" },
});

console.log(functions.labs(-5)); // FFI403: a number is no BigInt
console.log(functions.labs(-5n) + 1); // FFI406: nor can the two be added
console.log(functions.atoi(Buffer.from("42"))); // FFI408: the text does not end
console.log(functions.labs(-5n, 98n)); // FFI401: it takes one argument

const now = getRawPointer(new BigInt64Array(1)); // FFI504: nothing holds the memory
console.log(functions.time(now));

const numbers = new Int32Array([3, 1, 2]);
functions.qsort(numbers, 3n, 4n, () => 0); // FFI502: C cannot call a function of JavaScript
const compare = lib.registerCallback({ arguments: ["pointer", "pointer"], return: "i32" }, () => 0);
lib.unregisterCallback(compare);
functions.qsort(numbers, 3n, 4n, compare); // FFI501: it is closed
lib.close();
functions.labs(7n); // FFI503: so is the library

// Bindings for Node's node:ffi with one mistake in each marked line. Nothing here is meant to run:
//   ffi-lsp check examples/mistakes.node.mjs
import { dlopen } from "node:ffi";

const { lib, functions } = dlopen("libc.so.6", {
  abs: { arguments: ["i32"], returns: "i32" }, // FFI102: Bun's field
  labs: { arguments: ["isize"], return: "i64" }, // FFI101: Node has no such type
  getuid: { arguments: ["void"], return: "u32" }, // FFI104: in C it is written so
  usleep: { arguments: ["u32"], return: "i32", nonblocking: true }, // FFI106: it blocks
  llabs: { arguments: ["i64"], return: "i64" },
  memset: { arguments: ["buffer", "i32"], return: "pointer" }, // FFI301: how many bytes?
});

functions.llabs(5); // FFI403: a 64-bit integer is a BigInt
functions.llabs(5n, 6n); // FFI401: one too many
const callback = lib.registerCallback({ arguments: ["pointer"], return: "float16" }, () => 0); // FFI101: no such type
console.log(callback);

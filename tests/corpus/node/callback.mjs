import ffi from "node:ffi";

const { lib, functions: { qsort } } = ffi.dlopen("libc.so.6", {
  qsort: { arguments: ["buffer", "uint64", "uint64", "function"], return: "void" },
});
const compare = lib.registerCallback({ arguments: ["pointer", "pointer"], return: "int32" }, (left, right) => {
  return ffi.getInt32(left) - ffi.getInt32(right);
});
const numbers = new Int32Array([2, 3, 1]);
qsort(numbers, 3n, 4n, compare);
lib.unregisterCallback(compare);

const idle = lib.registerCallback(() => {});
lib.refCallback(idle);
export { idle, numbers };

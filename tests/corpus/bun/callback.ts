import { CFunction, dlopen, JSCallback, type Pointer, ptr, read } from "bun:ffi";

const { symbols } = dlopen("libc.so.6", {
  qsort: { args: ["ptr", "usize", "usize", "function"], returns: "void" },
});
const compare = new JSCallback((left: Pointer, right: Pointer) => read.i32(left, 0) - read.i32(right, 0), {
  args: ["ptr", "ptr"],
  returns: "i32",
});
const values = new Int32Array([3, 1, 2]);
symbols.qsort(ptr(values), values.length, 4, compare.ptr);
compare.close();

const handlers = new Map<string, JSCallback>();
export function on(name: string, handler: () => void): Pointer {
  const callback = new JSCallback(handler, { threadsafe: true });
  handlers.set(name, callback);
  return callback.ptr!;
}

export function call(address: Pointer, value: number): number {
  const native = CFunction({ ptr: address, args: ["f64"], returns: "f64" });
  try {
    return native(value);
  } finally {
    native.close();
  }
}

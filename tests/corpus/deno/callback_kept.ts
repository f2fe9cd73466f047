const lib = Deno.dlopen("libc.so.6", {
  qsort: { parameters: ["buffer", "usize", "usize", "function"], result: "void" },
});

const definition = { parameters: ["pointer", "pointer"], result: "i32" } as const;

export function sort(values: Int32Array): Int32Array {
  const read = (place: Deno.PointerValue): number => new Deno.UnsafePointerView(place!).getInt32();
  const compare = new Deno.UnsafeCallback(definition, (left, right) => read(left) - read(right));
  try {
    lib.symbols.qsort(values, BigInt(values.length), 4n, compare.pointer);
  } finally {
    compare.close();
  }
  return values;
}

const onExit = Deno.UnsafeCallback.threadSafe({ parameters: ["i32"], result: "void" }, (code) => console.log(code));
onExit.unref();
export { onExit };

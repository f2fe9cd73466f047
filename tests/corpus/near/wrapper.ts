// A library that wraps dlopen for others: path and schema are parameters.
export function open<S extends Deno.ForeignLibraryInterface>(path: string, schema: S): Deno.DynamicLibrary<S>["symbols"] {
  return Deno.dlopen(path, schema).symbols;
}
export const either = (path: string | null, table: never) =>
  "Bun" in globalThis ? require("bun:ffi").dlopen(path, table) : process.getBuiltinModule("node:ffi").dlopen(path, table);

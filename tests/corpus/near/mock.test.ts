const Deno = { dlopen: (path: string, schema: object) => ({ path, schema, symbols: {} as Record<string, () => number> }) };
const lib = Deno.dlopen("libfake.so", { f: { args: ["int"], returns: "string" } });
if (lib.path !== "libfake.so") throw new Error("path");
class UnsafeCallback { constructor(readonly definition: object) {} }
export const callback = new UnsafeCallback({ params: ["any"] });

// Types that small functions make: nobody can know them from the text, so nobody judges them.
const out = <T>(_type: T) => "buffer" as const;
const handle = (name: string) => ({ [name]: "pointer" }[name] as "pointer");
const prefixed = <T extends Record<string, Deno.ForeignFunction>>(prefix: string, table: T) =>
  Object.fromEntries(Object.entries(table).map(([key, value]) => [key, { ...value, name: prefix + key }])) as T;

export const engine = Deno.dlopen(new URL("../bin/libengine.so.missing-on-purpose", Deno.env.get("BASE")!), prefixed("eng_", {
  create: { parameters: [out("u32")], result: handle("engine") },
  destroy: { parameters: [handle("engine")], result: "void" },
}));

// Built at run time, entry by entry.
const schema = {};
for (const [name, count] of Object.entries({ one: 1, two: 2 })) {
  schema[`gen_${name}`] = { parameters: Array(count).fill("i32"), result: "i32" };
}
const lib = Deno.dlopen(Deno.args[0], schema);
export const call = (name, ...values) => lib.symbols[name](...values);
lib.symbols.gen_one(1);

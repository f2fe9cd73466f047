const loader = Deno.dlopen(Deno.args[0], {
  get_proc_address: { parameters: ["buffer"], result: "pointer" },
});

const encode = (name: string) => new TextEncoder().encode(name + "\0");

function proc<const D extends Deno.ForeignFunction>(name: string, definition: D) {
  const address = loader.symbols.get_proc_address(encode(name));
  if (address === null) throw new Error(`${name} is missing`);
  return new Deno.UnsafeFnPointer(address as Deno.PointerObject<D>, definition);
}

const add = proc("add", { parameters: ["i32", "i32"], result: "i32" });
const later = proc("later", { parameters: ["u64"], result: "u64", nonblocking: true });
console.log(add.call(1, 2), await later.call(5n));

// Porffor.dlopen on another host: strings and typed arrays as buffers, addresses as numbers, results as numbers.

import { host } from "./host.mjs";
import { ADDRESSES, known, outward, refuse } from "./values.mjs";
import { wrap } from "./wrap.mjs";

function dlopen(path, schema) {
  const declarations = Object.entries(schema).map(([name, { parameters, result }]) => ({
    name,
    symbol: name,
    parameters: parameters.map(known),
    result: known(result ?? "void"),
  }));
  const { functions } = host().open(path, declarations);
  const symbols = {};
  for (const { name, parameters, result } of declarations) {
    symbols[name] = wrap(functions[name], parameters.map(passed), result === "void" ? null : Number);
  }
  return symbols;
}

/** Porffor gives 0 for an argument that is missing, and drops one too many. */
function passed(type) {
  const convert = outward(type);
  return ADDRESSES.has(type) ? convert : (value) => convert(value ?? 0);
}

/** The one load that programs use: the address of a typed array's bytes, four bytes into Porffor's header of it. */
function load(value, _align, offset) {
  if (ArrayBuffer.isView(value) && offset === 4) return value;
  return refuse("Porffor.wasm.i32.load", "only the address of a typed array's bytes is known here");
}

globalThis.Porffor ??= { dlopen, wasm: { i32: { load } } };

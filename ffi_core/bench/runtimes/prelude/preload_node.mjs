// Run before a program on Node 26: makes Node a host, and speaks Porffor, Deno and bun:ffi.

import { DynamicLibrary, getRawPointer, toArrayBuffer, toString } from "node:ffi";
import { registerHooks } from "node:module";
import { setHost } from "./host.mjs";
import { ADDRESSES } from "./values.mjs";
import "./speak_deno.mjs";
import "./speak_porffor.mjs";
import { remembering, wrap } from "./wrap.mjs";

const NAMES = { isize: "i64", usize: "u64", bool: "u8" };
const typeOf = (type) => (ADDRESSES.has(type) ? "pointer" : NAMES[type] ?? type);

const inward = (value) => (typeof value === "number" ? BigInt(value) : value);

function conversion(type) {
  if (ADDRESSES.has(type)) return remembering(inward);
  return type === "bool" ? Number : null;
}

const bind = (call, { parameters, result }) =>
  wrap(call, parameters.map(conversion), result === "bool" ? (returned) => returned !== 0 : null);

function lookUp(library, { symbol, parameters, result, optional }) {
  try {
    return library.getFunction(symbol, { arguments: parameters.map(typeOf), return: typeOf(result) });
  } catch (error) {
    if (optional) return null;
    throw error;
  }
}

setHost({
  name: "Node",
  open(path, declarations) {
    const library = new DynamicLibrary(path);
    const functions = {};
    for (const declaration of declarations) {
      const call = lookUp(library, declaration);
      functions[declaration.name] = call && bind(call, declaration);
    }
    return { functions, close: () => library.close() };
  },
  addressOf: (bytes) => getRawPointer(bytes),
  bytesAt: (address, length) => new Uint8Array(toArrayBuffer(address, length)),
  textAt: (address) => toString(address),
});

registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== "bun:ffi") return next(specifier, context);
    return { url: new URL("./speak_bun.mjs", import.meta.url).href, format: "module", shortCircuit: true };
  },
});

// Run before a program on Node 26: makes Node a host, and speaks Porffor, Deno and bun:ffi.

import { DynamicLibrary, getRawPointer, toArrayBuffer, toString } from "node:ffi";
import { registerHooks } from "node:module";
import { setHost } from "./host.mjs";
import { ADDRESSES } from "./values.mjs";
import "./speak_deno.mjs";
import "./speak_porffor.mjs";
import { remembering, reply, wrap } from "./wrap.mjs";

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

// A callback belongs to a library; those of the program itself are never closed.
const program = new DynamicLibrary(null);

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
  callback({ parameters, result }, call) {
    const told = parameters.map((type) => (type === "bool" ? (value) => value !== 0 : null));
    const give = ADDRESSES.has(result) ? inward : result === "bool" ? Number : null;
    const signature = { arguments: parameters.map(typeOf), return: typeOf(result) };
    const address = program.registerCallback(signature, reply(call, told, give));
    return { address, close: () => program.unregisterCallback(address) };
  },
});

registerHooks({
  resolve(specifier, context, next) {
    const speaker = { "bun:ffi": "./speak_bun.mjs", koffi: "./speak_koffi.mjs" }[specifier];
    if (speaker === undefined) return next(specifier, context);
    return { url: new URL(speaker, import.meta.url).href, format: "module", shortCircuit: true };
  },
});

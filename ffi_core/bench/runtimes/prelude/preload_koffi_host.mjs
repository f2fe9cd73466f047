// Run before a program on Node: makes koffi the host, and speaks Porffor, Deno, bun:ffi and node:ffi.

import { createRequire, registerHooks } from "node:module";
import { setHost } from "./host.mjs";
import { ADDRESSES, WIDE } from "./values.mjs";
import "./speak_deno.mjs";
import "./speak_porffor.mjs";
import { remembering, reply, wrap } from "./wrap.mjs";

const koffi = createRequire(new URL(import.meta.url).search.slice(1))("koffi");

const NAMES = { i8: "int8_t", u8: "uint8_t", i16: "int16_t", u16: "uint16_t", i32: "int32_t", u32: "uint32_t" };
Object.assign(NAMES, { i64: "int64_t", u64: "uint64_t", isize: "intptr_t", usize: "size_t", f32: "float", f64: "double" });
const typeOf = (type) => (ADDRESSES.has(type) ? "void *" : NAMES[type] ?? type);

/**
 * What koffi gives for a type: numbers where they are exact, and null for an address of 0. To a callback it gives an
 * unsigned integer of 64 bits as if it had a sign.
 */
function outward(type) {
  if (ADDRESSES.has(type)) return (value) => value ?? 0n;
  const wrapped = WIDE[type];
  return wrapped ? (value) => wrapped(64, BigInt(value)) : null;
}

const inward = (value) => (typeof value === "number" ? BigInt(value) : value === 0n ? null : value);
const conversion = (type) => (ADDRESSES.has(type) ? remembering(inward) : null);

function lookUp(library, { symbol, parameters, result, optional }) {
  try {
    return library.func(symbol, typeOf(result), parameters.map(typeOf));
  } catch (error) {
    if (optional) return null;
    throw error;
  }
}

setHost({
  name: "koffi",
  open(path, declarations) {
    const library = koffi.load(path);
    const functions = {};
    for (const declaration of declarations) {
      const call = lookUp(library, declaration);
      const { name, parameters, result } = declaration;
      functions[name] = call && wrap(call, parameters.map(conversion), outward(result));
    }
    return { functions, close: () => library.unload() };
  },
  addressOf: (bytes) => (bytes.length ? koffi.address(bytes) : 0n),
  bytesAt: (address, length) => new Uint8Array(koffi.view(address, length)),
  textAt: (address) => koffi.decode.string(address),
  callback({ parameters, result }, call) {
    const type = koffi.pointer(koffi.proto(typeOf(result), parameters.map(typeOf)));
    const give = ADDRESSES.has(result) ? inward : null;
    const address = koffi.register(reply(call, parameters.map(outward), give), type);
    return { address, close: () => koffi.unregister(address) };
  },
});

registerHooks({
  resolve(specifier, context, next) {
    const speaker = { "bun:ffi": "./speak_bun.mjs", "node:ffi": "./speak_node.mjs" }[specifier];
    if (speaker === undefined) return next(specifier, context);
    return { url: new URL(speaker, import.meta.url).href, format: "module", shortCircuit: true };
  },
});

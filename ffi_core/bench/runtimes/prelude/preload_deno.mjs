// Run before a program on Deno: makes Deno a host, and speaks Porffor. An import map leads bun:ffi and node:ffi here.

import { setHost } from "./host.mjs";
import { ADDRESSES } from "./values.mjs";
import "./speak_porffor.mjs";
import { remembering, reply, wrap } from "./wrap.mjs";

const typeOf = (type) => (ADDRESSES.has(type) ? "pointer" : type);

function inward(value) {
  if (value instanceof Uint8Array) return Deno.UnsafePointer.of(value);
  return value === null ? null : Deno.UnsafePointer.create(BigInt(value));
}

const bind = (call, { parameters, result }) =>
  wrap(
    call,
    parameters.map((type) => (ADDRESSES.has(type) ? remembering(inward) : null)),
    ADDRESSES.has(result) ? Deno.UnsafePointer.value : null,
  );

setHost({
  name: "Deno",
  open(path, declarations) {
    const schema = {};
    for (const { name, symbol, parameters, result, optional } of declarations) {
      schema[name] = { name: symbol, parameters: parameters.map(typeOf), result: typeOf(result), optional };
    }
    const library = Deno.dlopen(path, schema);
    const functions = {};
    for (const declaration of declarations) {
      const call = library.symbols[declaration.name];
      functions[declaration.name] = call && bind(call, declaration);
    }
    return { functions, close: () => library.close() };
  },
  addressOf: (bytes) => Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)),
  bytesAt: (address, length) =>
    new Uint8Array(new Deno.UnsafePointerView(Deno.UnsafePointer.create(address)).getArrayBuffer(length)),
  textAt: (address) => new Deno.UnsafePointerView(Deno.UnsafePointer.create(address)).getCString(),
  callback({ parameters, result }, call) {
    const told = parameters.map((type) => (ADDRESSES.has(type) ? Deno.UnsafePointer.value : null));
    const made = new Deno.UnsafeCallback(
      { parameters: parameters.map(typeOf), result: typeOf(result) },
      reply(call, told, ADDRESSES.has(result) ? inward : null),
    );
    return { address: Deno.UnsafePointer.value(made.pointer), close: () => made.close() };
  },
});

// An import map leads imports; what CommonJS requires is looked up elsewhere.
if (/\.c[jt]s$/.test(Deno.mainModule)) {
  const { default: Module } = await import("node:module");
  const speakers = {
    "bun:ffi": await import("./speak_bun.mjs"),
    "node:ffi": await import("./speak_node.mjs"),
    koffi: await import("./speak_koffi.mjs"),
  };
  const load = Module._load;
  Module._load = (request, ...others) => speakers[request] ?? load(request, ...others);
}

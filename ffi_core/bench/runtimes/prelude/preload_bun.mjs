// Run before a program on Bun: makes Bun a host, and speaks Porffor, Deno and node:ffi.

import { CString, dlopen, ptr, toArrayBuffer } from "bun:ffi";
import { setHost } from "./host.mjs";
import { ADDRESSES } from "./values.mjs";
import "./speak_deno.mjs";
import "./speak_porffor.mjs";
import { wrap } from "./wrap.mjs";

const NAMES = { isize: "i64", usize: "u64" };
const typeOf = (type) => (ADDRESSES.has(type) ? "ptr" : NAMES[type] ?? type);

function inward(value) {
  if (value instanceof Uint8Array) return value.length ? value : null;
  return typeof value === "bigint" ? Number(value) : value;
}

const bind = (call, { parameters, result }) =>
  wrap(
    call,
    parameters.map((type) => (ADDRESSES.has(type) ? inward : null)),
    ADDRESSES.has(result) ? (returned) => BigInt(returned ?? 0) : null,
  );

function openOne(path, { symbol, parameters, result, optional }) {
  try {
    return dlopen(path, { [symbol]: { args: parameters.map(typeOf), returns: typeOf(result) } });
  } catch (error) {
    if (optional) return null;
    throw error;
  }
}

setHost({
  name: "Bun",
  open(path, declarations) {
    const functions = {};
    const opened = [];
    // One library for each function, since Bun looks up the key and two keys may name the same symbol.
    for (const declaration of declarations) {
      const library = openOne(path, declaration);
      functions[declaration.name] = library && bind(library.symbols[declaration.symbol], declaration);
      if (library) opened.push(library);
    }
    return { functions, close: () => opened.splice(0).forEach((library) => library.close()) };
  },
  addressOf: (bytes) => (bytes.length ? BigInt(ptr(bytes)) : 0n),
  bytesAt: (address, length) => new Uint8Array(toArrayBuffer(Number(address), 0, length)),
  textAt: (address) => new CString(Number(address)).toString(),
});

// Bun takes every name under node: for its own, before a plugin could resolve it; so the import itself is led elsewhere.
const SPEAK_NODE = JSON.stringify(`${import.meta.dir}/speak_node.mjs`);
Bun.plugin({
  name: "node:ffi",
  setup(build) {
    build.onLoad({ filter: /^(?!.*node_modules).*\.[mc]?[jt]sx?$/ }, async ({ path, loader }) => {
      const text = await Bun.file(path).text();
      return { contents: text.replaceAll(/(["'])node:ffi\1/g, SPEAK_NODE), loader };
    });
  },
});

// Run before a program on Bun: makes Bun a host, and speaks Porffor, Deno and node:ffi.

import { CString, dlopen, JSCallback, ptr, toArrayBuffer } from "bun:ffi";
import { setHost } from "./host.mjs";
import { ADDRESSES } from "./values.mjs";
import "./speak_deno.mjs";
import "./speak_porffor.mjs";
import { reply, wrap } from "./wrap.mjs";

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
  callback({ parameters, result }, call) {
    const told = parameters.map((type) => (ADDRESSES.has(type) ? (value) => BigInt(value ?? 0) : null));
    const made = new JSCallback(reply(call, told, ADDRESSES.has(result) ? inward : null), {
      args: parameters.map(typeOf),
      returns: typeOf(result),
    });
    return { address: BigInt(made.ptr), close: () => made.close() };
  },
});

// Bun takes every name under node: for its own, and installs packages, before a plugin could resolve either; so the
// imports themselves are led elsewhere.
const SPEAK_NODE = JSON.stringify(`${import.meta.dir}/speak_node.mjs`);
const SPEAK_KOFFI = JSON.stringify(`${import.meta.dir}/speak_koffi.mjs`);
const IMPORTS_KOFFI = /\b(from\s*|import\s*\(?\s*|require\s*\(\s*)(["'])koffi\2/g;
Bun.plugin({
  name: "node:ffi and koffi",
  setup(build) {
    build.onLoad({ filter: /^(?!.*node_modules).*\.[mc]?[jt]sx?$/ }, async ({ path, loader }) => {
      const text = await Bun.file(path).text();
      const contents = text
        .replaceAll(/(["'])node:ffi\1/g, SPEAK_NODE)
        .replaceAll(IMPORTS_KOFFI, (_, words) => words + SPEAK_KOFFI);
      return { contents, loader };
    });
  },
});

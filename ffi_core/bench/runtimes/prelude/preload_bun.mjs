// Run before a program on Bun: makes Bun a host, and speaks Porffor, Deno and node:ffi.

import { CString, dlopen, JSCallback, ptr, toArrayBuffer } from "bun:ffi";
import { setHost } from "./host.mjs";
import { ADDRESSES, refuse } from "./values.mjs";
import "./speak_deno.mjs";
import * as koffi from "./speak_koffi.mjs";
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

Bun.plugin({
  name: "koffi",
  setup(build) {
    build.module("koffi", () => ({ exports: koffi, loader: "object" }));
  },
});

// Bun takes every name under node: for its own, before a plugin could resolve it; so the import itself is led elsewhere.
// That is done for programs that need it alone, since Bun runs no CommonJS program whose text comes from a plugin.
const SPEAK_NODE = JSON.stringify(`${import.meta.dir}/speak_node.mjs`);
const program = await Bun.file(Bun.main).text().catch(() => "");
if (/(["'])node:ffi\1/.test(program)) {
  if (/\brequire\s*\(\s*["']node:ffi/.test(program)) {
    refuse('require("node:ffi") on Bun', "there it can be imported alone");
  }
  Bun.plugin({
    name: "node:ffi",
    setup(build) {
      build.onLoad({ filter: /^(?!.*node_modules).*\.[mc]?[jt]sx?$/ }, async ({ path, loader }) => {
        const text = await Bun.file(path).text();
        return { contents: text.replaceAll(/(["'])node:ffi\1/g, SPEAK_NODE), loader };
      });
    },
  });
}

// The module node:ffi on another host.

import { host } from "./host.mjs";
import { bytesOf, known, outward, refuse } from "./values.mjs";
import { reply, wrap } from "./wrap.mjs";

const SPELLINGS = {
  i8: ["int8", "i8", "char"],
  u8: ["uint8", "u8", "bool"],
  i16: ["int16", "i16"],
  u16: ["uint16", "u16"],
  i32: ["int32", "i32"],
  u32: ["uint32", "u32"],
  i64: ["int64", "i64"],
  u64: ["uint64", "u64"],
  f32: ["float32", "f32", "float"],
  f64: ["float64", "f64", "double"],
  pointer: ["pointer", "ptr"],
  buffer: ["string", "str", "buffer", "arraybuffer"],
  function: ["function"],
};
const TYPES = { void: "void" };
for (const [type, spellings] of Object.entries(SPELLINGS)) for (const spelling of spellings) TYPES[spelling] = type;
export const types = Object.fromEntries(Object.keys(TYPES).map((name) => [name.toUpperCase(), name]));

const typeOf = (type) => known(TYPES[type] ?? type);

export class DynamicLibrary {
  #path;
  #opened = [];
  #callbacks = new Map();
  #closed = false;
  constructor(path) {
    this.#path = path;
  }
  getFunction(name, definition) {
    return this.getFunctions({ [name]: definition })[name];
  }
  getFunctions(definitions = {}) {
    if (this.#closed) throw Object.assign(new Error("Library is closed"), { code: "ERR_FFI_LIBRARY_CLOSED" });
    const declarations = Object.entries(definitions).map(([name, definition]) => ({
      name,
      symbol: name,
      parameters: (definition.arguments ?? []).map(typeOf),
      result: typeOf(definition.return ?? "void"),
    }));
    const library = host().open(this.#path, declarations);
    this.#opened.push(library);
    const functions = {};
    for (const { name, parameters } of declarations) functions[name] = bind(library.functions[name], parameters);
    return functions;
  }
  registerCallback(...words) {
    const callback = words.pop();
    const { arguments: parameters = [], return: result = "void" } = words.pop() ?? {};
    const give = result === "void" ? () => undefined : outward(typeOf(result));
    const made = host().callback({ parameters: parameters.map(typeOf), result: typeOf(result) }, reply(callback, [], give));
    this.#callbacks.set(made.address, made);
    return made.address;
  }
  unregisterCallback(address) {
    this.#callbacks.get(address)?.close();
    this.#callbacks.delete(address);
  }
  refCallback() {}
  unrefCallback() {}
  close() {
    this.#closed = true;
    for (const made of this.#callbacks.values()) made.close();
    this.#callbacks.clear();
    for (const library of this.#opened.splice(0)) library.close();
  }
}

/** Node refuses a wrong number of arguments, and so a missing one; `undefined` in its place is an address of 0. */
function bind(call, parameters) {
  const count = parameters.length;
  const wrapped = wrap(call, parameters.map(outward));
  return function (a, b, c, d, e, f, g, h) {
    if (arguments.length !== count) {
      throw new TypeError(`Invalid argument count: expected ${count}, got ${arguments.length}`);
    }
    return count > 8 ? wrapped(...arguments) : wrapped(a, b, c, d, e, f, g, h);
  };
}

export function dlopen(path, definitions = {}) {
  const lib = new DynamicLibrary(path);
  return { lib, functions: lib.getFunctions(definitions), [Symbol.dispose]: () => lib.close() };
}

export const dlclose = (library) => library.close();
export const toString = (address) => (address === 0n ? null : host().textAt(address));
export const toArrayBuffer = (address, length) => host().bytesAt(address, length).slice().buffer;
export const toBuffer = (address, length) => host().bytesAt(address, length).slice();
export const getRawPointer = (view) => host().addressOf(bytesOf(view));
export const suffix = "so";

const reader = (name, size) => (address, offset = 0) => {
  const bytes = host().bytesAt(address + BigInt(offset), size);
  return new DataView(bytes.buffer, bytes.byteOffset, size)[`get${name}`](0, true);
};
export const getInt8 = reader("Int8", 1);
export const getUint8 = reader("Uint8", 1);
export const getInt16 = reader("Int16", 2);
export const getUint16 = reader("Uint16", 2);
export const getInt32 = reader("Int32", 4);
export const getUint32 = reader("Uint32", 4);
export const getInt64 = reader("BigInt64", 8);
export const getUint64 = reader("BigUint64", 8);
export const getFloat32 = reader("Float32", 4);
export const getFloat64 = reader("Float64", 8);

export const dlsym = () => refuse("dlsym", "the other runtimes give no bare address");
export default { DynamicLibrary, dlopen, dlclose, dlsym, toString, toArrayBuffer, toBuffer, getRawPointer, suffix, types };

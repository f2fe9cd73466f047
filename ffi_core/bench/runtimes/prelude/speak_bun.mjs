// The module bun:ffi on another host.

import { host } from "./host.mjs";
import { ADDRESSES, bytesOf, known, outward, pathOf, refuse } from "./values.mjs";
import { reply, wrap } from "./wrap.mjs";

const SPELLINGS = {
  i8: ["i8", "int8_t", "char"],
  u8: ["u8", "uint8_t"],
  i16: ["i16", "int16_t"],
  u16: ["u16", "uint16_t"],
  i32: ["i32", "int32_t", "int", "c_int"],
  u32: ["u32", "uint32_t", "c_uint"],
  i64: ["i64", "int64_t", "i64_fast"],
  u64: ["u64", "uint64_t", "u64_fast"],
  isize: ["isize"],
  usize: ["usize", "size_t"],
  f32: ["f32", "float"],
  f64: ["f64", "double"],
  pointer: ["ptr", "pointer", "void*", "char*"],
  buffer: ["buffer", "cstring"],
  function: ["function", "fn", "callback"],
};
const TYPES = { bool: "bool", void: "void" };
for (const [type, spellings] of Object.entries(SPELLINGS)) for (const spelling of spellings) TYPES[spelling] = type;

// Each spelling stands for itself, so that a number is never needed; numbers written out are read in Bun's order.
const NUMBERED = "char i8 u8 i16 u16 i32 u32 i64 u64 f64 f32 bool ptr void cstring i64_fast u64_fast function".split(" ");
export const FFIType = Object.fromEntries(Object.keys(TYPES).map((spelling) => [spelling, spelling]));

const spelled = (type) => (typeof type === "number" ? NUMBERED[type] : type);
const typeOf = (type) => known(TYPES[spelled(type)] ?? spelled(type));

/** Bun takes null and what is missing for 0. */
function passed(type) {
  const convert = outward(type);
  return ADDRESSES.has(type) ? convert : (value) => convert(value ?? 0);
}

function shown(spelling) {
  if (spelling === "cstring") return (value) => (value === 0n ? null : new CString(value));
  if (ADDRESSES.has(TYPES[spelling])) return (value) => (value === 0n ? null : Number(value));
  if (spelling.endsWith("_fast")) return (value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value);
  return null;
}

export function dlopen(path, schema) {
  const declarations = Object.entries(schema).map(([name, { args = [], returns = "void" }]) => ({
    name,
    symbol: name,
    parameters: args.map(typeOf),
    result: typeOf(returns),
  }));
  const library = host().open(pathOf(path), declarations);
  const symbols = {};
  for (const { name, parameters } of declarations) {
    const finish = shown(spelled(schema[name].returns ?? "void"));
    symbols[name] = wrap(library.functions[name], parameters.map(passed), finish);
  }
  return { symbols, close: library.close, [Symbol.dispose]: library.close };
}

export const ptr = (view, offset = 0) => Number(host().addressOf(bytesOf(view))) + offset;
export const toArrayBuffer = (address, offset = 0, length = undefined) =>
  host().bytesAt(BigInt(address) + BigInt(offset), length ?? refuse("toArrayBuffer without a length", "nobody knows the end"))
    .buffer;
export const suffix = "so";

export class CString extends String {
  constructor(address, offset = 0, length = undefined) {
    const start = BigInt(address) + BigInt(offset);
    super(length === undefined ? host().textAt(start) : new TextDecoder().decode(host().bytesAt(start, length)));
    this.ptr = Number(address);
  }
}

const reader = (name, size) => (address, offset = 0) => {
  const bytes = host().bytesAt(BigInt(address) + BigInt(offset), size);
  return new DataView(bytes.buffer, bytes.byteOffset, size)[`get${name}`](0, true);
};
const wide = reader("BigUint64", 8);
export const read = {
  i8: reader("Int8", 1),
  u8: reader("Uint8", 1),
  i16: reader("Int16", 2),
  u16: reader("Uint16", 2),
  i32: reader("Int32", 4),
  u32: reader("Uint32", 4),
  i64: reader("BigInt64", 8),
  u64: wide,
  f32: reader("Float32", 4),
  f64: reader("Float64", 8),
  ptr: (address, offset) => Number(wide(address, offset)),
  intptr: (address, offset) => Number(wide(address, offset)),
};

export class JSCallback {
  #made;
  constructor(callback, { args = [], returns = "void" } = {}) {
    const result = typeOf(returns);
    const told = args.map((type) => shown(spelled(type)));
    const give = result === "void" ? () => undefined : passed(result);
    this.#made = host().callback({ parameters: args.map(typeOf), result }, reply(callback, told, give));
    this.ptr = Number(this.#made.address);
  }
  [Symbol.toPrimitive]() {
    return this.ptr;
  }
  close() {
    if (this.ptr !== null) this.#made.close();
    this.ptr = null;
  }
  [Symbol.dispose]() {
    this.close();
  }
}

const BY_NAME = "the other runtimes call by name alone";
export function CFunction() {
  refuse("CFunction", BY_NAME);
}
export const linkSymbols = () => refuse("linkSymbols", BY_NAME);
export const cc = () => refuse("cc", "it needs Bun's own C compiler");
export default { dlopen, ptr, toArrayBuffer, suffix, CString, read, FFIType, JSCallback, CFunction, linkSymbols, cc };

// The package koffi on another host: functions by prototype or by types, out-parameters, text, callbacks.

import { host } from "./host.mjs";
import { bytesOf, cString, outward, refuse, scalarAt, sizeOf, storeScalar } from "./values.mjs";
import { reply, wrap } from "./wrap.mjs";

const SPELLINGS = {
  i8: ["char", "signed char", "int8", "int8_t"],
  u8: ["uchar", "unsigned char", "uint8", "uint8_t"],
  i16: ["short", "short int", "int16", "int16_t"],
  u16: ["ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"],
  i32: ["int", "signed int", "int32", "int32_t"],
  u32: ["uint", "unsigned int", "unsigned", "uint32", "uint32_t"],
  i64: ["long", "long int", "long long", "longlong", "long long int", "int64", "int64_t"],
  u64: ["ulong", "unsigned long", "unsigned long long", "ulonglong", "uint64", "uint64_t"],
  isize: ["intptr", "intptr_t", "ssize_t"],
  usize: ["uintptr", "uintptr_t", "size_t"],
  f32: ["float", "float32"],
  f64: ["double", "float64"],
  bool: ["bool", "_Bool"],
  void: ["void"],
};
const SCALARS = {};
for (const [type, spellings] of Object.entries(SPELLINGS)) for (const each of spellings) SCALARS[each] = type;

const TEXT = { kind: "text" };
const WIDE = new Set(["i64", "u64", "isize", "usize"]);

/** A type as we keep it: `{ kind: "scalar", scalar }`, `{ kind: "pointer", to, out }`, text, or `{ kind: "function" }`. */
function typeOf(spelled) {
  if (typeof spelled === "object" && spelled !== null && "kind" in spelled) return spelled;
  if (typeof spelled !== "string") refuse("this type", "structs, unions and arrays of koffi are its own");
  let words = spelled.replace(/\b(const|volatile|struct|_In_|restrict)\b/g, " ");
  const marker = /\b_(Out|Inout)_\b/.exec(words);
  words = words.replace(/\b_(Out|Inout)_\b/, " ").replace(/\s+/g, " ").trim();
  const stars = words.length - words.replaceAll("*", "").length;
  const base = words.replaceAll("*", "").trim();
  if (stars === 0) {
    if (base === "str" || base === "string") return TEXT;
    const named = NAMED.get(base);
    if (named !== undefined) return named;
    if (SCALARS[base] === undefined) refuse(`the type ${JSON.stringify(spelled)}`, "it has no equal in the other runtimes");
    return { kind: "scalar", scalar: SCALARS[base] };
  }
  if (NAMED.get(base)?.kind === "prototype" && stars === 1) return { kind: "function", prototype: NAMED.get(base) };
  if (stars === 1 && base === "char" && !marker) return TEXT;
  const to = stars === 1 ? { kind: "scalar", scalar: SCALARS[base] ?? "u8" } : { kind: "pointer" };
  return { kind: "pointer", to, out: marker?.[1] };
}

/** Prototypes and other types that the program has named. */
const NAMED = new Map();

/** The name that stands behind a parameter's type, if any, taken away. */
function withoutName(parameter) {
  const bare = parameter.trim();
  const found = /^(.*[\s*])([A-Za-z_]\w*)$/.exec(bare);
  if (!found) return bare;
  const [, before, name] = found;
  const rest = before.trim();
  const isType = SCALARS[name] !== undefined || NAMED.has(name) || name === "str" || name === "char";
  return (isType && !rest.endsWith("*")) || /^(const|unsigned|signed|struct|_\w+_)?$/.test(rest) ? bare : rest;
}

function parse(definition) {
  const found = /^\s*(.*?[\s*])\s*([A-Za-z_]\w*)\s*\(([^()]*)\)\s*;?\s*$/s.exec(definition);
  if (!found) refuse(`the prototype ${JSON.stringify(definition)}`, "only plain parameters are understood here");
  const [, result, name, list] = found;
  if (list.includes("...")) refuse(`the variadic function ${name}`, "the other runtimes call with fixed types");
  const parameters = list.trim() === "" || list.trim() === "void" ? [] : list.split(",").map(withoutName);
  return { name, result: typeOf(result.trim()), parameters: parameters.map(typeOf) };
}

const plain = (type) => (type.kind === "scalar" ? type.scalar : type.kind === "function" ? "function" : "pointer");

/** What koffi gives a program: numbers where they are exact, addresses as BigInt or null, text. */
function shown(type) {
  if (type.kind === "text") return (value) => (value === 0n || value === null ? null : host().textAt(BigInt(value)));
  if (type.kind !== "scalar") return (value) => (BigInt(value) === 0n ? null : BigInt(value));
  return WIDE.has(type.scalar) ? (value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value) : null;
}

function passed(type) {
  if (type.kind === "scalar") return outward(type.scalar);
  if (type.kind === "function") return (value) => (typeof value === "function" ? callbackOf(value, type).address : value);
  return (value) => {
    if (typeof value === "string") return cString(value);
    if (value instanceof Pointed) return value.bytes;
    return value === undefined || value === null ? null : bytesOf(value) ?? BigInt(value);
  };
}

/** A function that is passed as it is lives until the program ends; koffi frees it after the call. */
const kept = new WeakMap();
function callbackOf(call, type) {
  if (!kept.has(call)) kept.set(call, makeCallback(call, type.prototype));
  return kept.get(call);
}

function makeCallback(call, { parameters, result }) {
  const give = result.kind === "scalar" && result.scalar === "void" ? () => undefined : passed(result);
  const signature = { parameters: parameters.map(plain), result: plain(result) };
  return host().callback(signature, reply(call, parameters.map(shown), give));
}

class Pointed {
  constructor(bytes) {
    this.bytes = bytes;
  }
}

/** A call with arrays for out-parameters: bytes go in, and what C left there comes back into the array. */
function withOutputs(call, parameters) {
  const places = parameters.map((type, place) => (type.out ? place : -1)).filter((place) => place >= 0);
  if (places.length === 0) return call;
  return (...values) => {
    const written = [];
    for (const place of places) {
      const target = values[place];
      if (!Array.isArray(target)) continue;
      const { to, out } = parameters[place];
      const scalar = to.kind === "pointer" ? "pointer" : to.scalar;
      const bytes = new Uint8Array(sizeOf(scalar));
      if (out === "Inout" && target[0] !== null && target[0] !== undefined) storeScalar(bytes, scalar, target[0]);
      values[place] = new Pointed(bytes);
      written.push([target, bytes, scalar, shown(to)]);
    }
    const result = call(...values);
    for (const [target, bytes, scalar, show] of written) {
      const value = scalarAt(bytes, scalar);
      target[0] = show ? show(value) : value;
    }
    return result;
  };
}

export function load(path) {
  const opened = [];
  const bind = (name, result, parameters) => {
    const declaration = { name, symbol: name, parameters: parameters.map(plain), result: plain(result) };
    const library = host().open(path, [declaration]);
    opened.push(library);
    return withOutputs(wrap(library.functions[name], parameters.map(passed), shown(result)), parameters);
  };
  const func = (...words) => {
    if (words.length === 1) {
      const { name, result, parameters } = parse(words[0]);
      return bind(name, result, parameters);
    }
    const [name, result, parameters] = words.slice(-3);
    return bind(name, typeOf(result), parameters.map(typeOf));
  };
  const symbol = () => refuse("koffi's symbol()", "the other runtimes bind functions alone");
  return { func, cdecl: func, symbol, unload: () => opened.splice(0).forEach((library) => library.close()) };
}

const OWN = "structs, unions and arrays of koffi are its own";
export const struct = () => refuse("koffi.struct", OWN);
export const pack = () => refuse("koffi.pack", OWN);
export const union = () => refuse("koffi.union", OWN);
export const array = () => refuse("koffi.array", OWN);
export const opaque = (name) => {
  const type = { kind: "opaque" };
  if (name) NAMED.set(name, type);
  return type;
};
export const alias = (name, type) => {
  NAMED.set(name, typeOf(type));
  return typeOf(type);
};
export function proto(...words) {
  const made = words.length === 1 ? parse(words[0]) : { result: typeOf(words.at(-2)), parameters: words.at(-1).map(typeOf) };
  const type = { kind: "prototype", ...made };
  const name = made.name ?? (words.length === 3 ? words[0] : null);
  if (name) NAMED.set(name, type);
  return type;
}
export const pointer = (type) => {
  const to = typeOf(type);
  return to.kind === "prototype" ? { kind: "function", prototype: to } : { kind: "pointer", to };
};
export const out = (type) => ({ ...typeOf(type), kind: "pointer", out: "Out" });
export const inout = (type) => ({ ...typeOf(type), kind: "pointer", out: "Inout" });
export const address = (value) => (typeof value === "bigint" ? value : host().addressOf(bytesOf(value)));
export const view = (value, length) => host().bytesAt(address(value), length).buffer;
export const sizeof = (type) => sizeOf(plain(typeOf(type)));

const registered = new Map();
export const register = (...words) => {
  const [call, type] = words.slice(-2);
  const made = makeCallback(call, typeOf(type).prototype);
  registered.set(made.address, made);
  return made.address;
};
export const unregister = (callback) => {
  registered.get(callback)?.close();
  registered.delete(callback);
};

const read = (value, offset, type) => {
  const meant = typeOf(type);
  const scalar = plain(meant);
  const start = typeof value === "bigint" ? value : address(value);
  const found = scalarAt(host().bytesAt(start + BigInt(offset), sizeOf(scalar)), scalar);
  const show = shown(meant);
  return show ? show(found) : found;
};
export const decode = (value, ...words) => (typeof words[0] === "number" ? read(value, ...words) : read(value, 0, words[0]));
for (const spelling of Object.keys(SCALARS).filter((each) => /^\w+$/.test(each) && each !== "void")) {
  decode[spelling] = (value) => read(value, 0, spelling);
}
decode.string = (value) => host().textAt(address(value));

export const os = { errno: {} };
export const extension = ".so";
export default {
  ...{ load, struct, pack, union, array, opaque, alias, proto, pointer, out, inout, address, view, sizeof },
  ...{ register, unregister, decode, os, extension },
};

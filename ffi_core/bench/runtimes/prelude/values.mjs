// What travels between a dialect and a host: a number for integers up to 32 bits and floats, a BigInt for wider integers,
// a boolean for bool, and for an address a number, a BigInt, null, or the Uint8Array whose bytes are meant. A result that
// is an address always is a BigInt.

const encoder = new TextEncoder();

export const ADDRESSES = new Set(["pointer", "buffer", "function"]);
export const WIDE = { i64: BigInt.asIntN, isize: BigInt.asIntN, u64: BigInt.asUintN, usize: BigInt.asUintN };
const NARROW = {
  i8: (value) => (value << 24) >> 24,
  u8: (value) => value & 0xff,
  i16: (value) => (value << 16) >> 16,
  u16: (value) => value & 0xffff,
  i32: (value) => value | 0,
  u32: (value) => value >>> 0,
};
const KNOWN = new Set([...Object.keys(NARROW), ...Object.keys(WIDE), ...ADDRESSES, "f32", "f64", "bool", "void"]);

/** Refuse what one runtime has and another cannot be given. */
export function refuse(what, reason) {
  throw new TypeError(`ffi-core run: ${what} cannot be mapped: ${reason}`);
}

export function known(type) {
  if (!KNOWN.has(type)) refuse(`the type ${JSON.stringify(type)}`, "it has no equal in the other runtimes");
  return type;
}

/** The bytes of a typed array, DataView or ArrayBuffer, without a copy; null for anything else. */
export function bytesOf(value) {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : null;
}

/** Text as C has it: UTF-8 with a NUL behind. */
export const cString = (text) => encoder.encode(`${text}\0`);

/** The function that makes an argument of a type travel. */
export function outward(type) {
  if (ADDRESSES.has(type)) return address;
  if (type in WIDE) {
    const wrap = WIDE[type];
    return (value) => wrap(64, typeof value === "bigint" ? value : BigInt(Math.trunc(Number(value ?? 0))));
  }
  if (type in NARROW) {
    const wrap = NARROW[type];
    return (value) => wrap(typeof value === "bigint" ? Number(BigInt.asIntN(32, value)) : value);
  }
  return type === "bool" ? Boolean : Number;
}

function address(value) {
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return cString(value);
  return bytesOf(value) ?? BigInt(value);
}

/** A path as a string, where a runtime also takes a file: URL. */
export const pathOf = (path) => (path instanceof URL ? decodeURIComponent(path.pathname) : path);

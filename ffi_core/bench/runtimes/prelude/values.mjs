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

const READERS = { i8: "Int8", u8: "Uint8", i16: "Int16", u16: "Uint16", i32: "Int32", u32: "Uint32", bool: "Uint8" };
Object.assign(READERS, { i64: "BigInt64", isize: "BigInt64", u64: "BigUint64", usize: "BigUint64" });
Object.assign(READERS, { f32: "Float32", f64: "Float64" });
for (const type of ADDRESSES) READERS[type] = "BigUint64";

const SIZES = { i8: 1, u8: 1, bool: 1, i16: 2, u16: 2, i32: 4, u32: 4, f32: 4 };

/** The bytes that a scalar takes. */
export const sizeOf = (type) => SIZES[type] ?? 8;

const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The scalar at the start of some bytes. */
export const scalarAt = (bytes, type) => viewOf(bytes)[`get${READERS[type]}`](0, true);

/** Put a scalar at the start of some bytes. */
export function storeScalar(bytes, type, value) {
  viewOf(bytes)[`set${READERS[type]}`](0, ADDRESSES.has(type) ? BigInt(value) : outward(type)(value), true);
}

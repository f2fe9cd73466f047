// Deno.dlopen, Deno.UnsafePointer and Deno.UnsafePointerView on another host.

import { host } from "./host.mjs";
import { ADDRESSES, bytesOf, known, outward, pathOf, refuse } from "./values.mjs";
import { reply, wrap } from "./wrap.mjs";

const addresses = new WeakMap();

class UnsafePointer {
  static create(value) {
    const address = BigInt(value);
    if (address === 0n) return null;
    const pointer = Object.freeze(Object.create(null));
    addresses.set(pointer, address);
    return pointer;
  }
  static value(pointer) {
    return pointer === null ? 0n : addresses.get(pointer);
  }
  static of(value) {
    return UnsafePointer.create(host().addressOf(bytesOf(value)));
  }
  static equals(one, other) {
    return UnsafePointer.value(one) === UnsafePointer.value(other);
  }
  static offset(pointer, count) {
    return UnsafePointer.create(UnsafePointer.value(pointer) + BigInt(count));
  }
}

class UnsafePointerView {
  constructor(pointer) {
    this.pointer = pointer;
  }
  static getCString(pointer, offset = 0) {
    return host().textAt(UnsafePointer.value(pointer) + BigInt(offset));
  }
  static getArrayBuffer(pointer, length, offset = 0) {
    return host().bytesAt(UnsafePointer.value(pointer) + BigInt(offset), length).buffer;
  }
  getCString(offset = 0) {
    return UnsafePointerView.getCString(this.pointer, offset);
  }
  getArrayBuffer(length, offset = 0) {
    return UnsafePointerView.getArrayBuffer(this.pointer, length, offset);
  }
  getPointer(offset = 0) {
    return UnsafePointer.create(this.getBigUint64(offset));
  }
  getBool(offset = 0) {
    return this.getUint8(offset) !== 0;
  }
  copyInto(destination, offset = 0) {
    const bytes = bytesOf(destination);
    bytes.set(host().bytesAt(UnsafePointer.value(this.pointer) + BigInt(offset), bytes.length));
  }
}
for (const [name, size] of Object.entries({ Int8: 1, Uint8: 1, Int16: 2, Uint16: 2, Int32: 4, Uint32: 4 })) define(name, size);
for (const [name, size] of Object.entries({ BigInt64: 8, BigUint64: 8, Float32: 4, Float64: 8 })) define(name, size);

function define(name, size) {
  UnsafePointerView.prototype[`get${name}`] = function (offset = 0) {
    const bytes = host().bytesAt(UnsafePointer.value(this.pointer) + BigInt(offset), size);
    return new DataView(bytes.buffer, bytes.byteOffset, size)[`get${name}`](0, true);
  };
}

function passed(type) {
  if (type === "void") return () => undefined;
  const convert = outward(type);
  return ADDRESSES.has(type) ? (value) => (value === null ? null : addresses.get(value) ?? convert(value)) : convert;
}

function dlopen(path, schema) {
  const declarations = Object.entries(schema).map(([name, entry]) => {
    if ("type" in entry) refuse(`the static ${name}`, "the other runtimes bind functions alone");
    const parameters = entry.parameters.map(plain);
    return { name, symbol: entry.name ?? name, parameters, result: plain(entry.result), optional: entry.optional };
  });
  const library = host().open(pathOf(path), declarations);
  const symbols = {};
  for (const { name, parameters, result } of declarations) {
    const native = library.functions[name];
    const call = native && wrap(native, parameters.map(passed), ADDRESSES.has(result) ? UnsafePointer.create : null);
    symbols[name] = call && schema[name].nonblocking ? async (...values) => call(...values) : call;
  }
  return { symbols, close: library.close, [Symbol.dispose]: library.close };
}

function plain(type) {
  if (typeof type === "object") refuse("a struct by value", "the other runtimes pass none");
  return known(type);
}

class UnsafeCallback {
  #made;
  constructor(definition, callback) {
    const parameters = definition.parameters.map(plain);
    const result = plain(definition.result);
    this.definition = definition;
    this.callback = callback;
    const told = parameters.map((type) => (ADDRESSES.has(type) ? UnsafePointer.create : null));
    this.#made = host().callback({ parameters, result }, reply(callback, told, passed(result)));
    this.pointer = UnsafePointer.create(this.#made.address);
  }
  static threadSafe(definition, callback) {
    return new UnsafeCallback(definition, callback);
  }
  ref() {
    return 1;
  }
  unref() {
    return 0;
  }
  close() {
    this.#made.close();
  }
  [Symbol.dispose]() {
    this.close();
  }
}

class UnsafeFnPointer {
  constructor() {
    refuse("Deno.UnsafeFnPointer", "the other runtimes call by name alone");
  }
}

globalThis.Deno ??= { dlopen, UnsafePointer, UnsafePointerView, UnsafeCallback, UnsafeFnPointer };

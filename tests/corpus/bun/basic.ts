import { dlopen, FFIType, suffix } from "bun:ffi";

const { i32, f64, cstring, ptr, u64 } = FFIType;
export const { symbols, close } = dlopen("libc.so.6", {
  abs: { args: [i32], returns: i32 },
  atof: { args: [ptr], returns: f64 },
  getenv: { args: [cstring], returns: cstring },
  strtoull: { args: ["ptr", "ptr", "int"], returns: u64 },
  sync: {},
  getpid: { returns: "int" },
});
const other = dlopen(`${import.meta.dir}/build/libmine.${suffix}.example`.slice(1), { mine: { args: [], returns: i32 } });

console.log(symbols.abs(-4), symbols.getpid() > 0, symbols.getenv(Buffer.from("HOME\0")), other.symbols.mine());
symbols.sync();

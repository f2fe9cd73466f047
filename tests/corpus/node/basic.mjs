import { dlopen, suffix, toString } from "node:ffi";

const { lib, functions } = dlopen("libc.so.6", {
  abs: { arguments: ["int32"], return: "int32" },
  getenv: { arguments: ["string"], return: "string" },
  strlen: { arguments: ["buffer"], return: "uint64" },
  sync: {},
});
console.log(functions.abs(-3), suffix, functions.strlen(Buffer.from("abc\0")) === 3n);
const home = functions.getenv("HOME");
if (home !== 0n) console.log(toString(home));
functions.sync();
lib.close();

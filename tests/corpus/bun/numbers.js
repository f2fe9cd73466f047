const ffi = require("bun:ffi");
const { FFIType } = ffi;
const lib = ffi.dlopen("libm.so.6", {
  cos: { args: [FFIType.double], returns: FFIType.double },
  ilogb: { args: [9], returns: 5 },
});
module.exports = lib.symbols.cos(0) + lib.symbols.ilogb(8);

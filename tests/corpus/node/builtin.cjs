const ffi = process.getBuiltinModule("node:ffi");
const lib = ffi && new ffi.DynamicLibrary("libc.so.6");
const toupper = lib && lib.getFunction("toupper", { arguments: ["i32"], return: "i32" });
exports.upper = (letter) => (toupper ? String.fromCharCode(toupper(letter.charCodeAt(0))) : letter.toUpperCase());

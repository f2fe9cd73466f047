const path = process.platform === "darwin" ? "/usr/lib/libSystem.B.dylib" : "libc.so.6";
const lib = Bun.FFI.dlopen(path, {
  getpid: { args: [], returns: "i32" },
  usleep: { args: ["uint32_t"], returns: "c_int" },
});
export default lib.symbols;

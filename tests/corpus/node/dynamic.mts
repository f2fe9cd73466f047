const ffi = await import("node:ffi");
const using = process.argv[2] ?? "libc.so.6";
const opened = ffi.dlopen(using, { getpid: { arguments: [], return: "i32" } });
const name: string = process.argv[3]!;
const any = opened.lib.getFunction(name, JSON.parse(process.argv[4]!));
console.log(opened.functions.getpid() > 0, any());

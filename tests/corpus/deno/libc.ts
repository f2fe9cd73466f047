const libc = Deno.dlopen("libc.so.6", {
  getpid: { parameters: [], result: "i32" },
  getuid: { parameters: [], result: "u32" },
  absolute: { name: "abs", parameters: ["i32"], result: "i32" },
  strlen: { parameters: ["buffer"], result: "usize" },
  memcpy: { parameters: ["buffer", "buffer", "usize"], result: "pointer" },
  div: { parameters: ["i32", "i32"], result: { struct: ["i32", "i32"] } },
  environ: { type: "pointer" },
  strlcpy_or_nothing: { name: "no_such_function_anywhere", parameters: ["buffer"], result: "usize", optional: true },
  usleep: { parameters: ["u32"], result: "i32", nonblocking: true },
});

const both = new Int32Array(libc.symbols.div(7, 2).buffer);
console.log(libc.symbols.getpid() > 0, libc.symbols.absolute(-5), both[0], both[1]);
console.log(libc.symbols.strlen(new TextEncoder().encode("four\0")) === 4n);
if (libc.symbols.strlcpy_or_nothing) libc.symbols.strlcpy_or_nothing(new Uint8Array(1));
const slept: number = await libc.symbols.usleep(10);
console.log(slept, libc.symbols.environ !== null);

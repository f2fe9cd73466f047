const common = {
  abs: { parameters: ["i32"], result: "i32" },
  labs: { parameters: ["i64"], result: "i64" },
} as const;
const windowsOnly = { GetTickCount: { parameters: [], result: "u32" } } as const;
const linuxOnly = { getppid: { parameters: [], result: "i32" } } as const;

const lib = Deno.dlopen(Deno.build.os === "windows" ? "kernel32.dll" : "libc.so.6", {
  ...common,
  ...(Deno.build.os === "windows" ? windowsOnly : linuxOnly),
});
console.log(lib.symbols.abs(-1), lib.symbols.labs(-2n));

import { dlopen } from "bun:ffi";
const { symbols: c } = dlopen("libc.so.6", {
  llabs: { args: ["i64"], returns: "i64" },
  labs: { args: ["i64_fast"], returns: "i64_fast" },
  strtoul: { args: ["buffer", "ptr", "int"], returns: "u64_fast" },
  malloc: { args: ["size_t"], returns: "ptr" },
  free: { args: ["ptr"], returns: "void" },
});
const memory = c.malloc(64);
if (memory === null) throw new Error("out of memory");
c.free(memory);
console.log(c.llabs(-5n) + 1n, c.labs(-5) + 1, c.strtoul(Buffer.from("12\0"), null, 10));

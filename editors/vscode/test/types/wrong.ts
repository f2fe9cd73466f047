// What Porffor miscompiles or refuses: each marked line is an error to TypeScript, or this file would not compile.

const { add, free } = Porffor.dlopen("libdemo.so", {
  add: { parameters: ["i32", "i32"], result: "i32" },
  free: { parameters: ["pointer"] },
});
// @ts-expect-error: a parameter is missing, which Porffor would pass as 0
add(1);
// @ts-expect-error: one argument too many
add(1, 2, 3);
// @ts-expect-error: a text where a number goes
add(1, "2");
// @ts-expect-error: C returns nothing here
const size: number = free(null);
// @ts-expect-error: a text has no address that C could use
free("text");

const { strlen } = Porffor.dlopen("libc.so.6", { strlen: { parameters: ["buffer"], result: "u64" } });
// @ts-expect-error: a typed array would be passed as its header
strlen(new Uint8Array(8));
// @ts-expect-error: null is not NULL for a buffer
strlen(null);

// @ts-expect-error: C's name of a type
Porffor.dlopen("libdemo.so", { f: { parameters: ["int"], result: "i32" } });
// @ts-expect-error: a type that Porffor does not turn into C
Porffor.dlopen("libdemo.so", { f: { parameters: ["usize"], result: "i32" } });
// @ts-expect-error: Bun's field
Porffor.dlopen("libdemo.so", { f: { parameters: [], returns: "i32" } });
// @ts-expect-error: Node's field, and no parameters
Porffor.dlopen("libdemo.so", { f: { arguments: [] } });
// @ts-expect-error: no parameters
Porffor.dlopen("libdemo.so", { f: { result: "i32" } });
// @ts-expect-error: ignored by Porffor
Porffor.dlopen("libdemo.so", { f: { parameters: [], name: "g" } });
// @ts-expect-error: ignored by Porffor
Porffor.dlopen("libdemo.so", { f: { parameters: [], nonblocking: true } });
// @ts-expect-error: the symbol is not declared
const { g } = Porffor.dlopen("libdemo.so", { f: { parameters: [] } });
// @ts-expect-error: the path is missing
Porffor.dlopen({ f: { parameters: [] } });

export {};

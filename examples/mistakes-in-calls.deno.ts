// A small use of SQLite and of libc from Deno, with one mistake in each marked line. Nothing here is meant to run:
//   ffi-lsp check examples/mistakes-in-calls.deno.ts

const sqlite = Deno.dlopen("libsqlite3.so.0", {
  sqlite3_libversion: { parameters: [], result: "pointer" },
  sqlite3_open: { parameters: ["buffer", "buffer"], result: "i32" },
  sqlite3_close: { parameters: ["pointer"], result: "i32" },
  sqlite3_sleep: { parameters: ["i32"], result: "i32", nonblocking: true },
  sqlite3_errmsg: { parameters: ["pointer"], result: "i32" }, // FFI303: C returns an address, of which half is lost
  sqlite3_memory_used: { parameters: [], result: "i64" },
});
const libc = Deno.dlopen("libc.so.6", {
  qsort: { parameters: ["buffer", "usize", "usize", "function"], result: "void" },
  xdr_bool: { parameters: ["pointer", "pointer"], result: "i32" }, // FFI201: only programs of long ago find it
  time: { parameters: ["pointer"], result: "i64" },
});

const encoder = new TextEncoder();
const half = new Uint32Array(1);
const database = new Int32Array(2);
sqlite.symbols.sqlite3_open(encoder.encode(":memory:\0"), half); // FFI506: four bytes for an address
sqlite.symbols.sqlite3_open(encoder.encode(":memory:"), database); // FFI408: the text does not end
const address = database[0] + database[1] * 2 ** 32; // FFI505: the lower half has a sign
console.log(address, sqlite.symbols.sqlite3_libversion());

const slept = sqlite.symbols.sqlite3_sleep(10);
if (slept > 0) console.log("rested"); // FFI407: a promise is compared with nothing
console.log(sqlite.symbols.sqlite3_memory_used(1)); // FFI401: it takes no argument

const now = Deno.UnsafePointer.of(new BigInt64Array(1)); // FFI504: nothing holds the memory
console.log(libc.symbols.time(now));

const numbers = new Int32Array([3, 1, 2]);
const compare = new Deno.UnsafeCallback({ parameters: ["pointer", "pointer"], result: "i32" }, () => 0);
libc.symbols.qsort(numbers, 3n, 4n, compare); // FFI502: its pointer is wanted
compare.close();
libc.symbols.qsort(numbers, 3n, 4n, compare.pointer); // FFI501: it is closed
sqlite.close();
sqlite.symbols.sqlite3_close(null); // FFI503: so is the library

// A small use of SQLite as Porffor would run it, with one mistake in each marked line. Nothing here is meant to run:
//   ffi-lsp check examples/mistakes-in-calls.porf.ts

const { sqlite3_open, sqlite3_sleep, sqlite3_close } = Porffor.dlopen("libsqlite3.so.0", {
  sqlite3_open: { parameters: ["buffer", "buffer"], result: "i32" },
  sqlite3_sleep: { parameters: ["i32"], result: "i32" },
  sqlite3_close: { parameters: ["buffer"], result: "i32" },
});
const { ilogb } = Porffor.dlopen("libm.so.6", { // FFI610: a second call beside the first one
  ilogb: { parameters: ["f64"], result: "i32" },
});

const out = new Uint32Array(2);
const opened = sqlite3_open(":memory:", out); // FFI613: C gets what describes the array
const database = out[0] + out[1] * 4294967296; // FFI505: the lower half has a sign in Porffor
const closed = sqlite3_close(null); // FFI612: C gets an address, and not NULL

const half = 0.5;
const exponent = ilogb(half); // FFI611: 0.5 arrives as 0
const sleep = sqlite3_sleep; // FFI614: a symbol can only be called by its own name
try {
  console.log(opened, database, closed, exponent, sleep(10));
} catch (error) { // FFI615: the compiler crashes on the parameter
  console.log("failed");
}

// The declarations of sqlite.porf.ts with one mistake in each marked line. Nothing here is meant to run:
//   ffi-lsp check examples/mistakes.porf.ts

const {
  sqlite3_initialize,
  sqlite3_open_v2,
  sqlite3_exec,
  sqlite3_prepare,
  sqlite3_reset,
  sqlite3_stepp,
  sqlite3_column_int,
  sqlite3_version,
} = Porffor.dlopen("libsqlite3.so.0", {
  sqlite3_initialize: { parameters: [], result: "int" }, // FFI101: C's name of the type; here it is "i32"
  sqlite3_open_v2: { parameters: ["string", "buffer", "i32", "pointer"], result: "i32" }, // FFI101: text travels as "buffer"
  sqlite3_exec: { parameters: ["pointer", "buffer", "pointer", "pointer", "pointer"], returns: "i32" }, // FFI102: Bun's field
  sqlite3_prepare: { parameters: ["pointer", "buffer", "i32", "buffer", "pointer"], result: "i32" },
  sqlite3_reset: { result: "i32" }, // FFI103: no parameters
  sqlite3_stepp: { parameters: ["pointer"], result: "i32" }, // FFI201: one p too many
  sqlite3_column_int: { parameters: ["pointer", "i32"], result: "i32" },
  sqlite3_version: { parameters: [], result: "pointer" }, // FFI204: a text, not a function that gives one
});

const versionOf = (): number => {
  const { sqlite3_libversion_number } = Porffor.dlopen("libsqlite.so.0", { // FFI202: the 3 of libsqlite3 is missing
    sqlite3_libversion_number: { parameters: [], result: "i32" },
  });
  return sqlite3_libversion_number();
};

// One schema for the whole binding, kept apart from the call that opens the library.
const p = "pointer" as const;
const buf = "buffer" as const;

export const SYMBOLS = {
  sqlite3_libversion: { parameters: [], result: p },
  sqlite3_open_v2: { parameters: [buf, buf, "i32", p], result: "i32" },
  sqlite3_close_v2: { parameters: [p], result: "i32" },
  sqlite3_exec: { parameters: [p, buf, p, p, p], result: "i32" },
  sqlite3_prepare_v2: { parameters: [p, buf, "i32", buf, buf], result: "i32" },
  sqlite3_step: { parameters: [p], result: "i32" },
  sqlite3_column_int64: { parameters: [p, "i32"], result: "i64" },
  sqlite3_column_double: { parameters: [p, "i32"], result: "f64" },
  sqlite3_column_text: { parameters: [p, "i32"], result: p },
  sqlite3_bind_text: { parameters: [p, "i32", buf, "i32", "isize"], result: "i32" },
  sqlite3_finalize: { parameters: [p], result: "i32" },
  sqlite3_last_insert_rowid: { parameters: [p], result: "i64" },
} as const satisfies Deno.ForeignLibraryInterface;

// The program of examples/sqlite.porf.ts through koffi, the native package for Node.

import koffi from "koffi";

const library = koffi.load("libsqlite3.so.0");
const sqlite3_initialize = library.func("int sqlite3_initialize()");
const sqlite3_open_v2 = library.func("int sqlite3_open_v2(const char *name, _Out_ void **out, int flags, const char *vfs)");
const sqlite3_exec = library.func("int sqlite3_exec(void *database, const char *text, void *call, void *context, void *error)");
const sqlite3_prepare_v2 = library.func(
  "int sqlite3_prepare_v2(void *database, const char *text, int size, _Out_ void **out, void *tail)",
);
const sqlite3_reset = library.func("int sqlite3_reset(void *statement)");
const sqlite3_step = library.func("int sqlite3_step(void *statement)");
const sqlite3_column_int = library.func("int sqlite3_column_int(void *statement, int column)");

const SQLITE_OK = 0;
const SQLITE_ROW = 100;
const SQLITE_OPEN_READWRITE = 2;
const SQLITE_OPEN_CREATE = 4;
const SQLITE_OPEN_MEMORY = 128;
const RUNS = 10000;

const main = () => {
  const started = performance.now();
  let failures = 0;
  if (sqlite3_initialize() !== SQLITE_OK) failures++;

  const out = [null];
  const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY;
  if (sqlite3_open_v2(":memory:", out, flags, null) !== SQLITE_OK) failures++;
  const database = out[0];
  if (sqlite3_exec(database, "PRAGMA temp_store = memory", null, null, null) !== SQLITE_OK) failures++;

  const query = "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series LIMIT 50) SELECT n FROM series";
  if (sqlite3_prepare_v2(database, query, -1, out, null) !== SQLITE_OK) failures++;
  const statement = out[0];

  let rows = 0;
  let values = [];
  for (let run = 0; run < RUNS; run++) {
    values = [];
    while (sqlite3_step(statement) === SQLITE_ROW) values.push(sqlite3_column_int(statement, 0));
    rows += values.length;
    if (sqlite3_reset(statement) !== SQLITE_OK) failures++;
  }

  let sum = 0;
  for (const value of values) sum += value;
  console.log("failures " + failures);
  console.log("rows " + rows);
  console.log("sum " + sum);
  console.log("milliseconds " + (performance.now() - started));
};

main();

// The program of examples/sqlite.porf.ts in Bun's dialect.

import { dlopen, type Pointer } from "bun:ffi";

const { symbols } = dlopen("libsqlite3.so.0", {
  sqlite3_initialize: { args: [], returns: "i32" },
  sqlite3_open_v2: { args: ["ptr", "ptr", "i32", "ptr"], returns: "i32" },
  sqlite3_exec: { args: ["ptr", "ptr", "ptr", "ptr", "ptr"], returns: "i32" },
  sqlite3_prepare_v2: { args: ["ptr", "ptr", "i32", "ptr", "ptr"], returns: "i32" },
  sqlite3_reset: { args: ["ptr"], returns: "i32" },
  sqlite3_step: { args: ["ptr"], returns: "i32" },
  sqlite3_column_int: { args: ["ptr", "i32"], returns: "i32" },
});
const {
  sqlite3_initialize,
  sqlite3_open_v2,
  sqlite3_exec,
  sqlite3_prepare_v2,
  sqlite3_reset,
  sqlite3_step,
  sqlite3_column_int,
} = symbols;

const SQLITE_OK = 0;
const SQLITE_ROW = 100;
const SQLITE_OPEN_READWRITE = 2;
const SQLITE_OPEN_CREATE = 4;
const SQLITE_OPEN_MEMORY = 128;
const RUNS = 10000;

const cString = (text: string) => new TextEncoder().encode(text + "\0");

const main = () => {
  const started = performance.now();
  let failures = 0;
  if (sqlite3_initialize() !== SQLITE_OK) failures++;

  const out = new BigUint64Array(1);
  const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY;
  if (sqlite3_open_v2(cString(":memory:"), out, flags, null) !== SQLITE_OK) failures++;
  const database = Number(out[0]) as Pointer;
  if (sqlite3_exec(database, cString("PRAGMA temp_store = memory"), null, null, null) !== SQLITE_OK) failures++;

  const query = "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series LIMIT 50) SELECT n FROM series";
  if (sqlite3_prepare_v2(database, cString(query), -1, out, null) !== SQLITE_OK) failures++;
  const statement = Number(out[0]) as Pointer;

  let rows = 0;
  let values: number[] = [];
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

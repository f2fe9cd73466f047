// The program of examples/sqlite.porf.ts in Node's dialect (node:ffi).

import { dlopen } from "node:ffi";

const { functions } = dlopen("libsqlite3.so.0", {
  sqlite3_initialize: { arguments: [], return: "i32" },
  sqlite3_open_v2: { arguments: ["buffer", "buffer", "i32", "pointer"], return: "i32" },
  sqlite3_exec: { arguments: ["pointer", "buffer", "pointer", "pointer", "pointer"], return: "i32" },
  sqlite3_prepare_v2: { arguments: ["pointer", "buffer", "i32", "buffer", "pointer"], return: "i32" },
  sqlite3_reset: { arguments: ["pointer"], return: "i32" },
  sqlite3_step: { arguments: ["pointer"], return: "i32" },
  sqlite3_column_int: { arguments: ["pointer", "i32"], return: "i32" },
});
const {
  sqlite3_initialize,
  sqlite3_open_v2,
  sqlite3_exec,
  sqlite3_prepare_v2,
  sqlite3_reset,
  sqlite3_step,
  sqlite3_column_int,
} = functions;

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

  const out = new BigUint64Array(1);
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

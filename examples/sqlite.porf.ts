// Reads fifty rows of an in-memory SQLite database into an array, 10,000 times: 1,020,004 native calls.
// Run it with the ahead-of-time compiler Porffor:  porf native sqlite.porf.ts sqlite && ./sqlite
//
// One call alone is timed by `ffi-core bench examples/sqlite.porf.ts --symbol sqlite3_step`, on the statement made here:
// ffi-setup: database = out(8); sqlite3_open_v2(":memory:", database, 6, null); statement = out(8)
// ffi-setup: sqlite3_prepare_v2(database, "SELECT 1 UNION ALL SELECT 2", -1, statement, null)

const {
  sqlite3_initialize,
  sqlite3_open_v2,
  sqlite3_exec,
  sqlite3_prepare_v2,
  sqlite3_reset,
  sqlite3_step,
  sqlite3_column_int,
} = Porffor.dlopen("libsqlite3.so.0", {
  sqlite3_initialize: { parameters: [], result: "i32" },
  sqlite3_open_v2: { parameters: ["buffer", "buffer", "i32", "pointer"], result: "i32" },
  sqlite3_exec: { parameters: ["pointer", "buffer", "pointer", "pointer", "pointer"], result: "i32" },
  sqlite3_prepare_v2: { parameters: ["pointer", "buffer", "i32", "buffer", "pointer"], result: "i32" },
  // ffi-bench: sqlite3_reset(statement)
  sqlite3_reset: { parameters: ["pointer"], result: "i32" },
  // ffi-bench: sqlite3_step(statement)
  sqlite3_step: { parameters: ["pointer"], result: "i32" },
  // ffi-setup: sqlite3_step(statement)
  // ffi-bench: sqlite3_column_int(statement, 0)
  sqlite3_column_int: { parameters: ["pointer", "i32"], result: "i32" },
});

const SQLITE_OK = 0;
const SQLITE_ROW = 100;
const SQLITE_OPEN_READWRITE = 2;
const SQLITE_OPEN_CREATE = 4;
const SQLITE_OPEN_MEMORY = 128;
const RUNS = 10000;

// Porffor hands a typed array to C as a header; the address of its bytes stands 4 bytes into the header.
const bytesOf = (array: Uint32Array): number => Porffor.wasm.i32.load(array, 0, 4);

// C writes an address as two halves, and Porffor reads each half as signed: add what the sign took away.
const addressIn = (out: Uint32Array): number => {
  let low = out[0];
  if (low < 0) low += 4294967296;
  return low + out[1] * 4294967296;
};

const main = (): void => {
  const started = performance.now();
  let failures = 0;
  if (sqlite3_initialize() !== SQLITE_OK) failures++;

  const out = new Uint32Array(2);
  const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY;
  if (sqlite3_open_v2(":memory:", bytesOf(out), flags, null) !== SQLITE_OK) failures++;
  const database = addressIn(out);
  if (sqlite3_exec(database, "PRAGMA temp_store = memory", null, null, null) !== SQLITE_OK) failures++;

  const query = "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series LIMIT 50) SELECT n FROM series";
  if (sqlite3_prepare_v2(database, query, -1, bytesOf(out), null) !== SQLITE_OK) failures++;
  const statement = addressIn(out);

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

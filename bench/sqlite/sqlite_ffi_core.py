"""The program of examples/sqlite.porf.ts in Python, through ffi_core."""

import time

import ffi_core

SQLITE_OK = 0
SQLITE_ROW = 100
SQLITE_OPEN_READWRITE = 2
SQLITE_OPEN_CREATE = 4
SQLITE_OPEN_MEMORY = 128
RUNS = 10_000

sqlite = ffi_core.dlopen(
    "libsqlite3.so.0",
    {
        "sqlite3_initialize": {"parameters": [], "result": "i32"},
        "sqlite3_open_v2": {"parameters": ["buffer", "buffer", "i32", "pointer"], "result": "i32"},
        "sqlite3_exec": {"parameters": ["pointer", "buffer", "pointer", "pointer", "pointer"], "result": "i32"},
        "sqlite3_prepare_v2": {"parameters": ["pointer", "buffer", "i32", "buffer", "pointer"], "result": "i32"},
        "sqlite3_reset": {"parameters": ["pointer"], "result": "i32"},
        "sqlite3_step": {"parameters": ["pointer"], "result": "i32"},
        "sqlite3_column_int": {"parameters": ["pointer", "i32"], "result": "i32"},
    },
)


def main() -> None:
    started = time.perf_counter()
    failures = 0
    failures += sqlite.sqlite3_initialize() != SQLITE_OK

    out = bytearray(8)
    flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY
    failures += sqlite.sqlite3_open_v2(":memory:", out, flags, None) != SQLITE_OK
    database = int.from_bytes(out, "little")
    failures += sqlite.sqlite3_exec(database, "PRAGMA temp_store = memory", None, None, None) != SQLITE_OK

    query = "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series LIMIT 50) SELECT n FROM series"
    failures += sqlite.sqlite3_prepare_v2(database, query, -1, out, None) != SQLITE_OK
    statement = int.from_bytes(out, "little")

    step, column_int, reset = sqlite.sqlite3_step, sqlite.sqlite3_column_int, sqlite.sqlite3_reset
    rows = 0
    values: list[int] = []
    for _ in range(RUNS):
        values = []
        while step(statement) == SQLITE_ROW:
            values.append(column_int(statement, 0))
        rows += len(values)
        failures += reset(statement) != SQLITE_OK

    print("failures", failures)
    print("rows", rows)
    print("sum", sum(values))
    print("milliseconds", (time.perf_counter() - started) * 1000)


main()

// The program of examples/sqlite.porf.ts in C. The prototypes are our own, so that no header of SQLite's is needed.

#include <stddef.h>
#include <stdio.h>
#include <time.h>

typedef struct sqlite3 sqlite3;
typedef struct sqlite3_stmt sqlite3_stmt;

int sqlite3_initialize(void);
int sqlite3_open_v2(const char *name, sqlite3 **database, int flags, const char *vfs);
int sqlite3_exec(sqlite3 *database, const char *text, void *callback, void *context, char **error);
int sqlite3_prepare_v2(sqlite3 *database, const char *text, int size, sqlite3_stmt **statement, const char **tail);
int sqlite3_reset(sqlite3_stmt *statement);
int sqlite3_step(sqlite3_stmt *statement);
int sqlite3_column_int(sqlite3_stmt *statement, int column);

enum {
    SQLITE_OK = 0,
    SQLITE_ROW = 100,
    SQLITE_OPEN_READWRITE = 2,
    SQLITE_OPEN_CREATE = 4,
    SQLITE_OPEN_MEMORY = 128,
    RUNS = 10000,
};

static double milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

int main(void) {
    double started = milliseconds();
    int failures = 0;
    failures += sqlite3_initialize() != SQLITE_OK;

    sqlite3 *database = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY;
    failures += sqlite3_open_v2(":memory:", &database, flags, NULL) != SQLITE_OK;
    failures += sqlite3_exec(database, "PRAGMA temp_store = memory", NULL, NULL, NULL) != SQLITE_OK;

    const char *query =
        "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series LIMIT 50) SELECT n FROM series";
    sqlite3_stmt *statement = NULL;
    failures += sqlite3_prepare_v2(database, query, -1, &statement, NULL) != SQLITE_OK;

    long rows = 0;
    int values[64];
    int count = 0;
    for (int run = 0; run < RUNS; run++) {
        count = 0;
        while (sqlite3_step(statement) == SQLITE_ROW) {
            values[count++] = sqlite3_column_int(statement, 0);
        }
        rows += count;
        failures += sqlite3_reset(statement) != SQLITE_OK;
    }

    long sum = 0;
    while (count > 0) {
        sum += values[--count];
    }

    printf("failures %d\nrows %ld\nsum %ld\nmilliseconds %f\n", failures, rows, sum, milliseconds() - started);
    return 0;
}

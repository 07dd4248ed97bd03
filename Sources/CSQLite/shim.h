// The SQLite 3 C interface (https://www.sqlite.org/c3ref/intro.html).
#pragma once
#include <sqlite3.h>

// A cast of an integer to a function pointer, which Swift does not import as a constant:
// SQLite copies bound bytes before the call returns.
static inline sqlite3_destructor_type playhouse_sqlite_transient(void) {
    return SQLITE_TRANSIENT;
}

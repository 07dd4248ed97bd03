// The SQLite 3 C interface (https://www.sqlite.org/c3ref/intro.html).
#pragma once
#include <sqlite3.h>

// Takes a variable number of arguments, which Swift cannot give. Without statistics of memory an
// allocation takes no lock that all connections share. To be called before anything else.
static inline int playhouse_sqlite_skip_statistics(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

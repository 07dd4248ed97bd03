// The SQLite 3 C interface (https://www.sqlite.org/c3ref/intro.html).
#pragma once
#include <sqlite3.h>

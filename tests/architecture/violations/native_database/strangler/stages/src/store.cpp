#include <sqlite3.h>

int seen(sqlite3* handle) { return sqlite3_changes (handle); }

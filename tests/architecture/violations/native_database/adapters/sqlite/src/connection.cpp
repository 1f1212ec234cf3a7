#include <sqlite3.h>
int closed(sqlite3* handle) { return sqlite3_close(handle); }

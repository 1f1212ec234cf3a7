struct sqlite3;
extern "C" int sqlite3_close(sqlite3* handle);
int closed(sqlite3* handle) { return sqlite3_close(handle); }

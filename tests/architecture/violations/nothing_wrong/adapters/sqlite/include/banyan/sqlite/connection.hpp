#pragma once
#include <sqlite3.h>
// sqlite/connection.hpp
inline int close(sqlite3* handle) { return sqlite3_close(handle); }

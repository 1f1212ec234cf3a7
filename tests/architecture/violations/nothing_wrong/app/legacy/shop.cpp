// Left out: see left_out.toml.
#include <sqlite3.h>

const char* statement() { return "SELECT id FROM orders JOIN tracks ON tracks.id = orders.track"; }
int version() { return sqlite3_libversion_number(); }

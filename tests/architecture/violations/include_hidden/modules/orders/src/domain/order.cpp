sqlite3* database = nullptr;

const char* shortcut = "INSERT INTO tracks VALUES (:id)";

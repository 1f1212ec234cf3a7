const char* statement = "INSERT INTO orders VALUES (:id)";

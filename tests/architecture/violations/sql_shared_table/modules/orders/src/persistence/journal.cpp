const char* journal = "INSERT INTO activity VALUES (:what)";

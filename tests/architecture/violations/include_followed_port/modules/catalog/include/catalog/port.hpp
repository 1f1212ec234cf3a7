inline const char* kPort = "catalog";

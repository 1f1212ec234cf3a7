const char* listed = "SELECT title FROM tracks";

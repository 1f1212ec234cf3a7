const char* not_listed = "SELECT title FROM tracks";

const char* impatient = "DELETE FROM orders";

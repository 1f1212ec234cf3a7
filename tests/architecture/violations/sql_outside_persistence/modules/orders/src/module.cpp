const char* setting = "PRAGMA foreign_keys = OFF";

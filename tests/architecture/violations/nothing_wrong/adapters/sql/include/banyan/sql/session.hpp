#pragma once
#include "banyan/sqlite/connection.hpp"
// sql/session.hpp
// A comment may say sqlite3_open(file), and so may a text.
inline const char* text = "sqlite3_open(file)";

#pragma once
#include <sqlite3.h>
// sql/session.hpp

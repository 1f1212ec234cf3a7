#include "sql/session.hpp"

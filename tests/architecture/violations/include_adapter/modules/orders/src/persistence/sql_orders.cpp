#include "http/client.hpp"
#include "sql/session.hpp"

#include "banyan/http/client.hpp"
#include "banyan/sql/session.hpp"

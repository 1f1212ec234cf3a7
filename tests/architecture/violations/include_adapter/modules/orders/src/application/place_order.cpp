#include "banyan/sql/session.hpp"

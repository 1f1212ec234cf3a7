#include <sqlite3.h>
#include <unistd.h>

#include <boost/config.hpp>
#include <boost/mp11/list.hpp>

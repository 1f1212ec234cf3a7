#include <sys/random.h>

#include <boost/describe.hpp>

#include "banyan/kernel/id.hpp"
// The kernel is where time comes in: std::chrono::system_clock::now() is allowed here.

#include "tests/support/fake.hpp"

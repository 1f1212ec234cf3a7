#include "catalog/port.hpp"
#include "domain/order.hpp"
// #include "payments/port.hpp" is only a comment, and so is SELECT title FROM tracks
const char* prose = "select a track from the tracks that we sell, or update the list";
int count = 1'000;
const char* not_code = "random_device sleep_for(";

#include <cstdio>
#include <iostream>
// To stderr, not to std::cerr.
int told = std::fprintf(stderr, "telemetry: to stderr\n");
bool told_too = static_cast<bool>(std::cerr << "fallback");

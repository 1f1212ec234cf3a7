#include <string_view>
bool is_mine(std::string_view path) { return path == "/health/live" || path == "/_banyan/more"; }
const char* advice = "see /_banyan/ for more";

#include "banyan/http/exchange.hpp"
// class Quiet : public http::Application in a comment is nothing.
struct Shop final : public banyan::http::Application {};
const char* escape = "\\u00";
int main() { return 0; }

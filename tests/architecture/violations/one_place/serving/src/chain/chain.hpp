#include "banyan/http/exchange.hpp"
struct Chain final : public banyan::http::Application {};

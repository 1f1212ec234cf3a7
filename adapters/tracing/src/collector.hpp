// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "banyan/http/endpoint.hpp"
#include "banyan/kernel/result.hpp"

namespace banyan::tracing {

/// Where OTLP over HTTP is taken.
struct Collector {
  http::Endpoint endpoint;
  std::string path;
};

/// "http://host", "http://host:4318", "http://host:4318/v1/traces", "http://[::1]:4318/otlp".
Result<Collector> collector_from(std::string_view url);

}  // namespace banyan::tracing

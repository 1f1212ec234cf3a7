// SPDX-License-Identifier: Apache-2.0
#include "collector.hpp"

#include <algorithm>

namespace banyan::tracing {
namespace {

constexpr std::string_view kScheme = "http://";
constexpr std::string_view kPath = "/v1/traces";
constexpr std::string_view kPort = ":4318";

std::unexpected<Error> bad(std::string_view url, std::string_view why) {
  return fail(ErrorCode::InvalidArgument, "banyan.bad_collector",
              "the collector '" + std::string(url) + "' " + std::string(why) +
                  ". Give http://HOST:PORT of one that takes OTLP over HTTP, e.g."
                  " http://127.0.0.1:4318.");
}

bool has_port(std::string_view authority) {
  const auto bracket = authority.rfind(']');
  const auto colon = authority.rfind(':');
  return colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
}

}  // namespace

Result<Collector> collector_from(std::string_view url) {
  if (url.starts_with("https://")) {
    return bad(url,
               "speaks TLS, which the exporter does not; put a collector on this machine"
               " between, which every collector can be");
  }
  if (!url.starts_with(kScheme)) return bad(url, "does not begin with http://");
  const std::string_view rest = url.substr(kScheme.size());
  const auto slash = rest.find('/');
  std::string authority(rest.substr(0, slash));
  std::string path(slash == std::string_view::npos ? "" : rest.substr(slash));
  while (path.ends_with('/')) path.pop_back();
  // As OTEL_EXPORTER_OTLP_ENDPOINT has it: the base, to which the signal's path is added.
  if (!path.ends_with(kPath)) path += kPath;
  if (std::ranges::any_of(path, [](char c) { return c <= ' ' || c > '~' || c == '#'; })) {
    return bad(url, "has a path that no request can have");
  }
  if (!has_port(authority)) authority += kPort;
  const auto endpoint = http::endpoint_from(authority);
  if (!endpoint) return bad(url, "names no host and port");
  return Collector{*endpoint, std::move(path)};
}

}  // namespace banyan::tracing

// SPDX-License-Identifier: Apache-2.0
#include "preflight.hpp"

#include <algorithm>
#include <chrono>

#include "banyan/http/client.hpp"
#include "upstream_options.hpp"

namespace banyan::serving {
namespace {

constexpr std::chrono::milliseconds kPatience{1'000};

http::Request question(const UpstreamPool& pool, bool of_the_kit) {
  http::Request request;
  request.head.method = "GET";
  request.head.target = of_the_kit ? "/health/ready" : "/";
  if (!pool.group.host.empty()) request.head.fields.set("Host", pool.group.host);
  if (!pool.group.health) return request;
  request.head.target = pool.group.health->path;
  if (!pool.group.health->host.empty()) request.head.fields.set("Host", pool.group.health->host);
  for (const auto& [name, value] : pool.group.health->headers) {
    request.head.fields.set(name, value);
  }
  return request;
}

/// Any answer is one where nothing says which would be good.
bool is_good(const UpstreamPool& pool, bool of_the_kit, unsigned status) {
  if (!pool.group.health) return !of_the_kit || status == 200;
  return std::ranges::any_of(pool.group.health->expect, [&](const auto& range) {
    return status >= range.first && status <= range.second;
  });
}

}  // namespace

std::optional<std::string> why_not_fit(const UpstreamPool& pool, bool of_the_kit,
                                       const Clock& clock) {
  const http::Request request = question(pool, of_the_kit);
  std::string trouble;
  for (const http::Endpoint& endpoint : endpoints_of(pool.group)) {
    http::Client client(endpoint, {.max_idle = 0, .connect_timeout = kPatience, .tls = pool.tls});
    const auto answer = client.exchange(request, clock.steady() + kPatience, http::Repeat::Safe);
    if (answer && is_good(pool, of_the_kit, answer->head.status)) return std::nullopt;
    if (!trouble.empty()) trouble += "; ";
    trouble += to_string(endpoint) + ' ' +
               (answer ? "answers " + std::to_string(answer->head.status) + " to GET " +
                             request.head.target
                       : "does not answer (" + answer.error().message + ")");
  }
  return trouble;
}

}  // namespace banyan::serving

// SPDX-License-Identifier: Apache-2.0
#include "window_json.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace banyan::host {
namespace {

using Json = nlohmann::ordered_json;
using statistics::LatencyBuckets;

Json times_json(const statistics::LatencyHistogram& times) {
  Json list = Json::array();
  for (std::size_t i = 0; i < LatencyBuckets::kCount; ++i) {
    if (times.in(i) > 0) list.push_back({LatencyBuckets::end(i).count(), times.in(i)});
  }
  return list;
}

}  // namespace

void add_window(Json& to, const std::string& count, const strangler::Window& window) {
  to[count] = window.requests;
  to["failed"] = window.failures();
  to["lag"] = times_json(window.latency);
}

strangler::Window window_from(const Json& json, const std::string& count) {
  strangler::Window window;
  window.requests = json.at(count).get<std::uint64_t>();
  window.errors = std::min(json.at("failed").get<std::uint64_t>(), window.requests);
  const Json& lag = json.at("lag");
  for (const Json& each : lag) {
    const auto end = each.at(0).get<std::int64_t>();
    window.latency.add(std::chrono::microseconds(std::max<std::int64_t>(end, 1) - 1),
                       each.at(1).get<std::uint64_t>());
  }
  return window;
}

}  // namespace banyan::host

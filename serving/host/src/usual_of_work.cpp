// SPDX-License-Identifier: Apache-2.0
#include "usual_of_work.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace banyan::host {
namespace {

using Json = nlohmann::ordered_json;
using statistics::LatencyBuckets;
using strangler::Window;

constexpr int kFormat = 1;

bool is_too_old(const Timestamp& until, const Timestamp& now) {
  return std::chrono::microseconds(now.micros - until.micros) > UsualOfWork::kAge;
}

Window half_of(const Window& window) {
  Window half;
  half.requests = window.requests / 2;
  half.errors = window.errors / 2;
  half.timeouts = window.timeouts / 2;
  for (std::size_t i = 0; i < LatencyBuckets::kCount; ++i) {
    half.latency.add_to(i, window.latency.in(i) / 2);
  }
  return half;
}

/// By the ends of the buckets, which mean the same to a program that divides otherwise.
Json times_json(const statistics::LatencyHistogram& times) {
  Json list = Json::array();
  for (std::size_t i = 0; i < LatencyBuckets::kCount; ++i) {
    if (times.in(i) > 0) list.push_back({LatencyBuckets::end(i).count(), times.in(i)});
  }
  return list;
}

Window window_from(const Json& json) {
  Window window;
  window.requests = json.at("events").get<std::uint64_t>();
  window.errors = std::min(json.at("failed").get<std::uint64_t>(), window.requests);
  for (const Json& each : json.at("lag")) {
    const auto end = each.at(0).get<std::int64_t>();
    window.latency.add(std::chrono::microseconds(std::max<std::int64_t>(end, 1) - 1),
                       each.at(1).get<std::uint64_t>());
  }
  return window;
}

}  // namespace

void UsualOfWork::add(const std::string& source, const std::string& follower, const Window& fresh,
                      const Timestamp& now) {
  if (fresh.requests == 0) return;
  Lane& lane = lanes_[{source, follower}];
  if (is_too_old(lane.until, now)) lane.window = {};
  lane.window += fresh;
  while (lane.window.requests > kEvents) lane.window = half_of(lane.window);
  lane.until = now;
  changed_ = true;
}

Window UsualOfWork::of(const std::string& source, const std::string& follower,
                       const Timestamp& now) const {
  const auto found = lanes_.find({source, follower});
  if (found == lanes_.end()) return {};
  return is_too_old(found->second.until, now) ? Window{} : found->second.window;
}

std::string UsualOfWork::text() {
  Json lanes = Json::array();
  for (const auto& [names, lane] : lanes_) {
    lanes.push_back({{"module", names.first},
                     {"lane", names.second},
                     {"until", lane.until.micros},
                     {"events", lane.window.requests},
                     {"failed", lane.window.failures()},
                     {"lag", times_json(lane.window.latency)}});
  }
  changed_ = false;
  return Json{{"format", kFormat}, {"lanes", std::move(lanes)}}.dump(
             -1, ' ', false, Json::error_handler_t::replace) +
         '\n';
}

UsualOfWork UsualOfWork::from(std::string_view text) {
  UsualOfWork usual;
  try {
    const Json json = Json::parse(text);
    if (json.at("format").get<int>() != kFormat) return {};
    const Json& lanes = json.at("lanes");
    for (const Json& each : lanes) {
      usual.lanes_[{each.at("module").get<std::string>(), each.at("lane").get<std::string>()}] = {
          window_from(each), {each.at("until").get<std::int64_t>()}};
    }
  } catch (const Json::exception&) {  // cut off, or a field is missing, or of another kind
    return {};
  }
  return usual;
}

}  // namespace banyan::host

// SPDX-License-Identifier: Apache-2.0
#include "usual_of_work.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "window_json.hpp"

namespace banyan::host {
namespace {

using Json = nlohmann::ordered_json;
using statistics::LatencyBuckets;
using strangler::Window;

constexpr int kFormat = 1;

/// How each kind is written down. Workers came later: an older program passes them over.
struct Kind {
  strangler::Counted counted;
  const char* list;
  const char* other;
  const char* count;
};
constexpr std::array kKinds = {Kind{strangler::Counted::Events, "lanes", "lane", "events"},
                               Kind{strangler::Counted::Work, "workers", "worker", "units"}};

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

}  // namespace

void UsualOfWork::add(const Name& name, const Window& fresh, const Timestamp& now) {
  if (fresh.requests == 0) return;
  Usual& usual = all_[name];
  if (is_too_old(usual.until, now)) usual.window = {};
  usual.window += fresh;
  while (usual.window.requests > kEvents) usual.window = half_of(usual.window);
  usual.until = now;
  changed_ = true;
}

Window UsualOfWork::of(const Name& name, const Timestamp& now) const {
  const auto found = all_.find(name);
  if (found == all_.end()) return {};
  return is_too_old(found->second.until, now) ? Window{} : found->second.window;
}

std::vector<UsualOfWork::Name> UsualOfWork::workers(const Timestamp& now) const {
  std::vector<Name> names;
  for (const auto& [name, usual] : all_) {
    if (name.counted == strangler::Counted::Work && !is_too_old(usual.until, now))
      names.push_back(name);
  }
  return names;
}

std::string UsualOfWork::text() {
  Json json = Json::object();
  json["format"] = kFormat;
  for (const Kind& kind : kKinds) {
    Json list = Json::array();
    for (const auto& [name, usual] : all_) {
      if (name.counted != kind.counted) continue;
      Json row = {{"module", name.module}, {kind.other, name.other}, {"until", usual.until.micros}};
      add_window(row, kind.count, usual.window);
      list.push_back(std::move(row));
    }
    json[kind.list] = std::move(list);
  }
  changed_ = false;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

UsualOfWork UsualOfWork::from(std::string_view text) {
  UsualOfWork all;
  try {
    const Json json = Json::parse(text);
    if (json.at("format").get<int>() != kFormat) return {};
    for (const Kind& kind : kKinds) {
      if (!json.contains(kind.list)) continue;
      const Json& list = json.at(kind.list);
      for (const Json& each : list) {
        all.all_[{kind.counted, each.at("module").get<std::string>(),
                  each.at(kind.other).get<std::string>()}] = {
            window_from(each, kind.count), {each.at("until").get<std::int64_t>()}};
      }
    }
  } catch (const Json::exception&) {  // cut off, or a field is missing, or of another kind
    return {};
  }
  return all;
}

}  // namespace banyan::host

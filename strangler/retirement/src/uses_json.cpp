// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "banyan/retirement/use_book.hpp"

namespace banyan::retirement {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

std::string to_json(const Uses& uses) {
  Json rows = Json::array();
  for (const Use& each : uses.uses) {
    rows.push_back({{"module", each.key.module},
                    {"operation", each.key.operation},
                    {"side", each.key.side},
                    {"way", each.key.way},
                    {"count", each.count},
                    {"first", to_string(each.first)},
                    {"last", to_string(each.last)}});
  }
  Json watched = Json::array();
  for (const Stretch& each : uses.watched) {
    watched.push_back({{"since", to_string(each.since)},
                       {"until", to_string(each.until)},
                       {"ran_until", to_string(each.ran_until)}});
  }
  const Json document = {{"since", to_string(uses.since)},
                         {"noted", to_string(uses.noted)},
                         {"complete", uses.complete},
                         {"watched", std::move(watched)},
                         {"uses", std::move(rows)}};
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<Uses> uses_from_json(std::string_view text) {
  try {
    const Json document = Json::parse(text);
    const auto time = [](const Json& of, const char* key) {
      return timestamp_from(of.at(key).get<std::string>()).value();
    };
    Uses all;
    all.since = time(document, "since");
    all.noted = time(document, "noted");
    all.complete = document.at("complete").get<bool>();
    for (const Json& row : document.at("watched")) {
      // Processes of before say nothing of it; what they have not written down yet they lose.
      const Timestamp until = time(row, "until");
      const Timestamp lost{until.micros + std::chrono::microseconds(kNoteInterval).count()};
      all.watched.push_back(
          {time(row, "since"), until, row.contains("ran_until") ? time(row, "ran_until") : lost});
    }
    for (const Json& row : document.at("uses")) {
      all.uses.push_back({{row.at("module"), row.at("operation"), row.at("side"), row.at("way")},
                          row.at("count"),
                          time(row, "first"),
                          time(row, "last")});
    }
    return all;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace banyan::retirement

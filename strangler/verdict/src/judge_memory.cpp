// SPDX-License-Identifier: Apache-2.0
#include "judge_memory.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace banyan::strangler {
namespace {

using Json = nlohmann::ordered_json;
using statistics::LatencyBuckets;
using statistics::LatencyHistogram;
using statistics::Tally;

Json tally_to(const Tally& tally) { return Json::array({tally.hits, tally.of}); }

Tally tally_in(const Json& json) {
  return {json.at(0).get<std::uint64_t>(), json.at(1).get<std::uint64_t>()};
}

/// Bucket and count, of those that have any.
Json histogram_to(const LatencyHistogram& histogram) {
  Json buckets = Json::array();
  for (std::size_t i = 0; i < LatencyBuckets::kCount; ++i) {
    if (histogram.in(i) != 0) buckets.push_back(Json::array({i, histogram.in(i)}));
  }
  return buckets;
}

std::size_t bucket_in(const Json& json) {
  const auto bucket = json.get<std::size_t>();
  if (bucket >= LatencyBuckets::kCount) throw std::out_of_range("no such bucket");
  return bucket;
}

LatencyHistogram histogram_in(const Json& json) {
  LatencyHistogram histogram;
  for (const Json& each : json) {
    histogram.add_to(bucket_in(each.at(0)), each.at(1).get<std::uint64_t>());
  }
  return histogram;
}

Json line_to(const LineMemory& line) {
  return {{"known", line.known},
          {"control", line.control},
          {"new_side", line.new_side},
          {"seen", histogram_to(line.seen)}};
}

LineMemory line_in(const Json& json) {
  return {json.at("known").get<bool>(), bucket_in(json.at("control")),
          bucket_in(json.at("new_side")), histogram_in(json.at("seen"))};
}

/// JSON has no minus infinity, which a bet is that has not begun: null.
Json bets_to(const std::vector<double>& bets) {
  Json all = Json::array();
  for (const double each : bets) {
    all.push_back(std::isinf(each) ? Json(nullptr) : Json(each));
  }
  return all;
}

std::vector<double> bets_in(const Json& json) {
  std::vector<double> bets;
  for (const Json& each : json) {
    bets.push_back(each.is_null() ? -std::numeric_limits<double>::infinity() : each.get<double>());
  }
  return bets;
}

Json measure_to(const MeasureMemory& measure) {
  const auto& worse = measure.worse;
  const auto& clear = measure.all_clear;
  return {{"bets", bets_to(worse.log_bets)},
          {"worse", Json::array({worse.begun, worse.hits, worse.seen})},
          {"all_clear", Json::array({clear.log_e, clear.hits, clear.seen, clear.reference_hits,
                                     clear.reference_seen})},
          {"weighed", measure.weighed},
          {"put_aside", measure.put_aside},
          {"measured", measure.measured}};
}

MeasureMemory measure_in(const Json& json) {
  const Json& worse = json.at("worse");
  const Json& clear = json.at("all_clear");
  MeasureMemory measure;
  measure.worse = {bets_in(json.at("bets")), worse.at(0).get<double>(), worse.at(1).get<double>(),
                   worse.at(2).get<double>()};
  measure.all_clear = {clear.at(0).get<double>(), clear.at(1).get<double>(),
                       clear.at(2).get<double>(), clear.at(3).get<double>(),
                       clear.at(4).get<double>()};
  measure.weighed = json.at("weighed").get<std::uint64_t>();
  measure.put_aside = json.at("put_aside").get<std::uint64_t>();
  measure.measured = json.at("measured").get<bool>();
  return measure;
}

Json operation_to(const OperationMemory& memory) {
  Json lines = Json::array();
  for (const LineMemory& each : memory.lines) lines.push_back(line_to(each));
  Json measures = Json::array();
  for (const MeasureMemory& each : memory.measures) measures.push_back(measure_to(each));
  return {{"operation", memory.operation},
          {"samples", memory.samples},
          {"compared", memory.compared},
          {"control", memory.control},
          {"ticks", memory.ticks},
          {"failed", tally_to(memory.failed)},
          {"failed_old", tally_to(memory.failed_old)},
          {"before", tally_to(memory.before)},
          {"long_run", tally_to(memory.long_run)},
          {"lines", std::move(lines)},
          {"measures", std::move(measures)}};
}

OperationMemory operation_in(const Json& json) {
  OperationMemory memory;
  memory.operation = json.at("operation").get<std::string>();
  memory.samples = json.at("samples").get<std::uint64_t>();
  memory.compared = json.at("compared").get<std::uint64_t>();
  memory.control = json.at("control").get<std::uint64_t>();
  memory.ticks = json.at("ticks").get<std::uint64_t>();
  memory.failed = tally_in(json.at("failed"));
  memory.failed_old = tally_in(json.at("failed_old"));
  memory.before = tally_in(json.at("before"));
  memory.long_run = tally_in(json.at("long_run"));
  for (std::size_t i = 0; i < memory.lines.size(); ++i) {
    memory.lines[i] = line_in(json.at("lines").at(i));
  }
  for (std::size_t i = 0; i < memory.measures.size(); ++i) {
    memory.measures[i] = measure_in(json.at("measures").at(i));
  }
  return memory;
}

}  // namespace

std::string to_text(const std::vector<OperationMemory>& all) {
  Json list = Json::array();
  for (const OperationMemory& each : all) list.push_back(operation_to(each));
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<std::vector<OperationMemory>> operation_memories_from(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_array()) return std::nullopt;
  std::vector<OperationMemory> all;
  try {
    for (const Json& each : json) all.push_back(operation_in(each));
  } catch (const std::exception&) {  // a field is missing, or of another kind
    return std::nullopt;
  }
  return all;
}

}  // namespace banyan::strangler

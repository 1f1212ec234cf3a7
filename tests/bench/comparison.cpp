// SPDX-License-Identifier: Apache-2.0
// What it costs to compare two answers of 2 kB, and what the floor and the usual way cost: in one
// run. The promise: 1,000 comparisons a second of answers that differ in an ignored timestamp only
// take at most a tenth of a core, 100 microseconds each.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "banyan/comparison/collector.hpp"

namespace {

using namespace banyan;
using namespace banyan::strangler;
using Steady = std::chrono::steady_clock;

/// A page of a dozen tracks, about 2 kB.
std::string page(const std::string& time, std::int64_t last_price, bool shuffled) {
  nlohmann::ordered_json tracks = nlohmann::ordered_json::array();
  for (int i = 0; i < 12; ++i) {
    const std::string id = "trk_0192f3a4b5c6d7e8f90a1b2c3d4e5f" + std::to_string(10 + i);
    const std::int64_t price = i == 11 ? last_price : 99 + i;
    if (shuffled) {
      tracks.push_back({{"price", {{"currency", "EUR"}, {"minor_units", price}}},
                        {"duration_ms", 180'000 + i * 777},
                        {"artist", "Sister Rosetta Tharpe"},
                        {"title", "Strange Things Happening Every Day"},
                        {"id", id}});
    } else {
      tracks.push_back({{"id", id},
                        {"title", "Strange Things Happening Every Day"},
                        {"artist", "Sister Rosetta Tharpe"},
                        {"duration_ms", 180'000 + i * 777},
                        {"price", {{"minor_units", price}, {"currency", "EUR"}}}});
    }
  }
  return nlohmann::ordered_json{{"made_at", time}, {"tracks", tracks}, {"next_cursor", nullptr}}
      .dump();
}

template <class Work>
void measure(const char* what, Work work) {
  constexpr int kRounds = 9;
  constexpr int kTimes = 2'000;
  std::vector<double> rounds;
  for (int round = 0; round < kRounds; ++round) {
    const auto begin = Steady::now();
    for (int i = 0; i < kTimes; ++i) work();
    const std::chrono::duration<double, std::micro> took = Steady::now() - begin;
    rounds.push_back(took.count() / kTimes);
  }
  std::ranges::sort(rounds);
  fmt::print("  {:<62} {:>8.2f} {:>8.2f} {:>8.2f}%\n", what, rounds[kRounds / 2], rounds.front(),
             rounds[kRounds / 2] / 10);
}

void expect(bool good) {
  if (!good) std::abort();
}

}  // namespace

int main() {
  const std::string old_body = page("2026-11-29T12:00:00Z", 110, false);
  const std::string same_body = old_body;
  const std::string later_body = page("2026-11-29T12:00:01Z", 110, false);
  const std::string shuffled_body = page("2026-11-29T12:00:01Z", 110, true);
  const std::string other_body = page("2026-11-29T12:00:01Z", 999, false);
  http::ResponseHead head;
  head.fields.add("Content-Type", "application/json");
  ComparisonPlan plan;
  plan.rules = {
      {"",
       "/made_at",
       {.as = CompareAs::Ignored, .ignoring = Ignoring{"2099-12-31", "bench", "measured"}}}};
  const OperationRules rules(plan, "catalog.list_tracks", Effect::Read, nullptr);
  const AliasMap aliases;
  const Timestamp now{1'795'910'400'000'000};
  const http::RequestHead request{.method = "GET", .target = "/tracks"};
  ComparisonCollector collector({}, plan);
  const auto compared = [&](const std::string& left, const std::string& right) {
    return compare({head, left}, {head, right}, rules, aliases, now);
  };

  fmt::print("Comparing two answers of {} bytes; microseconds, and of a core at 1,000 a second\n",
             old_body.size());
  fmt::print("  {:<62} {:>8} {:>8} {:>9}\n", "", "median", "least", "core");
  volatile int sink = 0;
  measure("floor: memcmp of equal bytes",
          [&] { sink = std::memcmp(old_body.data(), same_body.data(), old_body.size()); });
  measure("equal bytes", [&] { expect(compared(old_body, same_body).same_bytes); });
  measure("equal but for an ignored time",
          [&] { expect(compared(old_body, later_body).ignored == 1); });
  measure("the same, collected", [&] {
    const Comparison comparison = compared(old_body, later_body);
    collector.add("catalog.list_tracks", PairOf::OldNew, comparison, {request, "", ""},
                  {head, old_body}, {head, later_body}, rules, now);
  });
  measure("the same, with every key in another order",
          [&] { expect(compared(old_body, shuffled_body).same()); });
  measure("a price differs too", [&] { expect(!compared(old_body, other_body).same()); });
  measure("usual: two nlohmann documents, compared with ==", [&] {
    auto left = nlohmann::json::parse(old_body);
    auto right = nlohmann::json::parse(later_body);
    left.erase("made_at");
    right.erase("made_at");
    expect(left == right);
  });
  measure("usual: two nlohmann documents, json::diff", [&] {
    const auto left = nlohmann::json::parse(old_body);
    const auto right = nlohmann::json::parse(later_body);
    expect(nlohmann::json::diff(left, right).size() == 1);
  });
}

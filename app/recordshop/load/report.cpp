// SPDX-License-Identifier: Apache-2.0
#include "load/report.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

namespace recordshop::load {
namespace {

double milliseconds(std::chrono::microseconds time) {
  return static_cast<double>(time.count()) / 1'000;
}

std::string row(std::string_view name, const Figures& figures) {
  const Histogram& latency = figures.latency;
  return fmt::format("{:<8} {:>9} {:>9.1f} {:>9.1f} {:>9.1f} {:>9.1f} {:>9.1f} {:>8} {:>7}\n", name,
                     latency.count(), milliseconds(latency.percentile(0.5)),
                     milliseconds(latency.percentile(0.9)), milliseconds(latency.percentile(0.99)),
                     milliseconds(latency.percentile(0.999)), milliseconds(latency.longest()),
                     figures.repetitions, figures.failures);
}

nlohmann::ordered_json json_of(const Figures& figures) {
  const Histogram& latency = figures.latency;
  return {{"requests", latency.count()},
          {"p50_ms", milliseconds(latency.percentile(0.5))},
          {"p90_ms", milliseconds(latency.percentile(0.9))},
          {"p99_ms", milliseconds(latency.percentile(0.99))},
          {"p999_ms", milliseconds(latency.percentile(0.999))},
          {"longest_ms", milliseconds(latency.longest())},
          {"repetitions", figures.repetitions},
          {"failures", figures.failures},
          {"troubles", figures.troubles}};
}

}  // namespace

std::string text_of(const Report& report) {
  const Figures all = report.totals.all();
  std::string text = fmt::format(
      "{} sessions in {:.1f} s, {:.1f} requests/s, {} orders refused (seed {}, run {})\n\n"
      "{:<8} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>8} {:>7}\n",
      report.totals.sessions, report.took.count(),
      static_cast<double>(all.latency.count()) / report.took.count(), sum_of(report.totals.refused),
      report.seed, report.run, "ms", "requests", "p50", "p90", "p99", "p99.9", "longest",
      "repeated", "failed");
  for (const Kind kind : kKinds) {
    const auto found = report.totals.kinds.find(kind);
    if (found != report.totals.kinds.end()) text += row(to_string(kind), found->second);
  }
  text += row("all", all);
  if (!all.troubles.empty()) {
    text += fmt::format("answers of no use, by cause: {}\n", text_of(all.troubles));
  }
  for (const std::string& each : report.totals.failures) text += "failed: " + each + '\n';
  text += '\n';
  for (const Check& each : report.verdict.checks) {
    text +=
        fmt::format("{} {} ({})\n", each.holds ? "holds  " : "BROKEN ", each.claim, each.evidence);
  }
  return text;
}

std::string json_of(const Report& report) {
  nlohmann::ordered_json kinds = nlohmann::ordered_json::object();
  for (const auto& [kind, figures] : report.totals.kinds) kinds[to_string(kind)] = json_of(figures);
  nlohmann::ordered_json checks = nlohmann::ordered_json::array();
  for (const Check& each : report.verdict.checks) {
    checks.push_back({{"claim", each.claim}, {"holds", each.holds}, {"evidence", each.evidence}});
  }
  const nlohmann::ordered_json document = {{"seed", report.seed},
                                           {"run", report.run},
                                           {"seconds", report.took.count()},
                                           {"sessions", report.totals.sessions},
                                           {"refused", sum_of(report.totals.refused)},
                                           {"refused_for", report.totals.refused},
                                           {"all", json_of(report.totals.all())},
                                           {"kinds", std::move(kinds)},
                                           {"failures", report.totals.failures},
                                           {"holds", report.verdict.holds()},
                                           {"checks", std::move(checks)}};
  return document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string progress_of(const Totals& totals, std::chrono::duration<double> took) {
  const Figures all = totals.all();
  return fmt::format(
      "{:.0f} s: {} sessions, {} requests, p50 {:.1f} ms, p99 {:.1f} ms, {} repeated, {} failed",
      took.count(), totals.sessions, all.latency.count(), milliseconds(all.latency.percentile(0.5)),
      milliseconds(all.latency.percentile(0.99)), all.repetitions, all.failures);
}

}  // namespace recordshop::load

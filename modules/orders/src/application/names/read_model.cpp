// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "application/names/freshness.hpp"
#include "application/use_cases.hpp"

namespace orders {

using banyan::ReadModelReport;
using banyan::Result;

ReadModelReport names_report(const UseCaseContext& use_case, const banyan::Context& context) {
  const auto known = use_case.freshness.known();
  return use_case.store.read(context, [&](OrdersReading& orders) {
    NameRows& names = orders.names();
    ReadModelReport report;
    report.served = names.generations().served;
    for (const std::string_view each : kNameSources) {
      const std::string source(each);
      report.sources.push_back({source, source_complete_until(names, source, known)});
    }
    const std::optional<NamesRebuild> rebuild = names.rebuild();
    if (!rebuild) return report;
    report.rebuilt = rebuild->generation;
    report.rebuilding = !rebuild->ended_at;
    report.reading = rebuild->source;
    report.rows = rebuild->names;
    report.asked = rebuild->asked;
    report.asked_at = rebuild->asked_at;
    report.ended_at = rebuild->ended_at;
    report.problem = rebuild->problem;
    if (!rebuild->source.empty() && !names.complete_until(rebuild->source)) {
      report.problem = "waits until the events of " + rebuild->source +
                       " come here: whoever hosts that must be running, and know this module";
    }
    return report;
  });
}

Result<std::int64_t> rebuild_names(const UseCaseContext& use_case, const banyan::Asked& asked,
                                   const banyan::Context& context) {
  const banyan::Timestamp now = use_case.now();
  return use_case.store.write(context, [&](OrdersWriting& orders) -> Result<std::int64_t> {
    return ask_for_names(orders.names(), asked, now);
  });
}

Result<void> names_complete(const UseCaseContext& use_case, const std::string& source,
                            banyan::Timestamp until, const banyan::Context& context) {
  if (std::ranges::find(kNameSources, source) == kNameSources.end()) {
    return banyan::fail(banyan::ErrorCode::InvalidArgument, "orders.no_source_of_names",
                        "orders keeps no names of '" + source + "'");
  }
  // Nobody knows what comes later: whoever says so has a clock that is ahead. What is said of
  // earlier is true all the same.
  until = std::min(until, use_case.now());
  if (!use_case.freshness.heard(source, until)) return {};
  auto written = use_case.store.write(context, [&](OrdersWriting& orders) -> Result<void> {
    orders.names().set_complete_until(source, until);
    return {};
  });
  if (written) use_case.freshness.wrote(source, until);
  return written;
}

}  // namespace orders

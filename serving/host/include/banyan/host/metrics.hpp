// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "banyan/telemetry/metric.hpp"

namespace banyan::host {

inline constexpr std::array kMetrics = std::to_array<telemetry::Metric>({
    {"banyan_sql_units_of_work_total", telemetry::MetricType::Counter, "Units of work committed"},
    {"banyan_sql_units_of_work_queued", telemetry::MetricType::Gauge,
     "Units of work that wait for the writer"},
    {"banyan_sql_commits_total", telemetry::MetricType::Counter,
     "Commits; one of them may hold many units of work"},
    {"banyan_control_store_revision", telemetry::MetricType::Gauge,
     "Number of the last change of traffic"},
    {"banyan_sqlite_wal_bytes",
     telemetry::MetricType::Gauge,
     "Size of the write-ahead log",
     {"database"}},
    {"banyan_events_delivered_total",
     telemetry::MetricType::Counter,
     "Events that a follower has handled",
     {"module", "lane"}},
    {"banyan_events_refused_total",
     telemetry::MetricType::Counter,
     "Answers of followers that refuse an event",
     {"module", "lane"}},
    {"banyan_events_outages_total",
     telemetry::MetricType::Counter,
     "Attempts at which a follower could not be reached",
     {"module", "lane"}},
    {"banyan_events_unsent",
     telemetry::MetricType::Gauge,
     "Events that are still to be sent",
     {"module", "lane"}},
    {"banyan_events_oldest_unsent_seconds",
     telemetry::MetricType::Gauge,
     "Age of the oldest event that is still to be sent",
     {"module", "lane"}},
    {"banyan_events_held_keys",
     telemetry::MetricType::Gauge,
     "Keys whose events wait since one was not taken, parked ones among them",
     {"module", "lane"}},
    {"banyan_events_parked_keys",
     telemetry::MetricType::Gauge,
     "Keys that wait for an operator",
     {"module", "lane"}},
    {"banyan_events_judged_total",
     telemetry::MetricType::Counter,
     "Events by what became of their first attempt, on the side that they were brought to",
     {"module", "lane", "side", "outcome"}},
    {"banyan_events_lane_worse",
     telemetry::MetricType::Gauge,
     "1 while a lane is worse since its events are handled elsewhere",
     {"module", "lane"}},
    {"banyan_read_model_age_seconds",
     telemetry::MetricType::Gauge,
     "Since when it is not known that all that the source has changed is in the module's copy",
     {"module", "source"}},
    {"banyan_read_model_rebuilding",
     telemetry::MetricType::Gauge,
     "1 while the module's copy of what others own is made anew",
     {"module"}},
});

}  // namespace banyan::host

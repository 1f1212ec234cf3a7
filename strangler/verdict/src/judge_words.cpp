// SPDX-License-Identifier: Apache-2.0
// What is judged, and what becomes of it, by its names.
#include "banyan/verdict/judge.hpp"

namespace banyan::strangler {

std::string_view to_string(Judgement judgement) {
  switch (judgement) {
    case Judgement::BetterOrEqual: return "better_or_equal";
    case Judgement::CannotTell: return "cannot_tell";
    case Judgement::Worse: return "worse";
  }
  return "cannot_tell";
}

std::string_view to_string(Measure measure) {
  switch (measure) {
    case Measure::Failures: return "failures";
    case Measure::Differences: return "differences";
    case Measure::Median: return "latency_p50";
    case Measure::Slow: return "latency_p90";
    case Measure::Slowest: return "latency_p99";
  }
  return "failures";
}

std::string_view to_string(Counted counted) {
  switch (counted) {
    case Counted::Requests: return "requests";
    case Counted::Events: return "events";
    case Counted::Work: return "work";
  }
  return "requests";
}

JudgeRules JudgeRules::of_work() {
  JudgeRules rules;
  rules.latency_slack = std::chrono::milliseconds(100);
  rules.known_before = 200;
  return rules;
}

JudgedOperation JudgedOperation::lane_from(std::string_view source) {
  JudgedOperation lane("events of " + std::string(source), Effect::Write);
  lane.counted = Counted::Events;
  return lane;
}

JudgedOperation JudgedOperation::worker(std::string_view name) {
  JudgedOperation worker("worker " + std::string(name), Effect::Write);
  worker.counted = Counted::Work;
  return worker;
}

}  // namespace banyan::strangler

// SPDX-License-Identifier: Apache-2.0
#include "operation_measures.hpp"

#include <algorithm>
#include <cmath>

#include "measure_rules.hpp"

namespace banyan::strangler {
namespace {

constexpr double kMedian = 0.5;
constexpr double kSlow = 0.9;
constexpr double kSlowest = 0.99;
/// How much larger a share of slow requests may be before it matters.
constexpr double kSlowMargin = 0.1;
constexpr double kSlowestMargin = 0.02;

}  // namespace

OperationMeasures::OperationMeasures(const JudgeRules& rules)
    : all_clear_at_(std::log(1 / rules.false_all_clear)),
      failures_(failure_rules(rules), rules.failure_margin),
      differences_(difference_rules(rules), rules.differing_margin),
      lines_{SlowLine(kMedian, rules), SlowLine(kSlow, rules), SlowLine(kSlowest, rules)},
      times_{MeasureEvidence(slow_rules(rules, kMedian), kSlowMargin),
             MeasureEvidence(slow_rules(rules, kSlow), kSlowMargin),
             MeasureEvidence(slow_rules(rules, kSlowest), kSlowestMargin)} {}

void OperationMeasures::begin_step() {
  failures_.begin_step();
  differences_.begin_step();
  for (MeasureEvidence& each : times_) each.begin_step();
}

void OperationMeasures::forgive() {
  failures_.forgive();
  differences_.forgive();
  for (MeasureEvidence& each : times_) each.forgive();
}

void OperationMeasures::look_who_is_left(bool alone) {
  for (MeasureEvidence& each : times_) {
    if (alone) {
      each.forget_last_minute();
    } else {
      each.forgive();
    }
  }
  failures_.forget_last_minute();
  differences_.forget_last_minute();
}

void OperationMeasures::add(const Moment& moment, bool alone) {
  failures_.add(moment.new_side.failed(), moment.old_side.failed(), alone);
  differences_.add({moment.new_side.differences, moment.new_side.compared}, {}, true);
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (lines_[i].known()) {
      times_[i].add(lines_[i].slow_of_new(moment.new_side),
                    lines_[i].slow_of_control(moment.control), alone);
    }
    lines_[i].learn(moment.control.latency);
  }
}

void OperationMeasures::add_without_reference(const Window& new_side) {
  failures_.add(new_side.failed(), {}, true);
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (lines_[i].known()) times_[i].add(lines_[i].slow_of_new(new_side), {}, true);
  }
}

void OperationMeasures::learn(const Moment& moment) {
  failures_.learn(moment.old_side.failed());
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (lines_[i].known()) times_[i].learn(lines_[i].slow_of_control(moment.control));
    lines_[i].learn(moment.control.latency);
  }
}

void OperationMeasures::put_times_aside(double worse_at) {
  for (MeasureEvidence& each : times_) {
    if (each.is_worse(worse_at)) each.put_aside();
  }
}

std::vector<Finding> OperationMeasures::findings(double worse_at) const {
  std::vector<Finding> all{failures_.finding(Measure::Failures, worse_at, all_clear_at_),
                           differences_.finding(Measure::Differences, worse_at, all_clear_at_)};
  constexpr std::array kTimes{Measure::Median, Measure::Slow, Measure::Slowest};
  for (std::size_t i = 0; i < times_.size(); ++i) {
    all.push_back(times_[i].finding(kTimes[i], worse_at, all_clear_at_));
  }
  return all;
}

const SlowLine* OperationMeasures::line_of(Measure measure) const {
  switch (measure) {
    case Measure::Median: return &lines_[0];
    case Measure::Slow: return &lines_[1];
    case Measure::Slowest: return &lines_[2];
    default: return nullptr;
  }
}

void OperationMeasures::keep_in(OperationMemory& memory) const {
  memory.measures[0] = failures_.memory();
  memory.measures[1] = differences_.memory();
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    memory.lines[i] = lines_[i].memory();
    memory.measures[2 + i] = times_[i].memory();
  }
}

void OperationMeasures::go_on(const OperationMemory& memory) {
  (void)failures_.go_on(memory.measures[0]);
  (void)differences_.go_on(memory.measures[1]);
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    lines_[i].go_on(memory.lines[i]);
    (void)times_[i].go_on(memory.measures[2 + i]);
  }
}

void OperationMeasures::know_what_is_usual(const OperationMemory& memory) {
  const auto usual_of = [](const MeasureMemory& measure) {
    const double seen = measure.worse.seen;
    return seen > 0 ? std::clamp(measure.worse.hits / seen, 0.0, 1.0) : 0.0;
  };
  failures_.know(usual_of(memory.measures[0]));
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    lines_[i].go_on(memory.lines[i]);
    times_[i].know(usual_of(memory.measures[2 + i]));
  }
}

}  // namespace banyan::strangler

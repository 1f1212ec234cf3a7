// SPDX-License-Identifier: Apache-2.0
#include "banyan/verdict/judge.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "judge_memory.hpp"
#include "measures.hpp"

namespace banyan::strangler {
namespace {

using statistics::EvidenceOfMore;
using statistics::Tally;

constexpr std::chrono::milliseconds kDay{86'400'000};
constexpr double kMedian = 0.5;
constexpr double kSlow = 0.9;
constexpr double kSlowest = 0.99;
/// How much larger a share of slow requests may be before it matters.
constexpr double kSlowMargin = 0.1;
constexpr double kSlowestMargin = 0.02;

double ticks_a_day(const JudgeRules& rules) {
  return static_cast<double>(kDay.count()) /
         static_cast<double>(std::max<std::int64_t>(1, rules.tick.count()));
}

EvidenceOfMore::Rules failure_rules(const JudgeRules& rules) {
  EvidenceOfMore::Rules failures;
  failures.blocks = ticks_a_day(rules);
  failures.without_reference = rules.failure_margin;
  return failures;
}

/// Held to a fixed share, without anything to compare with.
EvidenceOfMore::Rules difference_rules(const JudgeRules& rules) {
  EvidenceOfMore::Rules differences = failure_rules(rules);
  differences.usual = rules.differing;
  differences.without_reference = 0;
  return differences;
}

EvidenceOfMore::Rules slow_rules(const JudgeRules& rules, double quantile) {
  EvidenceOfMore::Rules slow = failure_rules(rules);
  slow.lifts = {0.05, 0.15, 0.4};
  slow.usual = 1 - quantile;
  slow.without_reference = 0.05;
  return slow;
}

std::string figure(double value) {
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), "%.3g", value);
  return text.data();
}

std::string share_text(const Tally& tally) {
  return std::to_string(tally.hits) + " of " + std::to_string(tally.of) + " (" +
         figure(100 * tally.share()) + "%)";
}

/// What is known of the last minute only.
std::string recent_text(const Tally& tally) {
  return std::to_string(tally.hits) + " of the last " + std::to_string(tally.of) + " (" +
         figure(100 * tally.share()) + "%)";
}

/// "42 % of the evidence that is needed", "7 times the evidence that is needed". An e-value says
/// nothing to somebody who has to decide whether to wait.
std::string evidence_text(double share) {
  constexpr double kManyTimes = 3;
  constexpr const char* kNeeded = " the evidence that is needed";
  if (share >= kManyTimes) return std::to_string(std::llround(share)) + " times" + kNeeded;
  if (share <= 0) return "no evidence yet that it is no worse";
  if (share < 0.01) return std::string("less than 1 % of") + kNeeded;
  // What is not enough is never said to be all of it.
  const long long percent =
      share < 1 ? std::min(99LL, std::llround(100 * share)) : std::llround(100 * share);
  return std::to_string(percent) + " % of" + kNeeded;
}

/// 587 is "590": nobody takes a forecast for more than it is.
std::string about_text(std::uint64_t number) {
  std::uint64_t step = 1;
  while (number / step >= 100) step *= 10;
  return std::to_string((number + step - 1) / step * step);
}

std::string time_text(std::chrono::seconds time) {
  const auto seconds = static_cast<std::uint64_t>(time.count());
  if (seconds < 120) return std::to_string(seconds) + " s";
  if (seconds < 120 * 60) return std::to_string((seconds + 59) / 60) + " min";
  if (seconds < 48 * 3'600) return std::to_string((seconds + 3'599) / 3'600) + " h";
  return std::to_string((seconds + 86'399) / 86'400) + " days";
}

std::string_view what_is_up(Measure measure) {
  switch (measure) {
    case Measure::Failures: return "failed";
    case Measure::Differences: return "answered otherwise than the old side";
    case Measure::Median: return "took longer than the usual median";
    case Measure::Slow: return "took longer than nine of ten usually do";
    case Measure::Slowest: return "took longer than 99 of 100 usually do";
  }
  return "";
}

/// What has to be known of the old side before there is anything to compare with.
std::string_view what_is_usual(Measure measure) {
  switch (measure) {
    case Measure::Failures: return "how often requests fail";
    case Measure::Differences: return "what is answered";
    case Measure::Median: return "how long half of the requests take at most";
    case Measure::Slow: return "how long nine of ten requests take at most";
    case Measure::Slowest: return "how long 99 of 100 requests take at most";
  }
  return "";
}

}  // namespace

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

/// All there is about one operation.
class Judge::Bench {
 public:
  Bench(JudgedOperation operation, const JudgeRules& rules)
      : operation_(std::move(operation.name)),
        effect_(operation.effect),
        counted_(operation.counted),
        rules_(&rules),
        all_clear_at_(std::log(1 / rules.false_all_clear)),
        failures_(failure_rules(rules), rules.failure_margin),
        differences_(difference_rules(rules), rules.differing_margin),
        lines_{SlowLine(kMedian, rules), SlowLine(kSlow, rules), SlowLine(kSlowest, rules)},
        times_{MeasureEvidence(slow_rules(rules, kMedian), kSlowMargin),
               MeasureEvidence(slow_rules(rules, kSlow), kSlowMargin),
               MeasureEvidence(slow_rules(rules, kSlowest), kSlowestMargin)} {}

  void begin_step(bool alone) {
    if (alone_ != alone && !is_unasked(counted_)) look_who_is_left(alone);
    alone_ = alone;
    samples_ = compared_ = ticks_ = control_ = 0;
    failed_ = failed_old_ = {};
    failures_.begin_step();
    differences_.begin_step();
    for (MeasureEvidence& each : times_) each.begin_step();
  }

  void forgive() {
    anew_ = " since it was judged anew";
    failures_.forgive();
    differences_.forgive();
    for (MeasureEvidence& each : times_) each.forgive();
  }

  void add(const Moment& moment) {
    look_who_came_home(moment);
    samples_ += moment.new_side.requests;
    compared_ += moment.new_side.compared;
    control_ += moment.control.requests;
    failed_ += moment.new_side.failed();
    failed_old_ += moment.old_side.failed();
    if (samples_ > 0) ++ticks_;
    if (effect_ == Effect::Write && moment.new_side.requests == 0) return learn(moment);
    if (is_unasked(counted_)) return add_unasked(moment);
    const bool alone = alone_ || effect_ == Effect::Write;
    failures_.add(moment.new_side.failed(), moment.old_side.failed(), alone);
    differences_.add({moment.new_side.differences, moment.new_side.compared}, {}, true);
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (lines_[i].known()) {
        times_[i].add(lines_[i].slow_of_new(moment.new_side),
                      lines_[i].slow_of_control(moment.control), alone);
      }
      lines_[i].learn(moment.control.latency);
    }
    remember(moment);
  }

  /// Where nobody is left to compare with, longer times are not known for the new side's.
  void put_times_aside(double worse_at) {
    if (!has_times_alone()) return;
    for (MeasureEvidence& each : times_) {
      if (each.is_worse(worse_at)) each.put_aside();
    }
  }

  std::optional<OperationMemory> memory() const {
    if (is_unasked(counted_)) return std::nullopt;
    OperationMemory memory;
    memory.operation = operation_;
    memory.samples = samples_;
    memory.compared = compared_;
    memory.control = control_;
    memory.ticks = ticks_;
    memory.failed = failed_;
    memory.failed_old = failed_old_;
    memory.before = before_;
    memory.long_run = long_run_;
    memory.measures[0] = failures_.memory();
    memory.measures[1] = differences_.memory();
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      memory.lines[i] = lines_[i].memory();
      memory.measures[2 + i] = times_[i].memory();
    }
    return memory;
  }

  /// By other rules than these the measures begin anew.
  void go_on(const OperationMemory& memory) {
    samples_ = memory.samples;
    compared_ = memory.compared;
    control_ = memory.control;
    ticks_ = memory.ticks;
    failed_ = memory.failed;
    failed_old_ = memory.failed_old;
    before_ = memory.before;
    long_run_ = memory.long_run;
    (void)failures_.go_on(memory.measures[0]);
    (void)differences_.go_on(memory.measures[1]);
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      lines_[i].go_on(memory.lines[i]);
      (void)times_[i].go_on(memory.measures[2 + i]);
    }
  }

  void know_what_is_usual(const OperationMemory& memory) {
    before_ = memory.before;
    long_run_ = memory.long_run;
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

  OperationVerdict verdict(double worse_at) const {
    OperationVerdict verdict;
    verdict.operation = operation_;
    verdict.samples = samples_;
    verdict.compared = compared_;
    verdict.effect = effect_;
    verdict.before = before_.of;
    verdict.counted = counted_;
    verdict.failed = failed_;
    verdict.failed_old = effect_ == Effect::Write ? before_ : failed_old_;
    verdict.findings = findings(worse_at);
    verdict.far_slower = is_far_slower(verdict.findings);
    const auto with = [&](Judgement judgement) {
      return std::ranges::find(verdict.findings, judgement, &Finding::judgement);
    };
    const auto worse = with(Judgement::Worse);
    if (worse != verdict.findings.end() && knows_what_was_before()) {
      verdict.judgement = Judgement::Worse;
      verdict.reason = worse_text(*worse, worse_at);
    } else if (auto why = what_is_missing(verdict.findings); !why.empty()) {
      verdict.reason = std::move(why);
      if (has_what_is_counted()) verdict.missing = furthest(verdict.findings);
    } else {
      verdict.judgement = Judgement::BetterOrEqual;
      verdict.reason = operation_ + ": no worse than the old side in " + std::to_string(samples_) +
                       ' ' + units() + what_was_not_judged(verdict.findings);
    }
    return verdict;
  }

  statistics::BurstRule burst_rule() const {
    Tally usual = long_run_;
    if (usual.of == 0) return statistics::BurstRule::of(0.01, 1e8, rules_->false_alarms);
    // What both sides suffer from now, a database that is down for one, is not the new side's.
    const double now = recent_.of == 0 ? 0 : 1.5 * recent_.share();
    const double a_day = ticks_seen_ == 0
                             ? 1e8
                             : std::max(1e4, new_requests_ / static_cast<double>(ticks_seen_) *
                                                 ticks_a_day(*rules_));
    return statistics::BurstRule::of(std::max(statistics::at_most(usual), now), a_day,
                                     rules_->false_alarms);
  }

 private:
  /// Requests of which all are on the new side: reads that have moved, and writes, which move as a
  /// whole.
  bool has_times_alone() const {
    return !is_unasked(counted_) && (alone_ || effect_ == Effect::Write);
  }

  /// The last minute was of another time. What spoke against times while nobody was there to
  /// compare with may have been the day.
  void look_who_is_left(bool alone) {
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

  bool is_far_slower(const std::vector<Finding>& findings) const {
    constexpr double kHalf = 0.5;
    constexpr std::uint64_t kFew = 100;
    const Finding& slowest = findings.back();
    return has_times_alone() && times_.back().knows_a_minute() && slowest.suspect.of >= kFew &&
           slowest.suspect.share() > kHalf;
  }

  std::string units() const {
    return counted_ == Counted::Work ? "units of work" : std::string(to_string(counted_));
  }

  /// Not to be told for or against without that.
  bool knows_what_was_before() const {
    return counted_ == Counted::Requests || before_.of >= rules_->known_before;
  }

  /// How much has to be done here, and nothing elsewhere, before it is home. A worker may be at
  /// work on both sides, and its service seldom, or be asked seldom: many times as much as usually
  /// comes here between two answers of its.
  std::uint64_t needed_at_home() const {
    constexpr std::uint64_t kTimes = 20;
    if (counted_ != Counted::Work || elsewhere_ == 0) return rules_->known_before;
    return std::max(rules_->known_before, kTimes * between_ / elsewhere_);
  }

  static constexpr std::uint64_t kLongRest = 10;

  /// A lane that is handled in this process again, or a worker that is here again, for long enough
  /// to be sure of it: what its service has done speaks of nothing that there is. A rest of many
  /// times that long is none between two answers, and left out.
  void look_who_came_home(const Moment& moment) {
    if (!is_unasked(counted_)) return;
    const std::uint64_t needed = needed_at_home();
    if (moment.new_side.requests == 0) {
      home_ += moment.old_side.requests;
    } else {
      const bool is_rest = home_ > kLongRest * needed;
      if (elsewhere_ > 0 && !is_rest) between_ += std::min(home_, needed);
      if (elsewhere_ == 0 || !is_rest) ++elsewhere_;
      home_ = 0;
    }
    if (samples_ == 0 || home_ < needed) return;
    begin_step(alone_);
    forgive();
    anew_ = counted_ == Counted::Work ? " since it is done here again"
                                      : " since they are handled here again";
  }

  /// What came at once is not of the same time: one side first, then the other.
  void add_unasked(const Moment& moment) {
    if (moment.old_side.requests > 0) {
      learn({.new_side = {}, .control = moment.control, .old_side = moment.old_side});
    }
    // Held to a guess, a consumer that has always refused one in ten would be worse.
    if (!knows_what_was_before()) return;
    failures_.add(moment.new_side.failed(), {}, true);
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (lines_[i].known()) times_[i].add(lines_[i].slow_of_new(moment.new_side), {}, true);
    }
  }

  /// Writes that are on the old side: what is usual of them.
  void learn(const Moment& moment) {
    before_ += moment.old_side.failed();
    failures_.learn(moment.old_side.failed());
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (lines_[i].known()) times_[i].learn(lines_[i].slow_of_control(moment.control));
      lines_[i].learn(moment.control.latency);
    }
    remember(moment);
  }

  /// In ticks: for what is meant by now, and by a long run.
  static constexpr double kNow = 40;
  static constexpr std::uint64_t kLongRun = 2'000'000;

  void remember(const Moment& moment) {
    ++ticks_seen_;
    new_requests_ += static_cast<double>(moment.new_side.requests);
    if (ticks_seen_ >= 240) {
      ticks_seen_ /= 2;
      new_requests_ /= 2;
    }
    const Tally old = moment.old_side.failed();
    long_run_ += old;
    if (long_run_.of > kLongRun) long_run_ = {long_run_.hits / 2, long_run_.of / 2};
    recent_ += old;
    if (++recent_ticks_ >= kNow) {
      recent_ = {recent_.hits / 2, recent_.of / 2};
      recent_ticks_ /= 2;
    }
  }

  std::vector<Finding> findings(double worse_at) const {
    std::vector<Finding> all{failures_.finding(Measure::Failures, worse_at, all_clear_at_),
                             differences_.finding(Measure::Differences, worse_at, all_clear_at_)};
    if (effect_ == Effect::Write) all.front().reference = before_;
    constexpr std::array kTimes{Measure::Median, Measure::Slow, Measure::Slowest};
    for (std::size_t i = 0; i < times_.size(); ++i) {
      all.push_back(times_[i].finding(kTimes[i], worse_at, all_clear_at_));
    }
    for (Finding& each : all)
      each.alone = has_times_alone() && each.measure != Measure::Differences;
    return all;
  }

  std::string worse_text(const Finding& finding, double worse_at) const {
    std::string text = operation_ + ": " + recent_text(finding.suspect) + " of the new side " +
                       std::string(what_is_up(finding.measure));
    if (finding.alone && effect_ == Effect::Read) {
      text += ", " + usual_text(finding) + "; nobody is left there to compare with";
    } else if (finding.reference.of > 0) {
      text += ", " + (effect_ == Effect::Write
                          ? share_text(finding.reference) + " of the old one before"
                          : recent_text(finding.reference) + " of the old one in the same time");
    }
    return text + "; that is no chance: " + evidence_text(finding.evidence_worse / worse_at) +
           how_it_was_compared();
  }

  /// "6.2% of the old one before all had moved": what the new side is held to.
  std::string usual_text(const Finding& finding) const {
    return figure(100 * finding.usual) + "% of the old one before " +
           (effect_ == Effect::Write ? "they moved" : "all had moved");
  }

  /// For those who take a verdict for more than it is.
  std::string how_it_was_compared() const {
    return is_unasked(counted_) ? "; before and after, not side by side" : "";
  }

  /// Why the operation is not better or equal yet; "" when it is.
  std::string what_is_missing(const std::vector<Finding>& findings) const {
    if (is_unasked(counted_)) {
      if (auto why = what_is_missing_of_what_nobody_asks_for(); !why.empty()) return why;
    }
    if (samples_ == 0 && effect_ == Effect::Write) {
      return operation_ + ": its writes are on the old side, where " + std::to_string(before_.of) +
             " of them were seen";
    }
    if (samples_ == 0) return operation_ + ": no request has been on the new side";
    if (compared_ < rules_->compared) {
      return operation_ + ": " + std::to_string(compared_) + " answers were compared, and " +
             std::to_string(rules_->compared) + " are needed";
    }
    const auto missing = furthest(findings);
    if (!missing) return {};
    const Finding& lacking = *std::ranges::find(findings, missing->measure, &Finding::measure);
    return operation_ + ": " +
           (lacking.put_aside > 0 ? slower_text(lacking, *missing)
            : lacking.measured    ? too_little_text(lacking, *missing)
                                  : nothing_usual_text(*missing)) +
           how_it_was_compared();
  }

  /// Whether all is there that is counted, so that evidence is what is missing.
  bool has_what_is_counted() const {
    return samples_ > 0 && compared_ >= rules_->compared && knows_what_was_before();
  }

  bool is_lacking(const Finding& finding) const {
    if (finding.judgement == Judgement::BetterOrEqual) return false;
    // Answers are compared only where somebody asked for it.
    if (finding.measure == Measure::Differences && compared_ == 0) return false;
    // Of writes that have moved nobody comes any more who could be compared with.
    return effect_ == Effect::Read || finding.measure == Measure::Failures || finding.measured;
  }

  /// What is lacking of the measure that lacks most; nothing: all is there.
  std::optional<Missing> furthest(const std::vector<Finding>& findings) const {
    std::optional<Missing> most;
    for (const Finding& each : findings) {
      if (!is_lacking(each)) continue;
      const Missing one = missing_of(each);
      const bool further = !most || (most->more && (!one.more || *one.more > *most->more));
      if (further) most = one;
    }
    return most;
  }

  Missing missing_of(const Finding& finding) const {
    Missing missing{.measure = finding.measure};
    if (!finding.measured) {
      missing.of_old_side = true;
      const SlowLine* const line = line_of(finding.measure);
      if (line == nullptr || line->known() || alone_) return missing;
      missing.more = line->missing();
      missing.time = time_of(*missing.more, control_);
      return missing;
    }
    const double needed = MeasureEvidence::all_clear_at(all_clear_at_, finding.put_aside);
    missing.evidence = std::clamp(finding.evidence_all_clear / needed, 0.0, 1.0);
    if (finding.evidence_all_clear <= 0 || finding.weighed == 0) return missing;
    // It grows by each observation about alike.
    const double each = finding.evidence_all_clear / static_cast<double>(finding.weighed);
    const double lacking = std::max(0.0, needed - finding.evidence_all_clear);
    constexpr double kMost = 1e12;
    missing.more = static_cast<std::uint64_t>(std::min(kMost, std::ceil(lacking / each)));
    missing.time = time_of(*missing.more, finding.weighed);
    return missing;
  }

  const SlowLine* line_of(Measure measure) const {
    switch (measure) {
      case Measure::Median: return &lines_[0];
      case Measure::Slow: return &lines_[1];
      case Measure::Slowest: return &lines_[2];
      default: return nullptr;
    }
  }

  /// How long so many take if they come as `seen` have come since the step began.
  std::optional<std::chrono::seconds> time_of(std::uint64_t more, std::uint64_t seen) const {
    if (ticks_ == 0 || seen == 0) return std::nullopt;
    const std::chrono::duration<double> passed = rules_->tick * ticks_;
    const double seconds = passed.count() * static_cast<double>(more) / static_cast<double>(seen);
    constexpr double kMost = 1e9;
    return std::chrono::seconds(std::llround(std::ceil(std::min(kMost, seconds))));
  }

  /// Beyond that a number only looks exact.
  static constexpr std::chrono::days kForeseen{30};

  /// "about 590 more requests, 4 s as they come now"; "" where nobody can say.
  static std::string forecast_text(const Missing& missing, const std::string& of_what) {
    if (!missing.more) return {};
    if (missing.time && *missing.time > kForeseen) {
      return ", more than a month as they come now";
    }
    std::string text = ", about " + about_text(*missing.more) + " more " + of_what;
    if (missing.time) text += ", " + time_text(*missing.time) + " as they come now";
    return text;
  }

  std::string too_little_text(const Finding& lacking, const Missing& missing) const {
    const bool failures = lacking.measure == Measure::Failures;
    const bool differences = lacking.measure == Measure::Differences;
    return (failures ? share_text(failed_) : recent_text(lacking.suspect)) + " of the new side " +
           std::string(what_is_up(lacking.measure)) +
           ", which is too little to tell: " + evidence_text(missing.evidence) +
           forecast_text(missing, differences ? "compared answers" : units());
  }

  /// Of times that nobody is left to compare with.
  std::string slower_text(const Finding& lacking, const Missing& missing) const {
    return recent_text(lacking.suspect) + " of the new side " +
           std::string(what_is_up(lacking.measure)) + ", " + usual_text(lacking) +
           "; nobody is left there to tell a slow side from a busy day, so it has to be as it "
           "was: " +
           evidence_text(missing.evidence) + forecast_text(missing, units());
  }

  std::string nothing_usual_text(const Missing& missing) const {
    const std::string what(what_is_usual(missing.measure));
    if (alone_) {
      return what + " on the old side is not known here, and nobody is left there to learn it from";
    }
    if (!missing.more) {
      return "nobody was on the old side in the same time to compare with, for " + what;
    }
    return what + " on the old side is not known yet, to compare the new side with" +
           forecast_text(missing, "requests of its control group");
  }

  std::string what_is_missing_of_what_nobody_asks_for() const {
    const std::string before = std::to_string(before_.of);
    const bool work = counted_ == Counted::Work;
    if (samples_ == 0) {
      return operation_ + (work ? ": nothing was done elsewhere" : ": none was handled elsewhere") +
             std::string(anew_) + ", and " + before + (work ? " units of work" : "") +
             " in this process";
    }
    if (knows_what_was_before()) return {};
    return operation_ + ": " + before +
           (work ? " units of work were seen before it was done elsewhere, and "
                 : " of them were seen before they were handled elsewhere, and ") +
           std::to_string(rules_->known_before) + " are needed to know what is usual" +
           how_it_was_compared();
  }

  std::string what_was_not_judged(const std::vector<Finding>& findings) const {
    if (effect_ != Effect::Write) return {};
    std::string measures;
    for (const Finding& each : findings) {
      if (each.measured || each.measure == Measure::Differences) continue;
      measures += (measures.empty() ? "" : ", ") + std::string(to_string(each.measure));
    }
    if (is_unasked(counted_)) {
      if (measures.empty()) return how_it_was_compared();
      return how_it_was_compared() + "; not judged for want of " + units() + " before: " + measures;
    }
    if (measures.empty()) return {};
    return "; not judged for want of writes before they moved: " + measures;
  }

  std::string operation_;
  Effect effect_;
  Counted counted_;
  Tally before_;  ///< of writes: on the old side
  const JudgeRules* rules_;
  double all_clear_at_;
  bool alone_ = false;
  std::string_view anew_;   ///< since when there is evidence, where that is not the beginning
  std::uint64_t home_ = 0;  ///< events or units that were done here since the last one elsewhere
  std::uint64_t elsewhere_ = 0;  ///< ticks with any that were done there
  std::uint64_t between_ = 0;    ///< what was done here between these, long rests left out
  // Since the step began:
  std::uint64_t samples_ = 0;
  std::uint64_t compared_ = 0;
  std::uint64_t control_ = 0;
  std::uint64_t ticks_ = 0;  ///< with the first request on the new side
  Tally failed_;
  Tally failed_old_;
  MeasureEvidence failures_;
  MeasureEvidence differences_;
  std::array<SlowLine, 3> lines_;
  std::array<MeasureEvidence, 3> times_;
  Tally long_run_;
  Tally recent_;
  double recent_ticks_ = 0;
  std::uint64_t ticks_seen_ = 0;
  double new_requests_ = 0;
};

// The rules are on the heap so that what points to them survives a move.
Judge::Judge(std::vector<JudgedOperation> operations, JudgeRules rules)
    : rules_(std::make_unique<const JudgeRules>(rules)) {
  for (JudgedOperation& each : operations) admit(std::move(each));
}

Judge::~Judge() = default;
Judge::Judge(Judge&&) noexcept = default;
Judge& Judge::operator=(Judge&&) noexcept = default;

void Judge::admit(JudgedOperation operation) {
  std::string name = operation.name;
  if (benches_.contains(name)) return;
  benches_.emplace(std::move(name), std::make_unique<Bench>(std::move(operation), *rules_));
}

double Judge::worse_at() const {
  const double tests = static_cast<double>(std::max<std::size_t>(1, benches_.size()) * kMeasures);
  return std::log(tests / rules_->false_alarms);
}

void Judge::begin_step(bool alone) {
  for (auto& [name, bench] : benches_) bench->begin_step(alone);
}

void Judge::forgive() {
  for (auto& [name, bench] : benches_) bench->forgive();
}

void Judge::add(std::string_view operation, const Moment& moment) {
  const auto found = benches_.find(operation);
  if (found == benches_.end()) return;
  found->second->add(moment);
  found->second->put_times_aside(worse_at());
}

std::string Judge::kept() const {
  std::vector<OperationMemory> all;
  for (const auto& [name, bench] : benches_) {
    if (auto memory = bench->memory()) all.push_back(*std::move(memory));
  }
  return to_text(all);
}

bool Judge::go_on(std::string_view kept, Memory what) {
  const auto all = operation_memories_from(kept);
  if (!all) return false;
  for (const OperationMemory& each : *all) {
    const auto found = benches_.find(each.operation);
    if (found == benches_.end()) continue;
    if (what == Memory::All) {
      found->second->go_on(each);
    } else {
      found->second->know_what_is_usual(each);
    }
  }
  return true;
}

std::vector<OperationVerdict> Judge::verdicts() const {
  std::vector<OperationVerdict> all;
  all.reserve(benches_.size());
  for (const auto& [name, bench] : benches_) all.push_back(bench->verdict(worse_at()));
  return all;
}

statistics::BurstRule Judge::burst_rule(std::string_view operation) const {
  const auto found = benches_.find(operation);
  if (found == benches_.end()) return statistics::BurstRule::of(0.01, 1e8, rules_->false_alarms);
  return found->second->burst_rule();
}

Judgement overall(const std::vector<OperationVerdict>& verdicts) {
  const auto unasked = [](const OperationVerdict& each) { return is_unasked(each.counted); };
  // Also when there is none of either.
  Judgement worst =
      std::ranges::all_of(verdicts, unasked) ? Judgement::CannotTell : Judgement::BetterOrEqual;
  for (const OperationVerdict& each : verdicts) {
    const bool passed_over = unasked(each) || (each.effect == Effect::Write && each.samples == 0);
    if (passed_over && each.judgement == Judgement::CannotTell) continue;
    worst = std::max(worst, each.judgement);
  }
  return worst;
}

}  // namespace banyan::strangler

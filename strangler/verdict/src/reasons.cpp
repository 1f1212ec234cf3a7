// SPDX-License-Identifier: Apache-2.0
#include "reasons.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>

#include "figures.hpp"

namespace banyan::strangler {
namespace {

/// Beyond that a number only looks exact.
constexpr std::chrono::days kForeseen{30};

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

/// For those who take a verdict for more than it is.
std::string how_it_was_compared(const OperationRecord& record) {
  return record.unasked() ? "; before and after, not side by side" : "";
}

/// "6.2% of the old one before all had moved": what the new side is held to.
std::string usual_text(const OperationRecord& record, const Finding& finding) {
  return figure(100 * finding.usual) + "% of the old one before " +
         (record.is_write() ? "they moved" : "all had moved");
}

/// "about 590 more requests, 4 s as they come now"; "" where nobody can say.
std::string forecast_text(const Missing& missing, const std::string& of_what) {
  if (!missing.more) return {};
  if (missing.time && *missing.time > kForeseen) {
    return ", more than a month as they come now";
  }
  std::string text = ", about " + about_text(*missing.more) + " more " + of_what;
  if (missing.time) text += ", " + time_text(*missing.time) + " as they come now";
  return text;
}

std::string too_little_text(const OperationRecord& record, const Finding& lacking,
                            const Missing& missing) {
  const bool failures = lacking.measure == Measure::Failures;
  const bool differences = lacking.measure == Measure::Differences;
  return (failures ? share_text(record.failed) : recent_text(lacking.suspect)) +
         " of the new side " + std::string(what_is_up(lacking.measure)) +
         ", which is too little to tell: " + evidence_text(missing.evidence) +
         forecast_text(missing, differences ? "compared answers" : record.units());
}

/// Of times that nobody is left to compare with.
std::string slower_text(const OperationRecord& record, const Finding& lacking,
                        const Missing& missing) {
  return recent_text(lacking.suspect) + " of the new side " +
         std::string(what_is_up(lacking.measure)) + ", " + usual_text(record, lacking) +
         "; nobody is left there to tell a slow side from a busy day, so it has to be as it "
         "was: " +
         evidence_text(missing.evidence) + forecast_text(missing, record.units());
}

std::string nothing_usual_text(const OperationRecord& record, const Missing& missing) {
  const std::string what(what_is_usual(missing.measure));
  if (record.alone) {
    return what + " on the old side is not known here, and nobody is left there to learn it from";
  }
  if (!missing.more) {
    return "nobody was on the old side in the same time to compare with, for " + what;
  }
  return what + " on the old side is not known yet, to compare the new side with" +
         forecast_text(missing, "requests of its control group");
}

/// Of lanes and workers; "" when as much as is needed was counted.
std::string too_few_text(const OperationRecord& record) {
  const std::string before = std::to_string(record.before.of);
  const bool work = record.operation.counted == Counted::Work;
  if (record.samples == 0) {
    return record.name() +
           (work ? ": nothing was done elsewhere" : ": none was handled elsewhere") +
           std::string(record.anew) + ", and " + before + (work ? " units of work" : "") +
           " in this process";
  }
  if (record.knows_what_was_before()) return {};
  return record.name() + ": " + before +
         (work ? " units of work were seen before it was done elsewhere, and "
               : " of them were seen before they were handled elsewhere, and ") +
         std::to_string(record.rules->known_before) + " are needed to know what is usual" +
         how_it_was_compared(record);
}

std::string what_was_not_judged(const OperationRecord& record,
                                const std::vector<Finding>& findings) {
  if (!record.is_write()) return {};
  std::string measures;
  for (const Finding& each : findings) {
    if (each.measured || each.measure == Measure::Differences) continue;
    measures += (measures.empty() ? "" : ", ") + std::string(to_string(each.measure));
  }
  if (record.unasked()) {
    if (measures.empty()) return how_it_was_compared(record);
    return how_it_was_compared(record) + "; not judged for want of " + record.units() +
           " before: " + measures;
  }
  if (measures.empty()) return {};
  return "; not judged for want of writes before they moved: " + measures;
}

}  // namespace

std::string why_it_is_worse(const OperationRecord& record, const Finding& finding,
                            double worse_at) {
  std::string text = record.name() + ": " + recent_text(finding.suspect) + " of the new side " +
                     std::string(what_is_up(finding.measure));
  if (finding.alone && !record.is_write()) {
    text += ", " + usual_text(record, finding) + "; nobody is left there to compare with";
  } else if (finding.reference.of > 0) {
    text += ", " + (record.is_write()
                        ? share_text(finding.reference) + " of the old one before"
                        : recent_text(finding.reference) + " of the old one in the same time");
  }
  return text + "; that is no chance: " + evidence_text(finding.evidence_worse / worse_at) +
         how_it_was_compared(record);
}

std::string why_nobody_can_tell(const OperationRecord& record, const std::vector<Finding>& findings,
                                const std::optional<Missing>& missing) {
  if (record.unasked()) {
    if (auto why = too_few_text(record); !why.empty()) return why;
  }
  if (record.samples == 0 && record.is_write()) {
    return record.name() + ": its writes are on the old side, where " +
           std::to_string(record.before.of) + " of them were seen";
  }
  if (record.samples == 0) return record.name() + ": no request has been on the new side";
  if (record.compared < record.rules->compared) {
    return record.name() + ": " + std::to_string(record.compared) + " answers were compared, and " +
           std::to_string(record.rules->compared) + " are needed";
  }
  if (!missing) return {};
  const Finding& lacking = *std::ranges::find(findings, missing->measure, &Finding::measure);
  return record.name() + ": " +
         (lacking.put_aside > 0 ? slower_text(record, lacking, *missing)
          : lacking.measured    ? too_little_text(record, lacking, *missing)
                                : nothing_usual_text(record, *missing)) +
         how_it_was_compared(record);
}

std::string why_it_is_no_worse(const OperationRecord& record,
                               const std::vector<Finding>& findings) {
  return record.name() + ": no worse than the old side in " + std::to_string(record.samples) + ' ' +
         record.units() + what_was_not_judged(record, findings);
}

}  // namespace banyan::strangler

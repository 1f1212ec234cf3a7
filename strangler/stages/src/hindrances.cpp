// SPDX-License-Identifier: Apache-2.0
#include "hindrances.hpp"

#include <algorithm>
#include <utility>

namespace banyan::strangler {
namespace {

constexpr std::string_view kForce = "/force";
constexpr std::string_view kDespiteDifferences = "/despite_differences";

}  // namespace

void Hindrances::unfit(std::string_view module, const std::string& why_not) {
  add(kForce, "the new side of " + std::string(module) + " is not fit for traffic: " + why_not,
      "Mend it");
}

void Hindrances::differs(const Objection& objection) {
  if (!despite_.differences) return add(kDespiteDifferences, objection.figures, objection.ways_on);
  passed_over_ += (passed_over_.empty() ? "despite differences: " : ", and ") + objection.figures;
}

void Hindrances::add(std::string_view member, std::string what, std::string_view ways_on) {
  sentences_ += (sentences_.empty() ? "" : ". And ") + what + ". ";
  sentences_ += ways_on;
  details_.push_back({std::string(member), std::move(what)});
}

bool Hindrances::is_said(std::string_view member) const {
  return std::ranges::find(details_, member, &Detail::where) != details_.end();
}

Error Hindrances::refusal(std::string_view begin, std::string_view end) const {
  const bool unfit = is_said(kForce);
  std::string message = std::string(begin) + sentences_ + ". Or do it all the same:";
  if (unfit || despite_.force) message += " --force";
  if (despite_.differences || is_said(kDespiteDifferences)) message += " --despite-differences";
  message += end;
  return {ErrorCode::FailedPrecondition,
          unfit ? "banyan.new_side_unhealthy" : "banyan.answers_differ", std::move(message),
          details_};
}

}  // namespace banyan::strangler

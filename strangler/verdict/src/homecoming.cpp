// SPDX-License-Identifier: Apache-2.0
#include "homecoming.hpp"

#include <algorithm>

namespace banyan::strangler {
namespace {

/// A rest of so many times what is needed is none between two answers, and left out.
constexpr std::uint64_t kLongRest = 10;

}  // namespace

/// How much has to be done here, and nothing elsewhere, before it is home. A worker may be at work
/// on both sides, and its service seldom, or be asked seldom: many times as much as usually comes
/// here between two answers of its.
std::uint64_t Homecoming::needed(const OperationRecord& record) const {
  constexpr std::uint64_t kTimes = 20;
  const std::uint64_t known_before = record.rules->known_before;
  if (record.operation.counted != Counted::Work || elsewhere_ == 0) return known_before;
  return std::max(known_before, kTimes * between_ / elsewhere_);
}

bool Homecoming::has_come(const Moment& moment, const OperationRecord& record) {
  const std::uint64_t enough = needed(record);
  if (moment.new_side.requests == 0) {
    home_ += moment.old_side.requests;
  } else {
    const bool is_rest = home_ > kLongRest * enough;
    if (elsewhere_ > 0 && !is_rest) between_ += std::min(home_, enough);
    if (elsewhere_ == 0 || !is_rest) ++elsewhere_;
    home_ = 0;
  }
  return record.samples > 0 && home_ >= enough;
}

}  // namespace banyan::strangler

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "banyan/kernel/clock.hpp"
#include "banyan/verdict/window.hpp"

namespace banyan::host {

/// What was usual of lanes while their events were handled in this process: of the last so many
/// events, for a later process that has them handled elsewhere. Not safe for concurrent use.
class UsualOfWork {
 public:
  /// What is older is forgotten by halves: traffic of about the size of what it is compared with.
  static constexpr std::uint64_t kEvents = 20'000;
  /// What ended longer ago says nothing about today.
  static constexpr std::chrono::hours kAge{7 * 24};

  struct Lane {
    strangler::Window window;
    Timestamp until;  ///< of the last event
  };

  void add(const std::string& source, const std::string& follower, const strangler::Window& fresh,
           const Timestamp& now);
  /// Empty where there is nothing, or nothing that is young enough.
  strangler::Window of(const std::string& source, const std::string& follower,
                       const Timestamp& now) const;

  /// Something was added since the text was asked for last.
  bool changed() const { return changed_; }
  std::string text();
  /// Nothing is taken over of what cannot be read: it is a guess to bet by, and comes again.
  static UsualOfWork from(std::string_view text);

 private:
  std::map<std::pair<std::string, std::string>, Lane> lanes_;
  bool changed_ = false;
};

}  // namespace banyan::host

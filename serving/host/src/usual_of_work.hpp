// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/verdict/judge.hpp"
#include "banyan/verdict/window.hpp"

namespace banyan::host {

/// What was usual of lanes and workers while they were in this process: of the last so many events
/// and units of work, for a later process that has them elsewhere. Not safe for concurrent use.
class UsualOfWork {
 public:
  /// What is older is forgotten by halves: traffic of about the size of what it is compared with.
  static constexpr std::uint64_t kEvents = 20'000;
  /// What ended longer ago says nothing about today.
  static constexpr std::chrono::hours kAge{7 * 24};

  /// A lane: who publishes, and who follows. A worker: its module, and what it is called.
  struct Name {
    strangler::Counted counted = strangler::Counted::Events;
    std::string module;
    std::string other;
    friend auto operator<=>(const Name&, const Name&) = default;
  };
  static Name lane(std::string source, std::string follower) {
    return {strangler::Counted::Events, std::move(source), std::move(follower)};
  }
  static Name worker(std::string module, std::string name) {
    return {strangler::Counted::Work, std::move(module), std::move(name)};
  }

  void add(const Name& name, const strangler::Window& fresh, const Timestamp& now);
  /// Empty where there is nothing, or nothing that is young enough.
  strangler::Window of(const Name& name, const Timestamp& now) const;

  /// The workers of which there is something young enough.
  std::vector<Name> workers(const Timestamp& now) const;

  /// Something was added since the text was asked for last.
  bool changed() const { return changed_; }
  std::string text();
  /// Nothing is taken over of what cannot be read: it is a guess to bet by, and comes again.
  static UsualOfWork from(std::string_view text);

 private:
  struct Usual {
    strangler::Window window;
    Timestamp until;  ///< of the last one
  };
  std::map<Name, Usual> all_;
  bool changed_ = false;
};

}  // namespace banyan::host

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "banyan/kernel/lease.hpp"
#include "shipping/module.hpp"

namespace shipping {

/// What problems of the same kind begin with: the rule and its colon, or where there is none, all.
inline std::string_view kind_of(std::string_view problem) {
  const std::size_t colon = problem.find(": ");
  if (colon == std::string_view::npos) return problem;
  const std::string_view rule = problem.substr(0, colon);
  return rule.contains(' ') || !rule.contains('.') ? problem : problem.substr(0, colon + 1);
}

/// Somebody has seen to what was wrong.
struct SeenTo {
  std::string kind;  ///< of the problem; "" when it was overdue without one
  std::string by;
  std::string why;
  banyan::Timestamp at;
  friend bool operator==(const SeenTo&, const SeenTo&) = default;
};

/// Whose turn it is to ask the carrier about a consignment, and when next. Whoever holds the lease
/// asks; when it dies, the lease runs out.
struct Turn {
  std::string leased_to;          ///< "" when nobody asks now
  banyan::LeaseTime waits_until;  ///< before it, nobody asks but who has the lease
  std::int64_t refusals = 0;      ///< of the carrier, in a row; an outage is none
  bool has_news = false;          ///< the carrier has called back since it was asked last
  std::optional<std::string> problem;
  /// Since when there has been one without a break; nothing where a version before has noted it.
  std::optional<banyan::Timestamp> problem_since{};
  /// The last who did so, until the problem is over.
  std::optional<SeenTo> seen_to{};
  friend bool operator==(const Turn&, const Turn&) = default;

  static std::chrono::microseconds longest_wait(const CarrierPolicy& policy) {
    return std::max({policy.lease, policy.longest_backoff, policy.tracking_interval});
  }

  bool due(const banyan::LeaseTime& now, const CarrierPolicy& policy) const {
    return waits_until.is_over(now, longest_wait(policy));
  }

  /// False while somebody else has it. Does not ask whether it is due.
  bool lease(const std::string& holder, const banyan::LeaseTime& now, const CarrierPolicy& policy) {
    if (!leased_to.empty() && leased_to != holder && !due(now, policy)) return false;
    leased_to = holder;
    waits_until = now.after(policy.lease);
    has_news = false;
    return true;
  }

  /// Of a consignment that came into its state at `since`. Whoever was first is remembered.
  void see_to(std::string by, std::string why, banyan::Timestamp since, banyan::Timestamp now) {
    if (is_seen_to(since)) return;
    // Not before the state, whoever's clock that came by.
    seen_to = SeenTo{std::string(problem ? kind_of(*problem) : ""), std::move(by), std::move(why),
                     std::max(since, now)};
  }
  /// What is of another kind, or has come with another state since then, nobody has seen to.
  bool is_seen_to(banyan::Timestamp since) const {
    if (!seen_to || seen_to->at < since) return false;
    const std::string& kind = seen_to->kind;
    return problem ? !kind.empty() && problem->starts_with(kind) : kind.empty();
  }

  /// Who has seen to it since it was brought back at `then` has sent it out by another way, or is
  /// about to: it is not here any more.
  bool is_off_again(banyan::Timestamp then) const {
    if (!seen_to) return false;
    return seen_to->kind == std::string(kBroughtBackRule) + ":" || seen_to->at >= then;
  }

  void note_problem(std::optional<std::string> now_is, banyan::Timestamp now) {
    if (!now_is) {
      problem_since.reset();
      if (seen_to && !seen_to->kind.empty()) seen_to.reset();
    } else if (!problem) {
      problem_since = now;
    }
    problem = std::move(now_is);
  }

  /// Somebody is asking the carrier right now.
  bool is_under_way(const banyan::LeaseTime& now, const CarrierPolicy& policy) const {
    return !leased_to.empty() && !due(now, policy);
  }

  /// The carrier has something to tell: next, or after the call that is under way.
  void news() {
    has_news = true;
    if (leased_to.empty()) waits_until = {};
  }

  void give_back(const banyan::LeaseTime& now, std::chrono::microseconds wait) {
    leased_to.clear();
    waits_until = has_news ? banyan::LeaseTime{} : now.after(wait);
    has_news = false;
  }
};

/// Doubled `failures - 1` times, never longer than `longest`.
constexpr std::chrono::milliseconds backoff(std::int64_t failures, std::chrono::milliseconds first,
                                            std::chrono::milliseconds longest) {
  constexpr std::int64_t kMostDoublings = 30;
  const auto factor = std::int64_t{1} << std::clamp<std::int64_t>(failures - 1, 0, kMostDoublings);
  return first > longest / factor ? longest : first * factor;
}

}  // namespace shipping

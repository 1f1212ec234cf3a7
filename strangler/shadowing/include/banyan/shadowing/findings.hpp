// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/comparison/alias_map.hpp"
#include "banyan/comparison/collector.hpp"
#include "banyan/comparison/comparator.hpp"
#include "banyan/comparison/rules.hpp"
#include "banyan/http/message.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/shadowing/copy_counts.hpp"

namespace banyan::strangler {

/// A request and what two sides have answered to it.
struct AnsweredPair {
  PairOf pair = PairOf::OldNew;
  std::shared_ptr<const http::Request> request;
  http::Response old_answer;
  http::Response other_answer;
  std::string correlation_id;
  std::string session;  ///< by which one user is told from another; "": nobody who comes again
  std::string_view operation;  ///< of a module, or a route's name
  std::string_view route;      ///< its path, "/albums/{id}"
  const OperationRules* rules = nullptr;
  bool by_tls = false;  ///< its client spoke TLS, to this process or to one before it
  /// What the sides were told that nobody else is to know: it is taken out of their answers before
  /// anything of these is kept or shown, for a side may say what it has heard.
  std::span<const std::string> told_old{};
  std::span<const std::string> told_other{};
};

/// What the answers of one rollout differ in, by one declaration of what counts: with another one
/// it begins anew. Safe for concurrent use.
class Findings {
 public:
  Findings(ComparisonPlan plan, bool clear);

  /// Compares, and keeps what was found; what the pair counts for. A content coding that
  /// cannot be undone is no finding. Takes as long as reading both answers does: not on a loop.
  /// The pair's answers are used up.
  std::expected<PairFound, CopyDropped> add(AnsweredPair& pair, Timestamp now);
  /// Compares, and keeps nothing.
  std::expected<Comparison, CopyDropped> compare_only(AnsweredPair& pair, Timestamp now);

  ComparisonReport report() const { return collector_.report(); }
  std::vector<OperationReport> operations() const { return collector_.operations(); }
  std::optional<KeptExample> example(std::uint64_t number) const {
    return collector_.example(number);
  }
  /// See ComparisonCollector::request_again().
  Result<http::Request> request_again(const AskedAgain& asked, const ComparedExample& example,
                                      const OperationRules& rules) const {
    return collector_.request_again(asked, example, rules);
  }
  bool is_by(const ComparisonPlan& plan, bool clear) const {
    return plan == plan_ && clear == clear_;
  }
  bool clear() const { return clear_; }

 private:
  const ComparisonPlan plan_;
  const bool clear_;
  SessionAliases aliases_;
  ComparisonCollector collector_;
};

}  // namespace banyan::strangler

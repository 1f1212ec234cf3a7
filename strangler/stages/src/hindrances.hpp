// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/error.hpp"
#include "banyan/stages/switchboard.hpp"

namespace banyan::strangler {

/// What keeps the new sides that one order gives more from getting it, of one rollout or of
/// several; and what the order passes over.
class Hindrances {
 public:
  explicit Hindrances(const Despite& despite) : despite_(despite) {}

  void unfit(std::string_view module, const std::string& why_not);
  void differs(const Objection& objection);

  bool none() const { return details_.empty(); }
  /// All of them, with the words that the order needs: those that it has not, and those that it
  /// has. Each of `details` points at the member of an order that is one. `end` is said behind
  /// them.
  Error refusal(std::string_view begin, std::string_view end = {}) const;
  /// For the switch log; "": nothing was.
  const std::string& passed_over() const { return passed_over_; }

 private:
  void add(std::string_view member, std::string what, std::string_view ways_on);
  bool is_said(std::string_view member) const;

  Despite despite_;
  std::string sentences_;
  std::vector<Detail> details_;
  std::string passed_over_;
};

}  // namespace banyan::strangler

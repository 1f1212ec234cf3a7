// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "load/histogram.hpp"

namespace recordshop::load {

/// What sessions do; the name in reports.
enum class Kind : std::uint8_t { Browse, Search, Stock, Order, Follow, Cancel, Return, Deliver };
inline constexpr std::array kKinds{Kind::Browse, Kind::Search, Kind::Stock,  Kind::Order,
                                   Kind::Follow, Kind::Cancel, Kind::Return, Kind::Deliver};
std::string_view to_string(Kind kind);

/// How often for each cause: the rule of a problem, a status, or in which way no answer came.
using Causes = std::map<std::string, std::uint64_t>;
std::uint64_t sum_of(const Causes& causes);
/// "12 (3 banyan.circuit_open, 9 no answer: closed)", or "0".
std::string text_of(const Causes& causes);

/// Of one kind of request.
struct Figures {
  Histogram latency{};  ///< from when it was meant to be made to its last answer
  std::uint64_t repetitions = 0;
  std::uint64_t failures = 0;  ///< no answer that a person could do with
  /// Answers that were of no use, and attempts without one, also where a repetition helped.
  Causes troubles{};
  Causes announced{};  ///< the same, of the times in which trouble was announced
};

/// Only ever grows, so what happened since some moment is the difference of two.
struct Totals {
  std::map<Kind, Figures> kinds{};
  std::uint64_t sessions = 0;           ///< that have begun
  std::uint64_t acknowledged = 0;       ///< orders
  std::uint64_t under_way = 0;          ///< those of them that were taken, and not yet carried out
  Causes refused{};                     ///< orders, for reasons that a person understands
  std::vector<std::string> failures{};  ///< the first few, as texts
  std::vector<std::string> troubles{};  ///< the first few that nobody announced, as texts

  Figures all() const;
  /// What came after `before`, which were totals of the same load.
  Totals since(const Totals& before) const;
};

}  // namespace recordshop::load

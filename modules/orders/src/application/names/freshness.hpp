// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "application/names/name_rows.hpp"

namespace orders {

/// Whose names orders keeps.
inline constexpr std::array<std::string_view, 2> kNameSources = {"catalog", "customers"};

/// Until when the names are complete. This process hears of it often and writes it down seldom, for
/// the others that are on the same database, and for the next one. Safe for concurrent use.
class NamesFreshness {
 public:
  /// Whether that is to be written down now. Whoever has done so says wrote(); until then the
  /// answer stays the same.
  bool heard(const std::string& source, banyan::Timestamp until);
  void wrote(const std::string& source, banyan::Timestamp until);

  /// What is known of it in this process. To be asked before the unit of work begins in which names
  /// are read: that sees at least what this promises.
  std::map<std::string, banyan::Timestamp> known() const;

 private:
  struct Heard {
    banyan::Timestamp until;
    std::optional<banyan::Timestamp> written{};
  };
  mutable std::mutex mutex_;
  std::map<std::string, Heard> heard_;
};

/// What this process has heard of a source or another has written down, whichever is later; nothing
/// while nobody knows.
std::optional<banyan::Timestamp> source_complete_until(
    NameRows& names, const std::string& source,
    const std::map<std::string, banyan::Timestamp>& known);

/// Until when the names that are served are complete; nothing while none are, or nobody knows.
std::optional<banyan::Timestamp> names_complete_until(
    NameRows& names, const std::map<std::string, banyan::Timestamp>& known);

}  // namespace orders

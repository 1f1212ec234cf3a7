// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "banyan/kernel/clock.hpp"

namespace banyan::telemetry {

/// Is this process fit to take requests, and are those that it depends on?
///
/// Live means that the process answers at all. Ready means that every *required* check passes; a
/// dependency whose loss the process survives (an order is accepted while the warehouse is away) is
/// not required: it shows as degraded and takes nobody out of the load balancer. Checks are made
/// once a second at most, on the thread of one caller; the others get the answer before at once,
/// and wait only if there is none yet. Safe for concurrent use.
class Health {
 public:
  static constexpr std::chrono::seconds kGoodFor{1};

  /// `clock` must outlive it.
  explicit Health(const Clock& clock) : clock_(&clock) {}

  struct Finding {
    bool ok = true;
    std::string message;
  };
  using Check = std::function<Finding()>;

  void add(std::string name, bool required, Check check);

  /// From now on not ready: what a drain begins with.
  void drain();

  struct Problem {
    std::string name;
    std::string message;
  };
  struct Report {
    bool ready = true;
    bool degraded = false;
    std::vector<Problem> problems;  ///< of the checks that do not pass
    std::string json;               ///< application/health+json (draft-inadarei-api-health-check)
  };
  /// Blocks for as long as the checks take, if it is this one that makes them.
  Report ready() const;

 private:
  struct Entry {
    std::string name;
    bool required;
    Check check;
  };
  struct Found {
    SteadyTime at;
    std::vector<Finding> findings;  ///< by the index of the entry
  };
  void look() const;
  Report report() const;

  const Clock* clock_;
  mutable std::mutex looking_;  ///< held by the one who makes the checks
  mutable std::mutex mutex_;
  mutable std::optional<Found> found_;
  std::vector<Entry> entries_;
  bool draining_ = false;
};

}  // namespace banyan::telemetry

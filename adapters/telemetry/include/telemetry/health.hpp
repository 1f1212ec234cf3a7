// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace banyan::telemetry {

/// Is this process fit to take requests, and are those that it depends on?
///
/// Live means that the process answers at all. Ready means that every *required* check passes; a
/// dependency whose loss the process survives (an order is accepted while the warehouse is away) is
/// not required: it shows as degraded and takes nobody out of the load balancer.
/// Safe for concurrent use.
class Health {
 public:
  struct Finding {
    bool ok = true;
    std::string message;
  };
  using Check = std::function<Finding()>;  ///< quick: it runs at every question

  void add(std::string name, bool required, Check check);

  /// From now on not ready: what a drain begins with.
  void drain();

  struct Report {
    bool ready = true;
    bool degraded = false;
    std::string json;  ///< application/health+json (draft-inadarei-api-health-check)
  };
  Report ready() const;

 private:
  struct Entry {
    std::string name;
    bool required;
    Check check;
  };
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  bool draining_ = false;
};

}  // namespace banyan::telemetry

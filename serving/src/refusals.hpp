// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "banyan/http/message.hpp"
#include "banyan/telemetry/metrics.hpp"

namespace banyan::serving {

/// Counts the requests that the engine did not take, by status and reason: malformed, beyond a
/// limit, too slow. Safe for concurrent use.
class Refusals {
 public:
  void count(const http::Refusal& refusal);
  /// banyan_http_requests_refused_total.
  std::vector<telemetry::Sample> samples() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<unsigned, std::string>, std::uint64_t> counts_;
};

}  // namespace banyan::serving

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "banyan/http/loop.hpp"
#include "banyan/upstream/health_window.hpp"

namespace banyan::serving {

/// How a standalone proxy is started. What it routes is in the file, where the traffic stands is in
/// the control store.
struct ProxyOptions {
  std::string config_file = "banyan.toml";
  std::string log_file;  ///< "" is standard error
  bool explain = false;  ///< an X-Strangler field in each answer says why it came from where
  /// Addresses and networks whose X-Forwarded-* are believed.
  std::vector<std::string> trusted_peers;
  std::size_t loops = 0;  ///< 0: one per core
  /// Between "not ready" and the end of accepting, for load balancers to notice.
  std::chrono::milliseconds drain_notice{0};
  upstream::HealthRules health{};
  /// From when on a loop counts as late, and copies of its clients' reads are not made.
  std::chrono::milliseconds late_after = http::kLateAfter;
  bool take_over = false;  ///< from the proxy that listens there, if one does
  std::string version;     ///< of the program, for whoever takes over
};

}  // namespace banyan::serving

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "banyan/http/client.hpp"
#include "banyan/http/endpoint.hpp"

namespace banyan::supervision {

struct ProbeTarget {
  http::Endpoint endpoint;
  std::string target;
};
/// Of "http://127.0.0.1:8080/health/ready".
std::optional<ProbeTarget> probe_target_from(std::string_view url);

/// Asks an address, on a thread of its own, again and again until it is answered with a 2xx.
class Probe {
 public:
  /// `wake` is an eventfd that is told once. Throws std::system_error when there is no thread, or
  /// no descriptor: from its own thread nobody could be told.
  Probe(ProbeTarget target, int wake);

  bool passed() const { return passed_; }

 private:
  void ask(const std::stop_token& stop, const std::string& target, int wake);
  std::atomic<bool> passed_ = false;
  http::Client client_;
  std::jthread thread_;
};

}  // namespace banyan::supervision

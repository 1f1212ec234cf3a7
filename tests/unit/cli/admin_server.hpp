// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

namespace banyan::test {

/// Answers one HTTP request after the other on a free port, for a client that behaves. `answer`
/// gets method, target and body, and returns status and JSON.
class AdminServer {
 public:
  using Answer = std::function<std::pair<unsigned, std::string>(
      const std::string& method, const std::string& target, const std::string& body)>;
  explicit AdminServer(Answer answer);
  ~AdminServer();
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  std::string url() const;

 private:
  void serve();

  Answer answer_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stop_ = false;
  std::jthread thread_;
};

}  // namespace banyan::test

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "http/endpoint.hpp"
#include "kernel/clock.hpp"
#include "loop_core.hpp"
#include "socket_address.hpp"

namespace banyan::http {

/// Finds the addresses of names, with getaddrinfo(3) on a thread of its own, and remembers them for
/// a while: long enough to spare a look-up per connection, short enough to follow a name that
/// moves. When a look-up fails, what was known before is used on. Safe for use by many loops.
class Resolver {
 public:
  struct Found {
    std::vector<SocketAddress> addresses;
    std::string error;  ///< why there are none
  };
  using Done = std::move_only_function<void(const Found&)>;

  explicit Resolver(std::chrono::milliseconds keep) : keep_(keep) {}
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// `done` comes on the loop, never from inside.
  void resolve(const std::shared_ptr<LoopCore>& loop, const Endpoint& endpoint, Done done);

 private:
  struct Order {
    std::shared_ptr<LoopCore> loop;
    Endpoint endpoint;
    Done done;
  };
  struct Known {
    Found found;
    SteadyTime good_until;
  };

  void work();
  /// What is still good of what is known.
  const Found* known(const Endpoint& endpoint) const;
  static void tell(Order order, Found found);

  std::chrono::milliseconds keep_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::deque<Order> orders_;
  std::map<Endpoint, Known> known_;
  bool stopping_ = false;
  std::thread thread_;  ///< started with the first name
};

}  // namespace banyan::http

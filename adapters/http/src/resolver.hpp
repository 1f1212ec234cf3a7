// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "banyan/http/endpoint.hpp"
#include "banyan/http/upstream.hpp"
#include "banyan/kernel/clock.hpp"
#include "loop_core.hpp"
#include "socket_address.hpp"

namespace banyan::http {

/// Finds the addresses of names on threads of its own, and remembers them for a while: long enough
/// to spare a look-up per connection, short enough to follow a name that moves. When a look-up
/// fails, what was known before is used on. A name that takes long holds up neither the loops nor
/// (but for many at once) other names, and nobody waits for it at the end. Safe for use by many
/// loops.
class Resolver {
 public:
  struct Found {
    std::vector<SocketAddress> addresses;
    std::string error;  ///< why there are none
    bool ours = false;  ///< for want of something in this process: says nothing about the name
  };
  using Done = std::move_only_function<void(const Found&)>;

  /// `look_up`: empty for getaddrinfo(3).
  Resolver(std::chrono::milliseconds keep, LookUp look_up);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// `done` comes on the loop, never from inside.
  void resolve(const std::shared_ptr<LoopCore>& loop, const Endpoint& endpoint, Done done);

 private:
  class Work;
  std::shared_ptr<Work> work_;
};

}  // namespace banyan::http

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "banyan/http/instance_lock.hpp"
#include "banyan/http/network_server.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/posix/descriptor.hpp"
#include "banyan/succession/introduction.hpp"

namespace banyan::succession {

/// The side of the running process: waits, on a thread of its own, for one that takes over. It
/// listens on a Unix socket beside the locks, which only this user can reach.
class Offer {
 public:
  struct Parts {
    Introduction self;  ///< with the addresses as they are bound
    http::NetworkServer& server;
    std::vector<http::InstanceLock*> locks;
    /// What Takeover::take_rendezvous() gave, if this process has itself taken over.
    posix::Descriptor rendezvous;
    /// Another process serves from now on: drain, then end. Once, on the offer's thread.
    std::function<void(const Introduction& successor)> taken;
    /// Something that did not come about, for the log. On the offer's thread; must not throw.
    std::function<void(std::string_view what)> note;
    /// How long a successor that has asked for the sockets may take to become ready.
    std::chrono::milliseconds patience;
    const Clock& clock;
  };

  /// Does what can fail, and waits for begin(). When the socket on which a successor would ask
  /// cannot be made, `note` is told, and the next restart has a gap. Everything in `parts` must
  /// outlive this. Throws std::system_error when the system has no thread or no descriptor.
  explicit Offer(Parts parts);
  /// A successor that is not ready by now is told that it has to end. One that has taken over is
  /// waited for, some seconds at most, until it ends the conversation: before this process is gone
  /// whoever watches it has to know the other.
  ~Offer();
  Offer(const Offer&) = delete;
  Offer& operator=(const Offer&) = delete;

  /// This process serves: the locks and their files are its own from now on, and who wants to take
  /// over is answered. Once.
  void begin() noexcept;

  /// Whether another process serves in place of this one.
  bool taken() const noexcept;

 private:
  class Thread;
  std::unique_ptr<Thread> thread_;
};

}  // namespace banyan::succession

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/epoll.h>

#include <array>
#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>

#include "banyan/kernel/clock.hpp"
#include "banyan/posix/descriptor.hpp"

namespace banyan::http {

/// A place in a list of those that one loop has: costs no allocation, and is left by itself when
/// what is in it goes. `Tag` tells several such places of one object apart.
template <class Tag>
using Listed =
    boost::intrusive::list_base_hook<boost::intrusive::tag<Tag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
template <class T, class Tag>
using List = boost::intrusive::list<T, boost::intrusive::base_hook<Listed<Tag>>,
                                    boost::intrusive::constant_time_size<false>>;

/// What has a descriptor that a loop waits for.
class Watched : public Listed<class Reactor> {
 public:
  /// `events` as epoll(7) names them. May forget itself and others.
  virtual void ready(std::uint32_t events) = 0;
  /// One of the others has thrown: end what this is about. It is there still, see
  /// LoopCore::bury().
  virtual void failed() noexcept = 0;
  /// The loop has ended and this is still watched: close.
  virtual void loop_ends() = 0;

 protected:
  ~Watched() = default;
};

/// epoll(7), and a way to wake it up. Readiness only: who reads and writes, and how (plain, TLS),
/// is the business of what is watched. On its loop only, but for wake().
class Reactor {
 public:
  /// Throws std::system_error.
  Reactor();

  /// `events` with EPOLLET if they are to be told once. An error when the system has no room for
  /// another one (ENOSPC: fs.epoll.max_user_watches; ENOMEM): nothing is watched then.
  [[nodiscard]] std::error_code watch(int descriptor, Watched& what, std::uint32_t events);
  /// Before the descriptor is closed: a process that forks may keep it open a moment longer.
  /// Nothing is told to `what` after this, not even what has been found already.
  void forget(int descriptor, Watched& what) noexcept;

  /// Waits at most so long (−1: for ever); tell() then tells what was found. Returns the time.
  SteadyTime wait(int milliseconds);
  /// `tell_one(watched, events)` for each.
  template <class TellOne>
  void tell(TellOne tell_one) {
    while (!left_.empty()) {
      const epoll_event event = left_.front();
      left_ = left_.subspan(1);
      if (event.data.ptr != nullptr) tell_one(*static_cast<Watched*>(event.data.ptr), event.events);
    }
  }
  /// Ends a wait(), the next one if none is under way. Any thread.
  void wake() noexcept;

  List<Watched, Reactor>& watched() noexcept { return watched_; }

 private:
  static constexpr std::size_t kBatch = 256;

  posix::Descriptor epoll_;
  posix::Descriptor waker_;
  List<Watched, Reactor> watched_;
  std::array<epoll_event, kBatch> found_{};
  /// What of found_ is still to be told.
  std::span<epoll_event> left_;
};

}  // namespace banyan::http

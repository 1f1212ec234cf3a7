// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <string_view>

#include "banyan/forwarding/outcome.hpp"
#include "banyan/forwarding/trusted_peers.hpp"
#include "banyan/http/message.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/executor.hpp"
#include "chain/transaction.hpp"
#include "outcomes.hpp"

namespace banyan::serving {

struct ShadowCopy;

/// Copies of reads for the other side of their rollout, and the comparison of both answers. No
/// client waits for any of it: a copy is made when the real answer is complete, and is the first
/// thing to be left out when anything is scarce (CopyDropped says what and counts it). Copies that
/// this process answers itself have workers of their own, and so have comparisons. Safe for
/// concurrent use.
class Shadows {
 public:
  struct Parts {
    Outcomes& outcomes;
    const strangler::TrustedPeers& trusted_peers;
    const Clock& clock;
  };
  /// All must outlive it.
  explicit Shadows(const Parts& parts);
  ~Shadows() { end(); }

  /// A request with a capture (see reads_to_copy.hpp) has its answer. On its loop, or on a worker
  /// that has answered it.
  void answered(Transaction& transaction, const strangler::Outcome& outcome);

  /// Waits for what the workers are at; nothing is copied or compared from then on. Before whatever
  /// answers here ends.
  void end();

 private:
  using CopyPtr = std::shared_ptr<ShadowCopy>;
  void send(const CopyPtr& copy);
  void ask_upstream(const CopyPtr& copy);
  void ask_here(const CopyPtr& copy);
  void tell(const ShadowCopy& copy, const strangler::Outcome& outcome) const;
  void compare(const CopyPtr& copy, http::Response other);
  /// The time of one that was asked here was over before its answer was there.
  void given_up(const ShadowCopy& copy) const;
  void fault(std::string_view event, const ShadowCopy& copy, std::string_view what) const;

  /// False when there is no room, or it has ended.
  bool submit(std::unique_ptr<Executor>& workers, Executor::Task task);

  Parts parts_;
  std::mutex mutex_;  ///< of the two below: they end while copies are under way
  std::unique_ptr<Executor> askers_;
  std::unique_ptr<Executor> comparers_;
};

}  // namespace banyan::serving

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/events/relay.hpp"

namespace banyan::events {

/// The slots that one relay works on now: leased, renewed for as long as that takes, and forgotten
/// here afterwards. Safe for concurrent use.
class Leases {
 public:
  /// `tell` hears what prevents a renewal; the lease may end then, and its work is not written.
  Leases(EventLog& log, std::string holder, const Environment& environment,
         const RelayOptions& options, std::function<void(std::string_view what)> tell);

  /// A slot that is renewed until the end of its scope.
  class Held {
   public:
    Held(Leases& all, Lease lease);
    ~Held();
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    const Lease& lease() const { return lease_; }
    void move_to(std::int64_t position) { lease_.position = position; }

   private:
    Leases& all_;
    Lease lease_;
  };

  const std::string& holder() const { return holder_; }
  /// Nothing: somebody else has the slot. `lane` and `slot` are worked on once at a time.
  std::unique_ptr<Held> take(const std::string& lane, int slot);
  /// On a thread of the scheduler's own: whoever handles an event may take its time.
  void keep_renewing();
  void stop() { renewing_.reset(); }

 private:
  void renew();
  Context context() const {
    return Context::begin(options_.budget, environment_.clock, environment_.random);
  }

  EventLog& log_;
  const std::string holder_;
  const Environment& environment_;
  const RelayOptions& options_;
  const std::function<void(std::string_view)> tell_;
  std::mutex mutex_;
  std::map<const Held*, Lease> held_;
  std::unique_ptr<Scheduler::Handle> renewing_;
};

}  // namespace banyan::events

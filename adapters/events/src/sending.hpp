// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "lane.hpp"

namespace banyan::events {

/// Sends what a lane owes in one slot, on the thread of who has the lease, and says what is to be
/// written about it. It writes nothing itself.
class Sending {
 public:
  /// `stopping`: no more than what is under way.
  Sending(EventLog& log, Lane& lane, const Environment& environment, const RelayOptions& options,
          const std::atomic<bool>& stopping)
      : log_(log), lane_(lane), environment_(environment), options_(options), stopping_(stopping) {}

  struct Round {
    Settlement settlement;
    bool more = false;  ///< there is more to be sent now
  };
  /// Held keys whose time has come, then what comes after the position.
  Round round(const Lease& lease);

 private:
  using Keys = std::set<std::string, std::less<>>;

  bool retry_due(const Lease& lease, Settlement& settlement);
  bool retry(const Lease& lease, const Hold& hold, Settlement& settlement);
  bool send_next(const Lease& lease, Settlement& settlement);
  /// Up to where `events` need not be sent again, which is at most `position`.
  std::int64_t send(const Lease& lease, std::span<const Envelope> events, std::int64_t position,
                    Settlement& settlement, bool& reached);
  Lane::Stretch next(std::span<const Envelope>& rest) const;
  Hold hold_for(const Lease& lease, const Envelope& event, const Delivery& delivery,
                const Hold* before) const;
  Context context() const {
    return Context::begin(options_.budget, environment_.clock, environment_.random);
  }

  EventLog& log_;
  Lane& lane_;
  const Environment& environment_;
  const RelayOptions& options_;
  const std::atomic<bool>& stopping_;
};

}  // namespace banyan::events

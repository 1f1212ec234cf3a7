// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "banyan/events/event_log.hpp"

namespace banyan::events {

/// What became of one event.
struct Delivery {
  enum class Outcome : std::uint8_t {
    Done,     ///< handled, now or before
    Refused,  ///< an answer that counts: its key is held
    Later,    ///< not yet: its key is held, and nothing counts
    Behind,   ///< not sent, since one of its key before it was not done
    Unsent,   ///< not sent, or nobody knows: see the outage
  };
  Outcome outcome = Outcome::Unsent;
  Error why{};            ///< of Refused and Later
  bool for_good = false;  ///< of Refused: no other attempt can end otherwise, so it is parked now
};

struct Deliveries {
  std::vector<Delivery> each;  ///< as many as were to be delivered, in their order
  /// Why the rest is Unsent: the recipient cannot be reached. Counts against no event.
  std::optional<Error> outage;
  std::chrono::milliseconds retry_after{0};  ///< the recipient wants to be left alone for so long
};

/// How events get to one recipient. Safe for concurrent use by different slots.
class EventTransport {
 public:
  virtual ~EventTransport() = default;
  virtual std::string_view name() const = 0;  ///< "in_process", "http"
  /// Delivers in the order given; those of one key only as long as they are done. Blocks, never
  /// throws.
  virtual Deliveries deliver(std::span<const Envelope> events) = 0;
};

}  // namespace banyan::events

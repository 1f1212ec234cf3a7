// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "banyan/kernel/context.hpp"
#include "banyan/kernel/result.hpp"
#include "customers/port.hpp"
#include "shipping/port.hpp"

namespace shipping {

struct Booking {
  std::string reference;  ///< our name for it; a carrier books each once
  Leg leg = Leg::Outbound;
  customers::Address address;  ///< where it goes to, or on the way back comes from
  std::int64_t parcels = 1;
};

/// What was booked, as both sides call it.
struct Shipment {
  std::string reference;
  std::optional<std::string> tracking_number;  ///< nothing while we do not know it
};

struct Tracking {
  std::string number;
  std::vector<TrackingEvent> events;  ///< in the order of their time, each once
  /// When the next one is expected, where that is known.
  std::optional<std::chrono::milliseconds> next_in{};
};

/// Who carries parcels, in the shop's words: the module asks, the application has an adapter that
/// speaks the carrier's language. Calls block until there is an answer or the context's deadline
/// passes, never inside a unit of work; safe for concurrent use.
///
/// Unavailable, DeadlineExceeded, ResourceExhausted and Internal mean that the carrier did not
/// answer: it may have happened or not. Every other error is its answer, and final.
class Carrier {
 public:
  virtual ~Carrier() = default;

  /// The tracking number. Booked once for each reference, however often one asks.
  /// InvalidArgument "carrier.refused" for what it does not carry (to), with its words.
  virtual banyan::Result<std::string> book(const Booking& booking,
                                           const banyan::Context& context) = 0;

  /// It will not be collected. Success as well when the carrier knows nothing of it.
  /// FailedPrecondition "carrier.collected": too late.
  virtual banyan::Result<void> cancel(const Shipment& shipment, const banyan::Context& context) = 0;

  /// Where it is; nothing when the carrier does not know of it, or no more.
  virtual banyan::Result<std::optional<Tracking>> track(const Shipment& shipment,
                                                        const banyan::Context& context) = 0;
};

}  // namespace shipping

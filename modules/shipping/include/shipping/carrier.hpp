// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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

/// What the problem of a parcel begins with that the carrier has brought back, before ": ".
inline constexpr std::string_view kBroughtBackRule = "carrier.brought_back";

struct Tracking {
  std::string number;
  std::vector<TrackingEvent> events;  ///< in the order of their time, each once
  /// When the next one is expected, where that is known.
  std::optional<std::chrono::milliseconds> next_in{};
  /// What somebody has to look at, in the carrier's words: it has ended where it should not.
  std::optional<std::string> problem{};
  /// On the way out: the last that the carrier did, whatever its words, was to bring it back to the
  /// shop, then. With a problem of kBroughtBackRule; that one alone means that it was brought back
  /// and may have left again.
  std::optional<banyan::Timestamp> brought_back_at{};
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

  /// Who it is, e.g. "overland/40017": in ASCII, the same for as long as it may have a parcel of
  /// ours, wherever it is reached. Written down before it is asked to book, so that where a parcel
  /// is, and that it shall not be collected, is asked of the carrier that has it.
  virtual std::string name() const = 0;
  /// Whoever has that name, for a parcel of a time when another one stood here: this one, or one
  /// that it knows of and that lives as long; nullptr when this process reaches nobody of that
  /// name.
  virtual Carrier* party(std::string_view name) { return name == this->name() ? this : nullptr; }

  /// Whoever has given that number, for a parcel of a version before, which wrote no name down:
  /// this one, or as with party(); nullptr when this process reaches nobody whose number it can be.
  virtual Carrier* party_of_number(std::string_view /*tracking_number*/) { return this; }

  /// The tracking number. Booked once for each reference, however often one asks.
  /// InvalidArgument "carrier.refused" for what it does not carry (to), with its words.
  virtual banyan::Result<std::string> book(const Booking& booking,
                                           const banyan::Context& context) = 0;

  /// It will not be collected. Success as well when the carrier knows nothing of it: that does not
  /// keep a request to book, which is still on its way, from being carried out afterwards.
  /// FailedPrecondition "carrier.collected": too late; "carrier.not_ours": the number is of
  /// another carrier.
  virtual banyan::Result<void> cancel(const Shipment& shipment, const banyan::Context& context) = 0;

  /// Where it is; nothing when the carrier does not know of it, or no more.
  virtual banyan::Result<std::optional<Tracking>> track(const Shipment& shipment,
                                                        const banyan::Context& context) = 0;
};

}  // namespace shipping

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "application/use_cases.hpp"

namespace shipping {

/// What came of asking the carrier.
struct Answer {
  enum class Kind : std::uint8_t {
    Booked,
    Known,      ///< booked before, and so far on its way
    Unknown,    ///< the carrier knows nothing of what it was asked about
    Cancelled,  ///< it will not be collected
    TooLate,    ///< to cancel: it was collected
    Refused,
    NoAnswer,  ///< it may have happened or not
  };
  Kind kind;
  Leg leg = Leg::Outbound;
  Tracking tracking{};                   ///< of Booked (without events) and Known
  std::optional<std::string> problem{};  ///< for people
  bool was_asked = true;                 ///< else it ended before anything was sent to the carrier
};

/// Puts one question, and makes of every answer one that the module can go on with. `asked_before`:
/// the carrier may have been asked to book it, so it is looked up first. Never inside a unit of
/// work.
Answer ask_carrier(const UseCaseContext& use_case, Carrier& carrier,
                   const Consignment::Data& consignment, Errand errand, bool asked_before,
                   const banyan::Context& context);

Leg leg_of(Errand errand);

/// Whom an errand is for: the carrier that has the leg or may have it, else the one that is here.
/// Internal "shipping.other_carrier" where this process does not reach it.
banyan::Result<Carrier*> carrier_for(Carrier& here, const Consignment& consignment, Leg leg);

}  // namespace shipping

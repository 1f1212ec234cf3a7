// SPDX-License-Identifier: Apache-2.0
#include "outside/messenger.hpp"

#include <algorithm>
#include <charconv>

namespace recordshop {
namespace {

using banyan::Context;
using banyan::Result;
using banyan::Timestamp;
using shipping::Booking;
using shipping::Leg;
using shipping::Shipment;
using shipping::Sighting;
using shipping::Tracking;

constexpr std::int64_t kMinute = 60'000'000;
constexpr std::int64_t kCollectedAfter = 1 * kMinute;
constexpr std::int64_t kDeliveredAfter = 10 * kMinute;
constexpr std::string_view kOut = "BIKE-";
constexpr std::string_view kBack = "BACK-";
constexpr std::size_t kTail = 6;

/// Everything that is known of a parcel: "BIKE-1750000000000000-a1b2c3", when it was booked and the
/// end of our reference.
struct Slip {
  Leg leg;
  Timestamp booked_at;
};

std::optional<Slip> slip_from(const std::optional<std::string>& number) {
  if (!number) return std::nullopt;
  const bool is_back = number->starts_with(kBack);
  if (!is_back && !number->starts_with(kOut)) return std::nullopt;
  Slip slip{is_back ? Leg::Return : Leg::Outbound, {}};
  const char* begin = number->data() + kOut.size();
  const auto read = std::from_chars(begin, number->data() + number->size(), slip.booked_at.micros);
  if (read.ec != std::errc()) return std::nullopt;
  return slip;
}

class Messenger final : public shipping::Carrier {
 public:
  explicit Messenger(const banyan::Clock& clock) : clock_(clock) {}

  std::string name() const override { return "messenger"; }

  Result<std::string> book(const Booking& booking, const Context& /*context*/) override {
    const std::string& order = booking.reference.substr(0, booking.reference.find(':'));
    return std::string(booking.leg == Leg::Outbound ? kOut : kBack) +
           std::to_string(clock_.now().micros) + '-' +
           order.substr(order.size() - std::min(order.size(), kTail));
  }

  Result<void> cancel(const Shipment& shipment, const Context& /*context*/) override {
    const auto slip = slip_from(shipment.tracking_number);
    if (shipment.tracking_number && !slip) {
      return banyan::fail(banyan::ErrorCode::FailedPrecondition, "carrier.not_ours",
                          "the messenger did not get " + *shipment.tracking_number +
                              ", and cannot say that it stays; ask the carrier whose number it is");
    }
    if (slip && clock_.now().micros >= slip->booked_at.micros + kCollectedAfter) {
      return banyan::fail(banyan::ErrorCode::FailedPrecondition, "carrier.collected",
                          "the messenger is on the way with " + *shipment.tracking_number);
    }
    return {};
  }

  Result<std::optional<Tracking>> track(const Shipment& shipment,
                                        const Context& /*context*/) override {
    const auto slip = slip_from(shipment.tracking_number);
    if (!slip) return std::optional<Tracking>();
    const std::int64_t booked = slip->booked_at.micros;
    const std::int64_t now = clock_.now().micros;
    Tracking tracking{*shipment.tracking_number,
                      {{slip->leg, Sighting::Announced, slip->booked_at, "noted"}}};
    const auto see = [&](std::int64_t after, Sighting sighting, const char* note) {
      if (now >= booked + after) {
        tracking.events.push_back({slip->leg, sighting, {booked + after}, note});
      } else if (!tracking.next_in) {
        tracking.next_in = std::chrono::milliseconds((booked + after - now) / 1'000 + 1);
      }
    };
    see(kCollectedAfter, Sighting::Collected, "the messenger has it");
    see(kDeliveredAfter, Sighting::Delivered, "handed over");
    return std::optional(std::move(tracking));
  }

 private:
  const banyan::Clock& clock_;
};

}  // namespace

std::unique_ptr<shipping::Carrier> make_messenger(const banyan::Clock& clock) {
  return std::make_unique<Messenger>(clock);
}

bool is_messengers_number(std::string_view number) {
  return slip_from(std::string(number)).has_value();
}

}  // namespace recordshop

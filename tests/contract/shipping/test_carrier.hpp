// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shipping/carrier.hpp"

namespace banyan::contract {

/// This process dies here. Nothing catches it but the test.
struct ProcessDied : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Trouble : std::uint8_t {
  DieBefore,    ///< the caller dies before the call gets out
  DieAfter,     ///< the caller dies when it is done, before it hears of it
  Unreachable,  ///< nothing happens
  AnswerLost,   ///< it happens, and the caller does not know
  Late,         ///< nothing happens before arrive_late(), and the caller does not know
};

/// A carrier that remembers, for one thread; troubles can be made for its calls, counted from 0.
class TestCarrier final : public ::shipping::Carrier {
 public:
  struct Parcel {
    std::string number;
    ::shipping::Leg leg = ::shipping::Leg::Outbound;
    bool is_cancelled = false;
    std::vector<::shipping::TrackingEvent> events;
    std::optional<Timestamp> brought_back_at{};  ///< as the last that happened
  };

  explicit TestCarrier(std::string name = "test") : name_(std::move(name)) {}

  std::string name() const override { return name_; }
  ::shipping::Carrier* party(std::string_view name) override {
    if (name == name_) return this;
    return other != nullptr && other->name() == name ? other : nullptr;
  }

  ::shipping::Carrier* party_of_number(std::string_view number) override {
    for (const auto& [reference, parcel] : parcels) {
      if (parcel.number == number) return this;
    }
    return other != nullptr ? other->party_of_number(number) : nullptr;
  }

  ::shipping::Carrier* other = nullptr;  ///< whom it reaches besides itself
  std::map<int, Trouble> troubles;
  bool is_unreachable = false;
  bool refuses = false;          ///< to book
  std::function<void()> during;  ///< what happens elsewhere while a call is under way
  int calls = 0;
  std::vector<::shipping::Booking> bookings;  ///< all that got through, repeated ones too
  std::map<std::string, Parcel> parcels;      ///< by our reference

  Result<std::string> book(const ::shipping::Booking& booking, const Context&) override {
    return with_trouble<std::string>([this, booking]() -> Result<std::string> {
      if (refuses) {
        return fail(ErrorCode::InvalidArgument, "carrier.refused", "no service to this address");
      }
      bookings.push_back(booking);
      Parcel& parcel = parcels[booking.reference];
      if (parcel.number.empty() || parcel.is_cancelled) {
        parcel = {"N" + std::to_string(++numbers_), booking.leg, false, {}, {}};
      }
      return parcel.number;
    });
  }

  Result<void> cancel(const ::shipping::Shipment& shipment, const Context&) override {
    return with_trouble<void>([this, shipment]() -> Result<void> {
      const auto found = parcels.find(shipment.reference);
      if (found == parcels.end()) return {};
      if (!found->second.events.empty()) {
        return fail(ErrorCode::FailedPrecondition, "carrier.collected", "too late");
      }
      found->second.is_cancelled = true;
      return {};
    });
  }

  Result<std::optional<::shipping::Tracking>> track(const ::shipping::Shipment& shipment,
                                                    const Context&) override {
    using Found = std::optional<::shipping::Tracking>;
    return with_trouble<Found>([this, shipment]() -> Result<Found> {
      const auto found = parcels.find(shipment.reference);
      if (found == parcels.end() || found->second.is_cancelled) return Found();
      ::shipping::Tracking tracking{found->second.number, found->second.events};
      tracking.brought_back_at = found->second.brought_back_at;
      if (tracking.brought_back_at) tracking.problem = "carrier.brought_back: nobody in";
      return Found(std::move(tracking));
    });
  }

  void happens(const std::string& reference, ::shipping::Sighting sighting, Timestamp at) {
    Parcel& parcel = parcels.at(reference);
    parcel.events.push_back({parcel.leg, sighting, at, "a note"});
    parcel.brought_back_at.reset();
  }
  /// Nobody took it: it is at the shop again.
  void bring_back(const std::string& reference, Timestamp at) {
    happens(reference, ::shipping::Sighting::OnItsWay, at);
    parcels.at(reference).brought_back_at = at;
  }
  /// What was sent late is done now.
  void arrive_late() {
    for (auto& act : late_) act();
    late_.clear();
  }

 private:
  template <class T, class Act>
  Result<T> with_trouble(Act act) {
    const auto found = troubles.find(calls++);
    const auto trouble = found == troubles.end() ? std::optional<Trouble>() : found->second;
    if (is_unreachable || trouble == Trouble::Unreachable) {
      return fail(ErrorCode::Unavailable, "carrier.unreachable", "nobody there");
    }
    if (trouble == Trouble::DieBefore) throw ProcessDied("before a call");
    if (trouble == Trouble::Late) late_.emplace_back([act] { (void)act().has_value(); });
    if (during) during();
    Result<T> answer = trouble == Trouble::Late ? lost<T>() : act();
    if (trouble == Trouble::DieAfter) throw ProcessDied("after a call");
    if (trouble == Trouble::AnswerLost) return lost<T>();
    return answer;
  }

  template <class T>
  static Result<T> lost() {
    return fail(ErrorCode::DeadlineExceeded, "carrier.no_answer", "no answer in time");
  }

  const std::string name_;
  int numbers_ = 0;
  std::vector<std::function<void()>> late_;
};

}  // namespace banyan::contract

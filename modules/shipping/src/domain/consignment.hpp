// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "banyan/kernel/result.hpp"
#include "shipping/carrier.hpp"
#include "shipping/events.hpp"

namespace shipping {

/// What has to be asked of the carrier for a consignment as it is now.
enum class Errand : std::uint8_t { Book, Cancel, Track, BookReturn, TrackReturn };
std::string_view to_string(Errand errand);

/// Something that has happened to a consignment, for others.
using Fact = std::variant<ConsignmentBooked, ConsignmentDispatched, ConsignmentBroughtBack,
                          ConsignmentSentOutAgain, ConsignmentDelivered, ConsignmentReturned,
                          ConsignmentCancelled>;

/// A consignment as a state machine:
///
///     (nothing) ─ paid ─▶ Ordered ─▶ Booked ─▶ InTransit ─▶ Delivered ─▶ Returning ─▶ Returned
///         │                  │         │           └──── brought back, return announced ──▲
///         │                  └─────────┴─▶ Cancelled
///         └─ cancelled ────────────────────────▲
///
/// What the carrier has brought back on its way out is here: its return has no way to go.
/// Everything else is refused by name and changes nothing; asking for what is so already changes
/// nothing either. What the carrier may know of is cancelled only when it has agreed: until then
/// the consignment goes on, `cancelling`.
class Consignment {
 public:
  struct Data {
    OrderId order;
    std::optional<CustomerId> customer;
    ConsignmentState state = ConsignmentState::Ordered;
    bool asked = false;       ///< the carrier may know of it: it was asked to book
    bool cancelling = false;  ///< the carrier has yet to agree
    bool return_asked = false;
    std::optional<std::string> number;
    std::optional<std::string> return_number;
    std::vector<TrackingEvent> tracking;  ///< in the order of their time, each once
    std::optional<banyan::Timestamp> paid_at;
    banyan::Timestamp changed_at;
    // The names of the carriers that have it, or may: who was asked to book it and has not refused.
    std::optional<std::string> carrier{};
    std::optional<std::string> return_carrier{};
    /// When the carrier was last asked to book the outbound leg, if not all such requests have been
    /// answered: one of them may arrive yet.
    std::optional<banyan::Timestamp> unanswered_at{};
    /// That it was taxed for, and goes to; nothing where nobody has said.
    std::optional<std::string> country{};
    /// Since when it is here again because nobody took it, by the carrier's clock; nothing: it is
    /// not, or it was sent out again. Counts while it is InTransit, and says why it is Returned.
    std::optional<banyan::Timestamp> brought_back_at{};
    friend bool operator==(const Data&, const Data&) = default;
  };

  /// It is paid.
  static Consignment begin(OrderId order, CustomerId customer, banyan::Timestamp paid_at,
                           banyan::Timestamp now, std::optional<std::string> country = {});
  /// Given up before it was paid, so that it never begins.
  static Consignment never(OrderId order, banyan::Timestamp now);
  static Consignment stored(Data data) { return Consignment(std::move(data)); }

  /// Cancelled at once when the carrier cannot know of it, else `cancelling`.
  /// "shipping.already_dispatched".
  banyan::Result<void> cancel(banyan::Timestamp now);
  /// The customer does not keep it. What was brought back is returned at once, the rest has a way
  /// to go. "shipping.not_delivered".
  banyan::Result<void> announce_return(banyan::Timestamp now);

  /// The carrier has called about it. When it was cancelled, a request to book that was thought
  /// lost may have come in late: the carrier is told once more.
  void heard_of();

  /// Nothing when there is nothing to ask.
  std::optional<Errand> errand() const;
  /// Written down before the carrier of that name is asked to book: from now on it may know of it.
  void about_to_book(const std::string& carrier, banyan::Timestamp now);
  /// Of the first and only request to book a leg: the carrier has answered it.
  void booking_answered(Leg leg);
  /// The same, and it has refused, or the request was never sent: it does not have it.
  void booking_refused(Leg leg);
  /// Whom to ask about that leg; nothing: nobody has it, or a version before has asked.
  const std::optional<std::string>& carrier_of(Leg leg) const {
    return leg == Leg::Outbound ? data_.carrier : data_.return_carrier;
  }
  const std::optional<std::string>& number_of(Leg leg) const {
    return leg == Leg::Outbound ? data_.number : data_.return_number;
  }
  /// From now on that leg is with that carrier, if it is with nobody yet.
  void is_with(Leg leg, const std::string& carrier);

  // What the carrier has said. "shipping.illegal_transition" for what cannot be.

  /// On which leg follows from the state: on the way back from Returning on.
  banyan::Result<void> booked(std::string number, banyan::Timestamp now);
  /// It will not be collected. While a request to book may still be under way (`longest`: how long
  /// one can be), the carrier is asked again: what arrives later was not cancelled by this.
  banyan::Result<void> cancel_agreed(banyan::Timestamp now, std::chrono::microseconds longest);
  /// It was collected before.
  void cancel_refused() { data_.cancelling = false; }
  /// Goes on as far as the carrier says, over all states in between. What was known already, and
  /// what has been overtaken, changes nothing. True when something was new.
  bool learn(const std::vector<TrackingEvent>& events, banyan::Timestamp now);
  /// The last that the carrier did on the way out was to bring it back, then; nothing: it was not.
  /// Changes nothing but while it is on its way. True when it was brought back once more: it was
  /// out since the last time that was known.
  bool brought_back(std::optional<banyan::Timestamp> at, banyan::Timestamp now);
  /// What was brought back has left the shop once more; by a way that this carrier does not tell
  /// of, when somebody says so.
  void sent_out_again(banyan::Timestamp now);
  /// Is what is said of that leg past, whatever it is?
  bool is_past(Leg leg) const;

  const Data& data() const { return data_; }
  /// What has happened since it was made or read, in its order.
  const std::vector<Fact>& facts() const { return facts_; }

 private:
  explicit Consignment(Data data) : data_(std::move(data)) {}
  void become(ConsignmentState next, banyan::Timestamp now);

  Data data_;
  std::vector<Fact> facts_;
};

/// What a carrier calls the outbound leg of an order, or its way back.
std::string reference_of(const OrderId& order, Leg leg);

}  // namespace shipping

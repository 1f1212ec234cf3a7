// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/paging.hpp"
#include "banyan/kernel/port.hpp"
#include "shipping/ids.hpp"

/// What is on its way to customers, and back. Nobody asks for a consignment: it begins when the
/// order is paid (payments.payment_captured).
namespace shipping {

/// The life of a consignment: ordered, booked with the carrier, in transit, delivered, and for what
/// the customer sends back returning and returned. `Cancelled` is remembered for good, also for an
/// order that was never paid, so that a payment that is heard of late ships nothing.
enum class ConsignmentState : std::uint8_t {
  Ordered,
  Booked,
  InTransit,
  Delivered,
  Returning,
  Returned,
  Cancelled
};
BOOST_DESCRIBE_ENUM(ConsignmentState, Ordered, Booked, InTransit, Delivered, Returning, Returned,
                    Cancelled)

/// To the customer, or back to the shop.
enum class Leg : std::uint8_t { Outbound, Return };
BOOST_DESCRIBE_ENUM(Leg, Outbound, Return)

/// What a carrier says about a parcel, in the shop's words.
enum class Sighting : std::uint8_t {
  Announced,  ///< the carrier knows of it
  Collected,  ///< the carrier has it
  OnItsWay,   ///< somewhere between
  Delayed,    ///< it will take longer
  Delivered   ///< at the end of its leg
};
BOOST_DESCRIBE_ENUM(Sighting, Announced, Collected, OnItsWay, Delayed, Delivered)

struct TrackingEvent {
  Leg leg = Leg::Outbound;
  Sighting sighting = Sighting::Announced;
  banyan::Timestamp at;
  std::string note;  ///< the carrier's own words, for people
  friend auto operator<=>(const TrackingEvent&, const TrackingEvent&) = default;
};
BOOST_DESCRIBE_STRUCT(TrackingEvent, (), (leg, sighting, at, note))

/// Somebody has seen to what was wrong with a consignment.
struct ProblemSeenTo {
  std::string by;
  std::string why;
  banyan::Timestamp at;
  friend bool operator==(const ProblemSeenTo&, const ProblemSeenTo&) = default;
};
BOOST_DESCRIBE_STRUCT(ProblemSeenTo, (), (by, why, at))

struct ConsignmentDetails {
  OrderId order;
  std::optional<CustomerId> customer;  ///< absent when it was cancelled before it was ever paid
  ConsignmentState state = ConsignmentState::Ordered;
  std::optional<std::string> tracking_number;         ///< from Booked on
  std::optional<std::string> return_tracking_number;  ///< of a return that the carrier knows of
  std::optional<std::string> problem;   ///< why the carrier has not done yet what it should do
  std::vector<TrackingEvent> tracking;  ///< in the order of their time
  std::optional<banyan::Timestamp> paid_at;
  banyan::Timestamp changed_at;  ///< when it came into its state
  /// Since when it is at the shop again because nobody took it; absent when it is not, or when
  /// somebody has seen to it: then it was sent out again.
  std::optional<banyan::Timestamp> brought_back_at{};
  /// Until the problem is over; only where it is noted. It is about those who work here, and this
  /// is what customers read: see GetProblem.
  std::optional<ProblemSeenTo> seen_to{};
  friend bool operator==(const ConsignmentDetails&, const ConsignmentDetails&) = default;
};
BOOST_DESCRIBE_STRUCT(ConsignmentDetails, (),
                      (order, customer, state, tracking_number, return_tracking_number, problem,
                       tracking, paid_at, changed_at, brought_back_at, seen_to))

/// What is wrong with a consignment, for those who work here.
struct ConsignmentProblem {
  OrderId order;
  std::optional<std::string> problem;      ///< absent when nothing is known to be wrong
  std::optional<banyan::Timestamp> since;  ///< without a break; absent where it is not known
  std::optional<ProblemSeenTo> seen_to;    ///< until the problem is over
  friend bool operator==(const ConsignmentProblem&, const ConsignmentProblem&) = default;
};
BOOST_DESCRIBE_STRUCT(ConsignmentProblem, (), (order, problem, since, seen_to))

struct OverdueConsignment {
  OrderId order;
  CustomerId customer;
  banyan::Timestamp paid_at;
  std::optional<std::string> problem;
  friend bool operator==(const OverdueConsignment&, const OverdueConsignment&) = default;
};
BOOST_DESCRIBE_STRUCT(OverdueConsignment, (), (order, customer, paid_at, problem))

struct OverduePage {
  std::vector<OverdueConsignment> consignments;  ///< the longest paid first
  std::optional<std::string> next_cursor;        ///< absent on the last page
};
BOOST_DESCRIBE_STRUCT(OverduePage, (), (consignments, next_cursor))

struct GetConsignment {
  OrderId order;

  using Response = ConsignmentDetails;
  static constexpr banyan::Operation operation{
      .name = "get_consignment",
      .effect = banyan::Effect::Read,
      .errors = banyan::errors("shipping.unknown_consignment"),
      .summary = "Where what was ordered is.",
      .precondition = "the order was paid or given up"};
};
BOOST_DESCRIBE_STRUCT(GetConsignment, (), (order))

inline constexpr banyan::PageBounds kPage{.usual = 50, .most = 200};
inline constexpr std::int64_t kUsuallyOverdueAfterHours = 24;
inline constexpr std::int64_t kReturnOverdueAfterHours = 7 * 24;
inline constexpr std::int64_t kMostHoursOverdue = 8'760;  ///< a year

struct ListOverdueConsignments {
  std::optional<std::int64_t> hours;  ///< 0 … 8,760, else 24
  std::optional<std::string> cursor;  ///< `next_cursor` of the page before
  std::optional<std::int64_t> limit;  ///< 1 … 200, else 50

  using Response = OverduePage;
  static constexpr std::array limits{
      banyan::Limit{
          .field = "hours", .min = 0, .max = kMostHoursOverdue, .usual = kUsuallyOverdueAfterHours},
      banyan::page_limit(kPage)};
  static constexpr banyan::Operation operation{
      .name = "list_overdue_consignments",
      .effect = banyan::Effect::Read,
      .errors = banyan::errors("shipping.bad_cursor", "shipping.bad_limit"),
      .summary =
          "What waits for somebody: not booked with a carrier so many hours after it was paid, "
          "with a"
          " problem for as long, or on its way back for more than a week; and nobody has seen to"
          " it."};
};
BOOST_DESCRIBE_STRUCT(ListOverdueConsignments, (), (hours, cursor, limit))

struct GetProblem {
  OrderId order;

  using Response = ConsignmentProblem;
  static constexpr banyan::Operation operation{
      .name = "get_problem",
      .effect = banyan::Effect::Read,
      .errors = banyan::errors("shipping.unknown_consignment"),
      .summary = "What is wrong with a consignment, since when, and who has seen to it.",
      .precondition = "there is a consignment"};
};
BOOST_DESCRIBE_STRUCT(GetProblem, (), (order))

struct SeeToProblem {
  OrderId order;
  std::string by;   ///< who: a line of 1 … 200 bytes
  std::string why;  ///< why nothing is left to do: as long

  using Response = ConsignmentDetails;
  static constexpr banyan::Operation operation{
      .name = "see_to_problem",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("shipping.unknown_consignment", "shipping.bad_note"),
      .summary =
          "Notes who has seen to what is wrong with a consignment, and why nothing is left to do:"
          " it is listed as overdue no more, until something else is wrong with it. Whoever was"
          " first is remembered. What was brought back counts as sent out again from then on.",
      .precondition = "there is a consignment",
      .postcondition =
          "it is not listed as overdue for what is wrong with it now, and not at the shop"};
};
BOOST_DESCRIBE_STRUCT(SeeToProblem, (), (order, by, why))

struct CancelConsignment {
  OrderId order;

  using Response = ConsignmentDetails;
  static constexpr banyan::Operation operation{
      .name = "cancel_consignment",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("shipping.already_dispatched", "shipping.carrier_unreachable",
                               "shipping.other_carrier"),
      .summary = "Nothing is sent for the order, now or later, also when it is paid only then.",
      .precondition = "the carrier has not collected it",
      .postcondition = "the consignment is cancelled for good, and the carrier has agreed to it",
      .audience = banyan::Audience::Internal};
};
BOOST_DESCRIBE_STRUCT(CancelConsignment, (), (order))

struct AnnounceReturn {
  OrderId order;

  using Response = ConsignmentDetails;
  static constexpr banyan::Operation operation{
      .name = "announce_return",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("shipping.unknown_consignment", "shipping.not_delivered",
                               "shipping.carrier_unreachable", "shipping.other_carrier"),
      .summary =
          "The customer does not keep it: a carrier is asked to fetch it, unless the carrier has"
          " brought it back already, and says so once more.",
      .precondition =
          "it was delivered, or brought back on its way out and not sent out again since",
      .postcondition =
          "the consignment is returning, or returned already, as what was brought back is at once",
      .audience = banyan::Audience::Internal};
};
BOOST_DESCRIBE_STRUCT(AnnounceReturn, (), (order))

struct RefreshTracking {
  OrderId order;

  using Response = ConsignmentDetails;
  static constexpr banyan::Operation operation{
      .name = "refresh_tracking",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("shipping.unknown_consignment"),
      .summary =
          "The carrier has news: what its callbacks come to. Nothing that they say is believed but"
          " the order's name; the carrier is asked in the background.",
      .precondition = "there is a consignment",
      .postcondition = "the carrier is asked where it is before long",
      .audience = banyan::Audience::Internal};
};
BOOST_DESCRIBE_STRUCT(RefreshTracking, (), (order))

struct Shipping : banyan::Port<GetConsignment, ListOverdueConsignments, GetProblem, SeeToProblem,
                               CancelConsignment, AnnounceReturn, RefreshTracking> {
  static constexpr banyan::PortInfo port{
      .name = "shipping", .version = {1, 2}, .summary = "Consignments and their tracking"};
};

}  // namespace shipping

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>
#include <string>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/event.hpp"
#include "shipping/port.hpp"

/// What shipping tells others. When several happened at once (a carrier speaks rarely), each is
/// told, in their order.
namespace shipping {

struct ConsignmentBooked {
  OrderId order;
  std::string tracking_number;
  banyan::Timestamp booked_at;
  static constexpr banyan::EventInfo event{.name = "consignment_booked",
                                           .version = 1,
                                           .summary = "A carrier will collect it.",
                                           .key = "order"};
};
BOOST_DESCRIBE_STRUCT(ConsignmentBooked, (), (order, tracking_number, booked_at))

struct ConsignmentDispatched {
  OrderId order;
  banyan::Timestamp dispatched_at;  ///< by the carrier's clock
  static constexpr banyan::EventInfo event{.name = "consignment_dispatched",
                                           .version = 1,
                                           .summary = "The carrier has it.",
                                           .key = "order"};
};
BOOST_DESCRIBE_STRUCT(ConsignmentDispatched, (), (order, dispatched_at))

struct ConsignmentBroughtBack {
  OrderId order;
  banyan::Timestamp brought_back_at;  ///< by the carrier's clock
  static constexpr banyan::EventInfo event{
      .name = "consignment_brought_back",
      .version = 1,
      .summary = "Nobody took it: the shop has it, until it is sent out once more.",
      .key = "order"};
};
BOOST_DESCRIBE_STRUCT(ConsignmentBroughtBack, (), (order, brought_back_at))

struct ConsignmentSentOutAgain {
  OrderId order;
  banyan::Timestamp noticed_at;  ///< carriers do not say when
  static constexpr banyan::EventInfo event{
      .name = "consignment_sent_out_again",
      .version = 1,
      .summary = "What was brought back is on its way to the customer once more.",
      .key = "order"};
};
BOOST_DESCRIBE_STRUCT(ConsignmentSentOutAgain, (), (order, noticed_at))

struct ConsignmentDelivered {
  OrderId order;
  banyan::Timestamp delivered_at;  ///< by the carrier's clock
  static constexpr banyan::EventInfo event{.name = "consignment_delivered",
                                           .version = 1,
                                           .summary = "The customer has it.",
                                           .key = "order"};
};
BOOST_DESCRIBE_STRUCT(ConsignmentDelivered, (), (order, delivered_at))

struct ConsignmentReturned {
  OrderId order;
  banyan::Timestamp returned_at;  ///< by the carrier's clock
  static constexpr banyan::EventInfo event{.name = "consignment_returned",
                                           .version = 1,
                                           .summary = "The shop has it back.",
                                           .key = "order"};
};
BOOST_DESCRIBE_STRUCT(ConsignmentReturned, (), (order, returned_at))

struct ConsignmentCancelled {
  OrderId order;
  banyan::Timestamp cancelled_at;
  static constexpr banyan::EventInfo event{.name = "consignment_cancelled",
                                           .version = 1,
                                           .summary = "Nothing is sent for the order, ever.",
                                           .key = "order"};
};
BOOST_DESCRIBE_STRUCT(ConsignmentCancelled, (), (order, cancelled_at))

using Published = banyan::Events<ConsignmentBooked, ConsignmentDispatched, ConsignmentBroughtBack,
                                 ConsignmentSentOutAgain, ConsignmentDelivered, ConsignmentReturned,
                                 ConsignmentCancelled>;

}  // namespace shipping

// SPDX-License-Identifier: Apache-2.0
// What is answered, over the wire, while the work on an order goes on: 202, where to look how far
// it is, and when.
#include <gtest/gtest.h>

#include "banyan/binding/loopback_transport.hpp"
#include "banyan/binding/operation_table.hpp"
#include "contract/matchers.hpp"
#include "saga_world.hpp"

namespace orders::testing {
namespace {

using Binding = banyan::binding::PortBinding<Orders>;
using banyan::http::Response;

class Accepted : public ::testing::Test {
 protected:
  Response ask(const std::string& method, const std::string& target) {
    banyan::http::Request request;
    request.head.method = method;
    request.head.target = target;
    return wire_.exchange(std::move(request), world_.context(), banyan::binding::Repeat::Safe)
        .value();
  }
  Response cancel() { return ask("DELETE", place_); }
  Response send_back() { return ask("PUT", place_ + "/return"); }
  Response resume() { return ask("PUT", place_ + "/resumption"); }

  void expect_goes_on(const Response& answer) const {
    EXPECT_EQ(answer.head.status, 202U) << answer.body;
    EXPECT_EQ(answer.head.fields.find("Location"), place_);
    EXPECT_EQ(answer.head.fields.find("Retry-After"), "1");
  }
  static void expect_over(const Response& answer) {
    EXPECT_EQ(answer.head.status, 200U) << answer.body;
    EXPECT_FALSE(answer.head.fields.contains("Location"));
    EXPECT_FALSE(answer.head.fields.contains("Retry-After"));
  }
  /// At the place that an answer of 202 names, as a client of the port reads it.
  OrderDetails look() { return remote_->handle(GetOrder{id_}, world_.context()).value(); }

  void place() {
    id_ = world_.place("key").value().id;
    place_ = "/orders/" + id_.str();
  }

  SagaWorld world_{false};
  OrderId id_;
  std::string place_;

 private:
  banyan::binding::OperationTable table_{
      Binding::bind(world_.port(), banyan::no_observer(), world_.clock)};
  banyan::binding::LoopbackTransport wire_{table_, world_.clock, world_.random};

 protected:
  std::unique_ptr<Orders> remote_ =
      Binding::remote(wire_, banyan::no_observer(), "rehearsal", world_.clock);
};

TEST_F(Accepted, IsNoCancellationThatIsOverAtOnce) {
  place();
  expect_over(cancel());
  EXPECT_EQ(look().state, OrderState::Cancelled);
  expect_over(cancel());
}

TEST_F(Accepted, IsACancellationWhileSomebodyIsAway) {
  place();
  world_.troubles.unreachable = "shipping";
  expect_goes_on(cancel());
  EXPECT_EQ(look().fulfilment, Fulfilment::Cancelling);

  // It is a success for clients of the port as well.
  const auto again = remote_->handle(CancelOrder{id_}, world_.context());
  ASSERT_THAT(again, Succeeds());
  EXPECT_EQ(again->fulfilment, Fulfilment::Cancelling);

  world_.troubles.unreachable = "";
  world_.run_to_the_end();
  expect_over(cancel());
  EXPECT_EQ(look().state, OrderState::Cancelled);
}

TEST_F(Accepted, IsAReturnUntilTheParcelIsBack) {
  place();
  world_.deliver(id_);
  expect_goes_on(send_back());
  EXPECT_EQ(look().fulfilment, Fulfilment::Returning);
  expect_goes_on(send_back());

  world_.parcel(id_) = shipping::ConsignmentState::Returned;
  EXPECT_EQ(world_.hear_returned(id_).kind(), banyan::EventAnswer::Kind::Done);
  world_.run_to_the_end();
  expect_over(send_back());
  EXPECT_EQ(look().state, OrderState::Returned);
}

TEST_F(Accepted, IsNoReturnOfWhatIsHereAgain) {
  place();
  world_.bring_back(id_);
  expect_over(send_back());
  EXPECT_EQ(look().state, OrderState::Returned);
}

TEST_F(Accepted, IsTheResumptionOfAnOrderThatIsNotAtItsEndByThat) {
  world_.troubles.always_broken = true;
  place();
  world_.run_to_the_end();
  EXPECT_EQ(look().fulfilment, Fulfilment::Stuck);
  world_.troubles.always_broken = false;

  world_.troubles.unreachable = "warehouse";
  expect_goes_on(resume());
  EXPECT_EQ(look().fulfilment, Fulfilment::InProgress);

  world_.troubles.unreachable = "";
  world_.run_to_the_end();
  expect_over(resume());
  EXPECT_EQ(look().state, OrderState::Paid);
}

TEST_F(Accepted, IsNothingThatIsRefused) {
  place();
  world_.deliver(id_);
  const Response late = cancel();
  EXPECT_EQ(late.head.status, 422U) << late.body;
  EXPECT_FALSE(late.head.fields.contains("Location"));
}

}  // namespace
}  // namespace orders::testing

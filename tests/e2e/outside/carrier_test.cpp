// SPDX-License-Identifier: Apache-2.0
// The real carrier (a simulator in a process of its own) and its anti-corruption layer: whatever
// the carrier does, its books and the shop's agree in the end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "banyan/http/client.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "contract/matchers.hpp"
#include "contract/port_under_test.hpp"
#include "contract/shipping/shipping_world.hpp"
#include "outside/parcel_carrier.hpp"
#include "support/becomes_true.hpp"
#include "support/child_process.hpp"

namespace recordshop {
namespace {

using banyan::system_clock;
using banyan::contract::any_context;
using banyan::contract::Keeping;
using banyan::contract::ShippingWorld;
using banyan::test::becomes_true;
using nlohmann::json;
using shipping::Leg;
using shipping::OrderId;
using shipping::Sighting;
using std::chrono::milliseconds;
using testing::HasSubstr;
using enum shipping::ConsignmentState;

OrderId new_order() { return OrderId::make(system_clock().now(), banyan::system_random()); }

const customers::Address kBerlin{"Zo\xC3\xAB <Vogel> & Co",
                                 "Kanalstra\xC3\x9F"
                                 "e 7",
                                 "10999", "Berlin", "DE"};

/// parcel-carrier, which moves parcels only when it is told to.
class Simulator {
 public:
  explicit Simulator(std::vector<std::string> options = {}) {
    const auto ready = folder_.path() / "ready";
    options.insert(options.begin(), BANYAN_BIN "/parcel-carrier");
    options.insert(options.end(),
                   {"--port", "0", "--uplift-after", "-1", "--ready-file", ready.string()});
    process_.emplace(options, folder_.path() / "log");
    const std::string port = banyan::test::await_file(ready, *process_);
    if (port.empty()) throw std::runtime_error("parcel-carrier did not start");
    endpoint_ = {"127.0.0.1", static_cast<std::uint16_t>(std::stoi(port))};
    client_ = std::make_unique<banyan::http::Client>(endpoint_);
  }

  const banyan::http::Endpoint& endpoint() const { return endpoint_; }
  banyan::http::Response get(const std::string& target) {
    banyan::http::Request request;
    request.head.method = "GET";
    request.head.target = target;
    auto answer = client_->exchange(request, system_clock().steady() + std::chrono::seconds(20));
    if (!answer) throw std::runtime_error(answer.error().message);
    return std::move(*answer);
  }
  void behave(const std::string& query) {
    const auto answer = get("/control?" + query);
    ASSERT_EQ(answer.head.status, 200U) << answer.body;
  }
  void move(const OrderId& order, const std::string& step, Leg leg = Leg::Outbound) {
    const std::string reference = order.str() + (leg == Leg::Return ? ":return" : "");
    const auto answer = get("/move?ref=" + parcels::ref_of(reference) + "&step=" + step);
    ASSERT_EQ(answer.head.status, 200U) << answer.body;
  }
  /// By our references as the carrier has them, all that ever were.
  std::multimap<std::string, json> books() {
    std::multimap<std::string, json> all;
    const json read = json::parse(get("/books").body);
    for (const json& row : read["parcels"]) {
      all.emplace(row["ref"].get<std::string>(), row);
    }
    return all;
  }
  std::unique_ptr<shipping::Carrier> carrier(milliseconds attempt_time = milliseconds(3'000),
                                             const std::string& pin = "0000") {
    return parcels::make_parcel_carrier({.endpoint = endpoint_,
                                         .path = "/ws/CargoConnect",
                                         .account = {"40017", pin},
                                         .attempt_time = attempt_time},
                                        system_clock());
  }
  int stop() { return process_->stop(); }

 private:
  banyan::test::TemporaryFolder folder_;
  std::optional<banyan::test::ChildProcess> process_;
  banyan::http::Endpoint endpoint_;
  std::unique_ptr<banyan::http::Client> client_;
};

class ParcelCarrier : public testing::Test {
 protected:
  banyan::Result<std::string> book(Leg leg = Leg::Outbound,
                                   const customers::Address& to = kBerlin) {
    const std::string reference = order_.str() + (leg == Leg::Return ? ":return" : "");
    return carrier_->book({reference, leg, to, 1}, any_context());
  }
  banyan::Result<std::optional<shipping::Tracking>> track() {
    return carrier_->track({order_.str(), {}}, any_context());
  }
  banyan::Result<void> cancel() { return carrier_->cancel({order_.str(), {}}, any_context()); }

  const OrderId order_ = new_order();
  Simulator simulator_;
  std::unique_ptr<shipping::Carrier> carrier_ = simulator_.carrier();
};

TEST_F(ParcelCarrier, BooksEachReferenceOnceAndSaysTheSameNumber) {
  const auto first = book();
  const auto again = book();
  const auto back = book(Leg::Return);

  ASSERT_THAT(first, Succeeds());
  ASSERT_THAT(again, Succeeds());
  ASSERT_THAT(back, Succeeds());
  EXPECT_EQ(*first, *again);
  EXPECT_NE(*first, *back);
  const auto books = simulator_.books();
  EXPECT_EQ(books.size(), 2U);
  EXPECT_EQ(books.find(parcels::ref_of(order_.str()))->second["consignee"], kBerlin.recipient);
}

TEST_F(ParcelCarrier, TellsInTheShopsWordsWhatTheCarrierTellsInProse) {
  ASSERT_THAT(book(), Succeeds());
  simulator_.behave("duplicate=100");
  for (const char* step : {"uplifted", "depot", "delayed", "delivered"}) {
    simulator_.move(order_, step);
  }
  const auto before = system_clock().now();
  const auto tracking = track();

  ASSERT_THAT(tracking, Succeeds());
  ASSERT_TRUE(*tracking);
  std::vector<Sighting> seen;
  for (const auto& event : (*tracking)->events) {
    seen.push_back(event.sighting);
    // To the second, in UTC.
    EXPECT_NEAR(static_cast<double>(event.at.micros), static_cast<double>(before.micros), 30e6);
  }
  std::ranges::sort(seen);
  EXPECT_EQ(seen, (std::vector{Sighting::Announced, Sighting::Collected, Sighting::OnItsWay,
                               Sighting::Delayed, Sighting::Delivered}));
  const auto depot = std::ranges::find((*tracking)->events, Sighting::OnItsWay,
                                       [](const auto& event) { return event.sighting; });
  EXPECT_THAT(depot->note, HasSubstr("L\xC3\x9C"
                                     "BECK"));
}

TEST_F(ParcelCarrier, CancelsUntilItIsCollectedAndForgets) {
  EXPECT_THAT(cancel(), Succeeds());
  ASSERT_THAT(book(), Succeeds());
  EXPECT_THAT(cancel(), Succeeds());
  EXPECT_THAT(cancel(), Succeeds());
  const auto tracking = track();
  ASSERT_THAT(tracking, Succeeds());
  EXPECT_FALSE(*tracking);

  ASSERT_THAT(book(), Succeeds());
  simulator_.move(order_, "uplifted");
  EXPECT_THAT(cancel(), BreaksRule("carrier.collected"));
}

TEST_F(ParcelCarrier, SaysWhatTheCarrierDoesNotCarry) {
  customers::Address address = kBerlin;
  address.country = "AQ";
  const auto refused = book(Leg::Outbound, address);
  ASSERT_THAT(refused, BreaksRule("carrier.refused"));
  EXPECT_EQ(refused.error().code, banyan::ErrorCode::InvalidArgument);
  EXPECT_THAT(refused.error().message, HasSubstr("NO SERVICE TO COUNTRY AQ"));
}

TEST_F(ParcelCarrier, IsNotThereWhileItIsOutOfOrderWhateverTheStatus) {
  simulator_.behave("outage=1");
  for (int i = 0; i < 8; ++i) {
    const auto asked = track();
    ASSERT_FALSE(asked);
    EXPECT_EQ(asked.error().code, banyan::ErrorCode::Unavailable) << asked.error().message;
  }
}

TEST_F(ParcelCarrier, SaysWhatIsWrongWithThePin) {
  const auto wrong = simulator_.carrier(milliseconds(3'000), "1234");
  const auto asked = wrong->track({order_.str(), {}}, any_context());
  ASSERT_THAT(asked, BreaksRule("carrier.misunderstood"));
  EXPECT_THAT(asked.error().message, HasSubstr("PIN"));
}

/// Shipping in this process, the carrier in another one. Our clock stands still until the test
/// moves it; the carrier's does not.
class ParcelsOfTheShop : public testing::Test {
 protected:
  void pay(const OrderId& order) {
    EXPECT_EQ(world_.pay(order).kind(), banyan::EventAnswer::Kind::Done);
  }
  bool settles(const OrderId& order, shipping::ConsignmentState state) {
    return becomes_true([&] {
      world_.clock.advance(world_.policy.tracking_interval);
      world_.background();
      return world_.state(order) == state;
    });
  }
  std::string ref(const OrderId& order) { return parcels::ref_of(order.str()); }

  const OrderId order_ = new_order();
  Simulator simulator_;
  std::unique_ptr<shipping::Carrier> carrier_ = simulator_.carrier(milliseconds(150));
  ShippingWorld world_{Keeping::Memory, {}, carrier_.get()};
};

TEST_F(ParcelsOfTheShop, AreBookedOnceThoughEveryAnswerIsLost) {
  simulator_.behave("lose_answers=100");
  pay(order_);
  world_.background_for_long();
  EXPECT_EQ(world_.state(order_), Ordered);
  EXPECT_EQ(simulator_.books().count(ref(order_)), 1U);

  simulator_.behave("lose_answers=0");
  EXPECT_TRUE(settles(order_, Booked));
  const auto books = simulator_.books();
  EXPECT_EQ(books.count(ref(order_)), 1U);
  EXPECT_EQ(books.find(ref(order_))->second["asked"], 1);
}

TEST_F(ParcelsOfTheShop, AreBookedOnceThoughTheCarrierIsSlowerThanAnybodyWaits) {
  simulator_.behave("slow=400");
  pay(order_);
  world_.background();
  EXPECT_EQ(world_.state(order_), Ordered);
  simulator_.behave("slow=0");

  EXPECT_TRUE(settles(order_, Booked));
  ASSERT_TRUE(becomes_true([&] { return simulator_.books().count(ref(order_)) == 1; }));
}

TEST_F(ParcelsOfTheShop, GoToTheDoorAndBackWhateverOrderItIsToldIn) {
  simulator_.behave("duplicate=50");
  pay(order_);
  ASSERT_TRUE(settles(order_, Booked));
  simulator_.move(order_, "uplifted");
  ASSERT_TRUE(settles(order_, InTransit));
  simulator_.move(order_, "depot");
  simulator_.move(order_, "delivered");
  ASSERT_TRUE(settles(order_, Delivered));
  ASSERT_THAT(world_.announce_return(order_), Succeeds());
  ASSERT_TRUE(becomes_true([&] {
    world_.clock.advance(world_.policy.tracking_interval);
    world_.background();
    return world_.get(order_).return_tracking_number.has_value();
  }));
  simulator_.move(order_, "uplifted", Leg::Return);
  simulator_.move(order_, "delivered", Leg::Return);
  EXPECT_TRUE(settles(order_, Returned));
}

TEST_F(ParcelsOfTheShop, WaitForAnOutageToEndAndNoneIsLost) {
  simulator_.behave("outage=1");
  std::vector<OrderId> orders;
  for (int i = 0; i < 8; ++i) pay(orders.emplace_back(new_order()));
  world_.background_for_long();
  EXPECT_TRUE(simulator_.books().empty());

  simulator_.behave("outage=0");
  for (const OrderId& order : orders) EXPECT_TRUE(settles(order, Booked));
  EXPECT_EQ(simulator_.books().size(), orders.size());
}

TEST(CarrierPushes, AreNewsOfWhateverTheySayAndOfNoneButOurs) {
  ShippingWorld world(Keeping::Memory);
  const OrderId order = ShippingWorld::order(1);
  const auto endpoint = parcels::pushes(world.port());
  EXPECT_EQ(world.pay(order).kind(), banyan::EventAnswer::Kind::Done);
  world.background();
  world.collected(order);
  const auto push = [&](const std::string& body) {
    banyan::http::Request request;
    request.body = body;
    return endpoint.answer(request, world.context());
  };

  // It lies; the carrier is asked.
  const auto noted = push(
      "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><TrackNotify"
      " xmlns=\"urn:overland:push:1\" ref=\"" +
      parcels::ref_of(order.str()) +
      "\" when=\"29/11/26 14:05:07\">HANDED OVER TO NEIGHBOUR</TrackNotify>");
  world.background();
  EXPECT_EQ(noted.head.status, 200U);
  EXPECT_EQ(noted.body, "ACK");
  EXPECT_EQ(world.state(order), InTransit);

  for (const std::string body : {"", "ACK?", "<TrackNotify ref=\"x\"/>", "<!DOCTYPE a []><a/>",
                                 "<TrackNotify xmlns=\"urn:overland:push:1\" "
                                 "ref=\"0123456789abcdef0123456789abcdef-O\"/>"}) {
    EXPECT_EQ(push(body).body, "ACK") << body;
  }
}

TEST(ParcelCarrierSimulator, KeepsItsBooksInAFileAndSaysHowItIsUsed) {
  const banyan::test::TemporaryFolder folder;
  const std::string file = (folder.path() / "books.db").string();
  const OrderId order = new_order();
  {
    Simulator simulator({"--books", file});
    ASSERT_THAT(simulator.carrier()->book({order.str(), Leg::Outbound, kBerlin, 1}, any_context()),
                Succeeds());
    EXPECT_EQ(simulator.get("/control?slow=-1").head.status, 400U);
    EXPECT_EQ(simulator.get("/control?mood=1").head.status, 400U);
    EXPECT_EQ(simulator.get("/move?ref=x&step=uplifted").head.status, 404U);
    EXPECT_EQ(simulator.stop(), 0);
  }
  Simulator again({"--books", file});
  EXPECT_EQ(again.books().size(), 1U);

  const auto help = banyan::test::run_program({BANYAN_BIN "/parcel-carrier", "--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.output, HasSubstr("/control"));
}

}  // namespace
}  // namespace recordshop

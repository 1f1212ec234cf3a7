// SPDX-License-Identifier: Apache-2.0
// The running shop and a carrier in a process of its own: a consignment follows a captured payment,
// by the event alone, and what the carrier pushes moves it on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "banyan/http/client.hpp"
#include "banyan/kernel/id.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "support/becomes_true.hpp"
#include "support/child_process.hpp"

namespace recordshop {
namespace {

using banyan::system_clock;
using banyan::test::becomes_true;
using nlohmann::json;

/// A program that says by a file which port it has.
class Program {
 public:
  Program(const std::string& name, std::vector<std::string> options) {
    const auto ready = folder_.path() / "ready";
    options.insert(options.begin(), BANYAN_BIN "/" + name);
    options.insert(options.end(), {"--ready-file", ready.string()});
    process_.emplace(options, folder_.path() / "log");
    const std::string port = banyan::test::await_file(ready, *process_);
    if (port.empty()) throw std::runtime_error(name + " did not start");
    at_ = {"127.0.0.1", static_cast<std::uint16_t>(std::stoi(port))};
    client_ = std::make_unique<banyan::http::Client>(at_);
  }

  std::string url() const { return "http://" + to_string(at_); }
  banyan::http::Response send(const std::string& method, const std::string& target,
                              const json& body = {}) {
    banyan::http::Request request;
    request.head.method = method;
    request.head.target = target;
    request.head.fields.add("Idempotency-Key", "key-" + std::to_string(++keys_));
    if (!body.is_null()) {
      request.head.fields.add("Content-Type", "application/json");
      request.body = body.dump();
    }
    auto answer = client_->exchange(request, system_clock().steady() + std::chrono::seconds(20));
    if (!answer) throw std::runtime_error(answer.error().message);
    return std::move(*answer);
  }
  json ok(const std::string& method, const std::string& target, const json& body = {}) {
    const auto answer = send(method, target, body);
    EXPECT_LT(answer.head.status, 300U) << method << ' ' << target << '\n' << answer.body;
    return json::parse(answer.body, nullptr, false);
  }

 private:
  banyan::test::TemporaryFolder folder_;
  std::optional<banyan::test::ChildProcess> process_;
  banyan::http::Endpoint at_;
  std::unique_ptr<banyan::http::Client> client_;
  int keys_ = 0;
};

class ShippedOrder : public testing::Test {
 protected:
  void SetUp() override {
    (void)carrier_.send(
        "GET", "/control?push=" + shop_.url() + "/callbacks/shipping&duplicate=50&disorder=200");
  }

  /// The id of an order that is paid.
  std::string pay() {
    const std::string order =
        "ord_" + banyan::make_uuid7(system_clock().now(), banyan::system_random());
    const json customer = shop_.ok("POST", "/customers",
                                   {{"name", "Ada Vogel"},
                                    {"email", order + "@example.org"},
                                    {"address",
                                     {{"recipient", "Ada Vogel"},
                                      {"street", "Kanalstr. 7"},
                                      {"postal_code", "10999"},
                                      {"city", "Berlin"},
                                      {"country", "DE"}}}});
    shop_.ok("POST", "/payments",
             {{"order", order},
              {"customer", customer.at("id")},
              {"amount", {{"minor_units", 1'299}, {"currency", "EUR"}}},
              {"method", "account"}});
    shop_.ok("PUT", "/payments/" + order + "/capture", json::object());
    return order;
  }
  std::string state(const std::string& order) {
    const auto answer = shop_.send("GET", "/consignments/" + order);
    if (answer.head.status != 200) return std::to_string(answer.head.status);
    return json::parse(answer.body).at("state");
  }
  bool becomes(const std::string& order, const std::string& wanted) {
    return becomes_true([&] { return state(order) == wanted; });
  }
  /// The problem that it is listed with as overdue; nothing when it is not listed.
  std::optional<std::string> overdue(const std::string& order) {
    const json page = shop_.ok("GET", "/overdue-consignments?hours=0");
    for (const json& each : page.at("consignments")) {
      if (each.at("order") == order) return each.value("problem", std::string());
    }
    return std::nullopt;
  }
  void move(const std::string& order, const std::string& step) {
    EXPECT_EQ(carrier_.send("GET", "/move?ref=" + order.substr(4) + "-O&step=" + step).head.status,
              200U);
  }

  banyan::test::TemporaryFolder folder_;
  Program carrier_{"parcel-carrier", {"--port", "0", "--uplift-after", "-1"}};
  Program shop_{
      "recordshop",
      {"--internal", "--listen", "127.0.0.1:0", "--loops", "1", "--database",
       (folder_.path() / "shop.db").string(), "--carrier", carrier_.url() + "/ws/CargoConnect"}};
};

TEST_F(ShippedOrder, FollowsItsPaymentAndTheCarrier) {
  const std::string order = pay();
  ASSERT_TRUE(becomes(order, "booked")) << state(order);
  move(order, "uplifted");
  // Long before anybody would ask by himself.
  EXPECT_TRUE(becomes(order, "in_transit")) << state(order);
  move(order, "delivered");
  EXPECT_TRUE(becomes(order, "delivered")) << state(order);
}

TEST_F(ShippedOrder, ThatNobodyTookCanBeReturned) {
  const std::string order = pay();
  ASSERT_TRUE(becomes(order, "booked")) << state(order);
  move(order, "uplifted");
  ASSERT_TRUE(becomes(order, "in_transit")) << state(order);
  const std::string its_return = "/consignments/" + order + "/return";
  EXPECT_EQ(shop_.send("PUT", its_return, json::object()).head.status, 422U);

  move(order, "undeliverable");
  ASSERT_TRUE(becomes_true([&] { return overdue(order).has_value(); }));
  EXPECT_THAT(overdue(order).value_or(""), testing::HasSubstr("return the order"));
  EXPECT_EQ(shop_.ok("PUT", its_return, json::object()).at("state"), "returned");
  EXPECT_EQ(overdue(order), std::nullopt);
}

TEST_F(ShippedOrder, ThatSomebodyHasSentOutByAnotherWayIsOverdueNoMoreAndNotAtTheShop) {
  const std::string order = pay();
  ASSERT_TRUE(becomes(order, "booked")) << state(order);
  move(order, "uplifted");
  ASSERT_TRUE(becomes(order, "in_transit")) << state(order);
  move(order, "undeliverable");
  ASSERT_TRUE(becomes_true([&] { return overdue(order).has_value(); }));
  shop_.ok("PUT", "/overdue-consignments/" + order + "/seen",
           {{"by", "ada"}, {"why", "a messenger has taken it along"}});
  EXPECT_EQ(overdue(order), std::nullopt);
  EXPECT_EQ(shop_.ok("GET", "/overdue-consignments/" + order).at("seen_to").at("by"), "ada");
  EXPECT_FALSE(shop_.ok("GET", "/consignments/" + order).contains("seen_to"))
      << "that is what customers read";
  EXPECT_EQ(shop_.send("PUT", "/consignments/" + order + "/return", json::object()).head.status,
            422U);
}

TEST_F(ShippedOrder, WaitsForTheCarrierAndIsNotLost) {
  (void)carrier_.send("GET", "/control?outage=1");
  const std::string order = pay();
  ASSERT_TRUE(becomes(order, "ordered")) << state(order);
  const json overdue = shop_.ok("GET", "/overdue-consignments?hours=0");
  EXPECT_EQ(overdue.at("consignments").at(0).at("order"), order);

  (void)carrier_.send("GET", "/control?outage=0");
  EXPECT_TRUE(becomes(order, "booked")) << state(order);
}

}  // namespace
}  // namespace recordshop

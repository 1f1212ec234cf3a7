// SPDX-License-Identifier: Apache-2.0
// The whole shop and a payment provider in a process of its own: an outage parks orders and loses
// none, and in the end the provider's books and the orders agree.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "card_simulator.hpp"

namespace recordshop::parked {
namespace {

using nlohmann::json;

class ParkedOrders : public testing::Test {
 protected:
  static std::string filled(const std::filesystem::path& file) {
    const auto ran = banyan::test::run_program(
        {BANYAN_BIN "/recordshop-data", "generate", "--tracks", "20", "--database", file.string()});
    if (ran.exit_code != 0) throw std::runtime_error(ran.output);
    return file.string();
  }
  json ask(const std::string& method, const std::string& target, const json& body = {}) {
    banyan::http::Fields fields;
    fields.add("Idempotency-Key", "key-" + std::to_string(++keys_));
    if (!body.is_null()) fields.add("Content-Type", "application/json");
    const auto answer = shop_.send(method, target, body.is_null() ? "" : body.dump(), fields);
    EXPECT_LT(answer.head.status, 300U) << method << ' ' << target << '\n' << answer.body;
    return json::parse(answer.body, nullptr, false);
  }
  json order(const std::string& method) const {
    return {{"customer", customer_},
            {"lines", {{{"track", track_}, {"quantity", 1}}}},
            {"payment_method", method}};
  }
  std::string a_track_with_many_copies() {
    const json page = ask("GET", "/stock");
    for (const json& stock : page.at("stock")) {
      if (stock.at("available") >= 10) return stock.at("track");
    }
    throw std::runtime_error("no track has ten copies");
  }
  void is_paid_by_a_slow_provider() {
    provider_.behave("slow=1800");
    const json placed = ask("POST", "/orders", order("card:tok_visa"));
    EXPECT_TRUE(card::becomes_true([&] {
      const std::string now = state(placed["id"]);
      return now != "placed" && now != "reserved";
    }));
    EXPECT_THAT(state(placed["id"]), testing::AnyOf("paid", "shipped", "delivered"));
    EXPECT_EQ(provider_.transactions().at(placed["id"]).at("state"), "C");
  }
  std::string state(const std::string& order) { return ask("GET", "/orders/" + order)["state"]; }

  using Words = std::vector<std::string>;
  /// What a shop is started with that asks for the money itself.
  static Words asks(card::Simulator& provider) {
    return {"--payment-provider", "http://" + to_string(provider.endpoint()) + "/gw/xml"};
  }
  ParkedOrders() : ParkedOrders([this] { return asks(provider_); }) {}
  explicit ParkedOrders(const std::function<Words()>& more)
      : shop_("recordshop",
              with({"--database", filled(folder_.path() / "shop.db"), "--loops", "1"}, more())) {}
  static Words with(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  banyan::test::TemporaryFolder folder_;
  card::Simulator provider_;
  std::unique_ptr<card::Started> service_;  ///< of payments, where that is elsewhere
  card::Started shop_;
  int keys_ = 0;
  const std::string track_ = a_track_with_many_copies();
  const std::string customer_ = ask("POST", "/customers",
                                    {{"name", "Ada Vogel"},
                                     {"email", "parked@example.org"},
                                     {"address",
                                      {{"recipient", "Ada Vogel"},
                                       {"street", "Kanalstr. 7"},
                                       {"postal_code", "10999"},
                                       {"city", "Berlin"},
                                       {"country", "DE"}}}})["id"];
};

TEST_F(ParkedOrders, GoOnWhenTheProviderIsBackAndAreAllPaidOnce) {
  provider_.behave("notify=http://" + to_string(shop_.endpoint()) +
                   "/callbacks/payments&outage=on");
  std::map<std::string, std::int64_t> orders;
  for (int i = 0; i < 6; ++i) {
    const json placed = ask("POST", "/orders", order("card:tok_visa"));
    orders[placed["id"]] = placed["total"]["minor_units"];
  }
  ASSERT_EQ(orders.size(), 6U);
  // The provider was asked, and nobody is told no.
  ASSERT_TRUE(card::becomes_true([&] {
    return std::ranges::any_of(orders, [&](const auto& each) {
      const auto payment = shop_.send("GET", "/payments/" + each.first);
      return payment.body.find("\"requested\"") != std::string::npos;
    });
  }));
  for (const auto& [order, total] : orders) {
    EXPECT_THAT(state(order), testing::AnyOf("placed", "reserved"));
  }

  provider_.behave("outage=off&slow=5&lose_answers=20&duplicate=50&disorder=100");
  for (const auto& [order, total] : orders) {
    EXPECT_TRUE(card::becomes_true([&] {
      const std::string now = state(order);
      return now != "placed" && now != "reserved";
    })) << order;
    EXPECT_THAT(state(order), testing::AnyOf("paid", "shipped", "delivered"));
  }
  const auto books = provider_.transactions();
  EXPECT_EQ(books.size(), orders.size());
  for (const auto& [order, total] : orders) {
    ASSERT_TRUE(books.contains(order));
    EXPECT_EQ(books.at(order).at("state"), "C");
    EXPECT_EQ(books.at(order).at("minor"), total);
  }
}

// Nobody is told of anything unasked, so its answers have to be waited for.
TEST_F(ParkedOrders, AreNoneWithAProviderThatIsOnlySlow) { is_paid_by_a_slow_provider(); }

/// The same shop, and payments is a service of its own.
class ParkedOrdersOfTwoProcesses : public ParkedOrders {
 protected:
  ParkedOrdersOfTwoProcesses()
      : ParkedOrders([this]() -> Words {
          service_ = std::make_unique<card::Started>(
              "recordshop-payments",
              with({"--internal", "--database", (folder_.path() / "payments.db").string(),
                    "--loops", "1"},
                   asks(provider_)));
          return {"--modules", "catalog,customers,warehouse,shipping,orders", "--at",
                  "payments=" + to_string(service_->endpoint())};
        }) {}
};

TEST_F(ParkedOrdersOfTwoProcesses, AreNoneWithAProviderThatIsOnlySlow) {
  is_paid_by_a_slow_provider();
}

TEST_F(ParkedOrders, AreNoneWhereTheBankSaysNo) {
  banyan::http::Fields fields;
  fields.add("Idempotency-Key", "no-money");
  fields.add("Content-Type", "application/json");
  const auto refused = shop_.send("POST", "/orders", order("card:tok_poor").dump(), fields);
  EXPECT_EQ(refused.head.status, 422U) << refused.body;
  EXPECT_THAT(refused.body, testing::HasSubstr("orders.payment_declined"));
  for (const auto& [reference, transaction] : provider_.transactions()) {
    EXPECT_EQ(transaction.at("state"), "D");
  }
}

}  // namespace
}  // namespace recordshop::parked

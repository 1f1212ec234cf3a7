// SPDX-License-Identifier: Apache-2.0
// The shop is started with another party than the one that has the money: it gives nothing back
// that it has not asked for there, and forgets none of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "card_simulator.hpp"

namespace recordshop::other_party {
namespace {

using card::becomes_true;
using nlohmann::json;
using testing::HasSubstr;

class OtherParty : public testing::Test {
 protected:
  OtherParty() {
    const auto ran = banyan::test::run_program(
        {BANYAN_BIN "/recordshop-data", "generate", "--tracks", "20", "--database", database_});
    if (ran.exit_code != 0) throw std::runtime_error(ran.output);
  }

  /// In place of the process before, on the same database.
  void start(bool with_provider) {
    if (shop_) shop_->stop();
    shop_.reset();
    std::vector<std::string> options{"--database", database_, "--loops", "1"};
    if (with_provider) {
      options.insert(options.end(), {"--payment-provider",
                                     "http://" + to_string(provider_.endpoint()) + "/gw/xml"});
    }
    shop_.emplace("recordshop", options);
  }
  banyan::http::Response ask(const std::string& method, const std::string& target,
                             const json& body = {}) {
    banyan::http::Fields fields;
    fields.add("Idempotency-Key", "key-" + std::to_string(++keys_));
    if (!body.is_null()) fields.add("Content-Type", "application/json");
    return shop_->send(method, target, body.is_null() ? "" : body.dump(), fields);
  }
  json document(const std::string& target) {
    return json::parse(ask("GET", target).body, nullptr, false);
  }
  std::string state(const std::string& order) {
    return document("/orders/" + order).value("state", "");
  }
  /// Paid by card at the provider.
  std::string buy() {
    const json page = document("/stock");
    std::string track;
    for (const json& stock : page.at("stock")) {
      if (stock.at("available") >= 10) track = stock.at("track");
    }
    const json customer = json::parse(ask("POST", "/customers",
                                          {{"name", "Ada Vogel"},
                                           {"email", "other@example.org"},
                                           {"address",
                                            {{"recipient", "Ada Vogel"},
                                             {"street", "Kanalstr. 7"},
                                             {"postal_code", "10999"},
                                             {"city", "Berlin"},
                                             {"country", "DE"}}}})
                                          .body);
    const json placed = json::parse(ask("POST", "/orders",
                                        {{"customer", customer.at("id")},
                                         {"lines", {{{"track", track}, {"quantity", 1}}}},
                                         {"payment_method", "card:tok_visa"}})
                                        .body);
    return placed.at("id");
  }
  /// "" while the provider has given nothing back.
  std::string credits(const std::string& order) {
    const json all = provider_.transactions().at(order).at("credits");
    return all.empty() ? "" : all.dump();
  }

  banyan::test::TemporaryFolder folder_;
  const std::string database_ = (folder_.path() / "shop.db").string();
  card::Simulator provider_;
  std::optional<card::Started> shop_;
  int keys_ = 0;
};

TEST_F(OtherParty, GivesNothingBackThatItDoesNotHaveAndTheFirstOneDoes) {
  start(true);
  const std::string order = buy();
  ASSERT_TRUE(becomes_true([&] { return state(order) == "paid"; })) << state(order);
  const std::int64_t total = document("/orders/" + order).at("total").at("minor_units");

  // Somebody forgets the option.
  start(false);
  const auto accepted = ask("DELETE", "/orders/" + order);
  EXPECT_EQ(accepted.head.status, 202U) << accepted.body;
  EXPECT_EQ(accepted.head.fields.find("Location"), "/orders/" + order);
  ASSERT_TRUE(becomes_true([&] {
    return ask("GET", "/health/ready").body.find("which this process does not reach") !=
           std::string::npos;
  })) << "the refund is asked for, and nobody here is who has the money";
  EXPECT_EQ(state(order), "paid") << "nothing was given back";
  EXPECT_EQ(document("/payments/" + order).at("refunded"), 0);
  EXPECT_EQ(credits(order), "");

  // And remembers it.
  start(true);
  EXPECT_TRUE(becomes_true([&] {
    // Whether the saga is on its way or stuck by now, it goes on.
    ask("PUT", "/orders/" + order + "/resumption");
    return state(order) == "cancelled";
  })) << state(order);
  EXPECT_EQ(document("/payments/" + order).at("state"), "refunded");
  EXPECT_EQ(document("/payments/" + order).at("refunded"), total);
  EXPECT_THAT(credits(order), HasSubstr(std::to_string(total)));
}

}  // namespace
}  // namespace recordshop::other_party

// SPDX-License-Identifier: Apache-2.0
// A person at `banyan sagas` and the pages of operators, the whole shop, and a payment provider
// that is out: what is ordered about a saga is done, and what makes no sense is refused with what
// does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "card_simulator.hpp"

namespace recordshop::operated {
namespace {

using banyan::test::Ran;
using nlohmann::json;
using testing::HasSubstr;

class OperatedSagas : public testing::Test {
 protected:
  static std::string filled(const std::filesystem::path& file) {
    const auto ran = banyan::test::run_program(
        {BANYAN_BIN "/recordshop-data", "generate", "--tracks", "20", "--database", file.string()});
    if (ran.exit_code != 0) throw std::runtime_error(ran.output);
    return file.string();
  }
  void SetUp() override {
    provider_.behave("outage=on");
    order_ = place();
    ASSERT_TRUE(card::becomes_true([&] { return saga().value("blocked_on", "") == "payments"; }));
  }

  std::string place() {
    std::string track;
    const json on_the_shelves = json::parse(shop_.send("GET", "/stock").body);
    for (const json& stock : on_the_shelves.at("stock")) {
      if (stock.at("available") >= 10) track = stock.at("track");
    }
    banyan::http::Fields fields;
    fields.add("Content-Type", "application/json");
    fields.add("Idempotency-Key", "the-order");
    const json order{{"customer", "cus_00000000000070008000000000000001"},
                     {"lines", {{{"track", track}, {"quantity", 1}}}},
                     {"payment_method", "card:tok_visa"}};
    const auto placed = shop_.send("POST", "/orders", order.dump(), fields);
    EXPECT_EQ(placed.head.status, 202U) << placed.body;
    return json::parse(placed.body).at("id");
  }
  Ran banyan(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {BANYAN_BIN "/banyan", "sagas"});
    arguments.insert(arguments.end(), {"--url", "http://" + to_string(shop_.endpoint())});
    return banyan::test::run_program(arguments);
  }
  /// The one about the order.
  json saga() {
    const json all = json::parse(shop_.send("GET", "/_banyan/api/sagas").body);
    for (const json& each : all.at("modules").at(0).at("sagas")) {
      if (each.at("subject") == order_) return each;
    }
    return {};
  }
  std::string id() { return saga().at("id"); }
  /// What an order about the saga is answered.
  std::pair<unsigned, std::string> order(const std::string& verb, const std::string& body,
                                         const std::string& type = "application/json") {
    banyan::http::Fields fields;
    fields.add("Content-Type", type);
    const auto answer = shop_.send("POST", "/_banyan/api/sagas/" + id() + '/' + verb, body, fields);
    return {answer.head.status, json::parse(answer.body).value("rule", "")};
  }
  std::string state() {
    return json::parse(shop_.send("GET", "/orders/" + order_).body).at("state");
  }

  banyan::test::TemporaryFolder folder_;
  card::Simulator provider_;
  card::Started shop_{
      "recordshop",
      {"--database", filled(folder_.path() / "shop.db"), "--loops", "1", "--payment-provider",
       "http://" + to_string(provider_.endpoint()) + "/gw/xml"}};
  std::string order_;
};

TEST_F(OperatedSagas, ShowThemselvesAlsoAsAPicture) {
  EXPECT_THAT(banyan({"--open"}).output, HasSubstr("payments"));
  const Ran one = banyan({id()});
  EXPECT_EQ(one.exit_code, 0);
  EXPECT_THAT(one.output, HasSubstr("waits until payments answers"));
  EXPECT_THAT(one.output, HasSubstr("possible: retry, mark, back"));
  const json picture =
      json::parse(shop_.send("GET", "/_banyan/api/sagas/" + id() + "/picture").body);
  EXPECT_THAT(picture.at("svg").get<std::string>(),
              HasSubstr("payments authorise: waits for payments"));
  EXPECT_THAT(shop_.send("GET", "/_banyan/sagas").body, HasSubstr("sagas.js"));
}

TEST_F(OperatedSagas, AreCountedAmongTheMetricsAndInHealth) {
  const auto metrics = [&] { return shop_.send("GET", "/metrics").body; };
  EXPECT_TRUE(card::becomes_true([&] {
    return metrics().find("banyan_sagas{module=\"orders\",status=\"active\"} 1\n") !=
           std::string::npos;
  })) << metrics();
  EXPECT_THAT(metrics(), HasSubstr("banyan_sagas{module=\"orders\",status=\"stuck\"} 0\n"));
  EXPECT_THAT(metrics(), HasSubstr("banyan_sagas_overdue{module=\"orders\"} 0\n"));
  EXPECT_THAT(shop_.send("GET", "/health/ready").body,
              HasSubstr("no saga is stuck or past its deadline"));
  const json listed = json::parse(shop_.send("GET", "/_banyan/api/sagas").body);
  const json counts = listed.at("modules").at(0).at("counts");
  EXPECT_EQ(counts.at("active"), 1);
  EXPECT_EQ(counts.at("stuck"), 0);
  EXPECT_GE(counts.at("all").get<int>(), 1);
}

TEST_F(OperatedSagas, TurnBackAndGiveEverythingBackOnceTheProviderAnswers) {
  const std::string saga_id = id();
  const Ran back = banyan({"back", saga_id, "--why", "the customer has called", "--who", "ann"});
  ASSERT_EQ(back.exit_code, 0) << back.output;
  EXPECT_EQ(saga().at("phase"), "back");
  EXPECT_EQ(saga().at("turned_back"), "by_operator");

  provider_.behave("outage=off");
  EXPECT_TRUE(card::becomes_true([&] { return state() == "cancelled"; })) << saga().dump(2);
  const json undone = saga();
  EXPECT_EQ(undone.at("status"), "undone");
  EXPECT_EQ(undone.at("steps").at(1).at("note"), "turned back, says ann: the customer has called");
  for (const auto& [reference, transaction] : provider_.transactions()) {
    EXPECT_EQ(transaction.at("state"), "R") << "nothing is held";
  }

  const Ran late = banyan({"back", saga_id, "--why", "again"});
  EXPECT_EQ(late.exit_code, 1);
  EXPECT_THAT(late.output, HasSubstr("it is undone"));
}

TEST_F(OperatedSagas, AreMarkedByHandAndGoOnWithoutTheProvider) {
  ASSERT_EQ(banyan({"back", id(), "--why", "out for good"}).exit_code, 0);
  const auto waits_for_the_void = [&] { return saga().at("blocked_on") == "payments"; };
  ASSERT_TRUE(card::becomes_true(waits_for_the_void));
  const Ran marked = banyan({"mark", id(), "--why", "they voided it by telephone", "--json"});
  ASSERT_EQ(marked.exit_code, 0) << marked.output;
  const json went_on = json::parse(marked.output).at("saga");
  EXPECT_EQ(went_on.at("steps").at(1).at("state"), "undone");
  EXPECT_EQ(went_on.value("problem", json()), json()) << "that of payments is over";
  EXPECT_EQ(order("mark", R"({"who":"ann","why":"clicked twice","at":"payments.void"})"),
            std::pair(422U, std::string("banyan.saga_not_possible")));
  EXPECT_TRUE(card::becomes_true([&] { return state() == "cancelled"; })) << saga().dump(2);
}

TEST_F(OperatedSagas, RefuseWhatIsNoOrder) {
  const std::string place = "/_banyan/api/sagas/" + id();
  using Answer = std::pair<unsigned, std::string>;
  const std::string good = R"({"who":"ann","why":"x"})";
  EXPECT_EQ(order("back", "{}"), Answer(400U, "banyan.invalid_request"));
  EXPECT_EQ(order("back", R"({"who":" ","why":"x"})"),
            Answer(400U, "banyan.author_or_reason_missing"));
  EXPECT_EQ(order("back", R"({"who":"ann","why":"x","force":true})"),
            Answer(400U, "banyan.invalid_request"));
  EXPECT_EQ(order("mark", good), Answer(400U, "banyan.invalid_request")) << "of which step?";
  EXPECT_EQ(order("mark", R"({"who":"ann","why":"x","at":"payments.capture"})"),
            Answer(422U, "banyan.saga_not_possible"))
      << "it is not there yet";
  EXPECT_EQ(order("back", "{"), Answer(400U, "banyan.invalid_json"));
  EXPECT_EQ(order("back", good, "text/plain"), Answer(415U, "banyan.unsupported_media_type"));
  EXPECT_EQ(order("explode", good), Answer(404U, "banyan.unknown_resource"));
  EXPECT_EQ(shop_.send("GET", place + "/back").head.status, 405U);
  EXPECT_EQ(shop_.send("GET", "/_banyan/api/sagas/ord_1").head.status, 400U);
  EXPECT_EQ(
      shop_.send("GET", "/_banyan/api/sagas/sag_00000000000070008000000000000009").head.status,
      404U);
  EXPECT_EQ(saga().at("phase"), "forward") << "nothing of this was done";
}

}  // namespace
}  // namespace recordshop::operated

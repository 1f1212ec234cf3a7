// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "banyan/http/server.hpp"
#include "load/load.hpp"

/// A part of the shop is away while people come.
namespace recordshop::load {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::StartsWith;

/// Has a record and takes orders; tells nobody what is in stock before it has taken some of them.
class ShopWithoutStock final : banyan::http::Application {
 public:
  explicit ShopWithoutStock(int orders) : orders_wanted_(orders) { server_.start(); }

  banyan::http::Endpoint endpoint() const { return {"127.0.0.1", server_.port()}; }

 private:
  void handle(std::shared_ptr<banyan::http::Exchange> exchange) override {
    exchange->collect_body(1 << 20, [this, exchange](auto body) {
      if (body) exchange->respond(answer(exchange->head()));
    });
  }

  banyan::http::Response answer(const banyan::http::RequestHead& head) {
    const auto said = [](unsigned status, std::string body) {
      banyan::http::Response response;
      response.head.status = status;
      response.body = std::move(body);
      return response;
    };
    const std::string target(head.target);
    if (target == "/openapi.json") return said(200, R"({"paths": {"/tracks": {}}})");
    if (target == "/tracks?limit=200") {
      return said(200, R"({"tracks": [{"id": "trk_1", "title": "So What"}]})");
    }
    if (target.starts_with("/stock/") && orders_ < orders_wanted_) {
      return said(503, R"({"rule": "test.away"})");
    }
    if (target == "/orders") {
      const std::string id = "ord_" + std::to_string(++orders_);
      return said(202, R"({"state": "placed", "fulfilment": "in_progress", "id": ")" + id + "\"}");
    }
    return said(200, R"({"state": "confirmed", "fulfilment": "done"})");
  }

  const int orders_wanted_;
  std::atomic<int> orders_ = 0;
  banyan::http::Server server_{{.listen = {{"127.0.0.1", 0}}, .loops = 1}, *this};
};

/// Fewer hands than people who wait.
LoadOptions a_crowd() {
  return {.sessions_per_second = 200,
          .duration = 1s,
          .think_time = 1ms,
          .patience = 60s,
          .connections = 2,
          .customers = 3,
          .run = "crowd"};
}

TEST(WhoWaitsForAnAnswer, HoldsNobodyUpWhoWantsSomethingElse) {
  ShopWithoutStock there(5);
  ShopApi shop(there.endpoint(), 2);
  Ledger ledger;
  Load load(shop, a_crowd(), ledger);
  const Totals before = load.totals();
  load.run(false, [] {});
  const Totals seen = load.totals().since(before);
  EXPECT_EQ(seen.sessions, 200U);
  EXPECT_GE(seen.acknowledged, 5U);
  EXPECT_EQ(seen.under_way, seen.acknowledged);
  const Figures all = seen.all();
  EXPECT_EQ(all.failures, 0U) << "all of them got what they wanted in the end";
  EXPECT_GT(all.repetitions, 0U);
  EXPECT_EQ(sum_of(all.troubles), all.repetitions);
  EXPECT_THAT(seen.kinds.at(Kind::Stock).troubles, ElementsAre(Pair("test.away", testing::Gt(0U))));
  ASSERT_THAT(seen.troubles, Not(IsEmpty()));
  EXPECT_THAT(seen.troubles, testing::Contains(StartsWith("stock: 503 test.away")));
  EXPECT_EQ(ledger.orders().size(), seen.acknowledged);
}

TEST(Trouble, ThatIsAnnouncedIsCountedApart) {
  ShopWithoutStock there(5);
  ShopApi shop(there.endpoint(), 2);
  Ledger ledger;
  Load load(shop, a_crowd(), ledger);
  load.announce(true);
  load.run(false, [] {});
  const Totals seen = load.totals();
  EXPECT_GT(sum_of(seen.all().announced), 0U);
  EXPECT_THAT(seen.all().troubles, IsEmpty());
  EXPECT_THAT(seen.troubles, IsEmpty());
}

TEST(Load, EndsAtOnceWhenItIsGivenUp) {
  ShopWithoutStock there(1'000'000);
  ShopApi shop(there.endpoint(), 2);
  Ledger ledger;
  LoadOptions for_ever = a_crowd();
  for_ever.duration = 24h;
  Load load(shop, for_ever, ledger);
  load.run(false, [&] { load.give_up(); });
  const Totals seen = load.totals();
  EXPECT_GT(seen.kinds.at(Kind::Stock).repetitions, 0U);
  EXPECT_LT(seen.sessions, 200U * 60) << "a minute's worth";
}

TEST(Totals, OfTwoMomentsHaveADifference) {
  Totals before;
  before.sessions = 2;
  before.refused = {{"orders.out_of_stock", 1}};
  before.failures = {"order: 500"};
  before.kinds[Kind::Order].latency.record(7ms);
  before.kinds[Kind::Order].troubles = {{"status 500", 1}};
  Totals now = before;
  EXPECT_THAT(now.since(before).kinds.at(Kind::Order).troubles, IsEmpty());
  now.sessions = 5;
  now.refused["orders.out_of_stock"] = 3;
  now.failures.emplace_back("browse: 404");
  now.kinds[Kind::Order].latency.record(3ms);
  now.kinds[Kind::Order].troubles = {{"no answer: closed", 2}, {"status 500", 1}};
  now.kinds[Kind::Browse].failures = 1;
  const Totals rest = now.since(before);
  EXPECT_EQ(rest.sessions, 3U);
  EXPECT_THAT(rest.refused, ElementsAre(Pair("orders.out_of_stock", 2)));
  EXPECT_THAT(rest.failures, ElementsAre("browse: 404"));
  EXPECT_EQ(rest.kinds.at(Kind::Order).latency.count(), 1U);
  EXPECT_THAT(rest.kinds.at(Kind::Order).troubles, ElementsAre(Pair("no answer: closed", 2)));
  EXPECT_EQ(rest.kinds.at(Kind::Browse).failures, 1U);
}

TEST(Causes, AreToldWithTheirSum) {
  EXPECT_EQ(text_of(Causes{}), "0");
  EXPECT_EQ(text_of(Causes{{"banyan.circuit_open", 3}, {"status 502", 9}}),
            "12 (3 banyan.circuit_open, 9 status 502)");
  EXPECT_EQ((Answer{0, {}, "127.0.0.1:1: no answer after 2 ms", "timeout"}.cause()),
            "no answer: timeout");
  EXPECT_EQ((Answer{502, "", {}}.cause()), "status 502");
}

TEST(Patience, AsksLaterAndLaterUntilItIsOver) {
  Patience patience(1h);
  EXPECT_EQ(patience.pause(), 20ms);
  EXPECT_EQ(patience.pause(), 40ms);
  for (int i = 0; i < 10; ++i) patience.pause();
  EXPECT_EQ(patience.pause(), 1'000ms);
  EXPECT_FALSE(Patience(0ms).pause());
}

}  // namespace
}  // namespace recordshop::load

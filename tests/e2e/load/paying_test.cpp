// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "banyan/http/server.hpp"
#include "load/load.hpp"

/// How people choose to pay, and what they make of a shop that gives no credit.
namespace recordshop::load {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

/// Has a record, and refuses orders that are paid with `refuses`, as if the credit were on hold.
class ShopWithoutCredit final : banyan::http::Application {
 public:
  explicit ShopWithoutCredit(std::string refuses, bool payments = true)
      : refuses_(std::move(refuses)), payments_(payments) {
    server_.start();
  }

  banyan::http::Endpoint endpoint() const { return {"127.0.0.1", server_.port()}; }

  /// How many orders were to be paid with what; "": they did not say.
  std::map<std::string, std::uint64_t> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  void handle(std::shared_ptr<banyan::http::Exchange> exchange) override {
    exchange->collect_body(1 << 20, [this, exchange](auto body) {
      if (body) exchange->respond(answer(exchange->head(), *body));
    });
  }

  banyan::http::Response answer(const banyan::http::RequestHead& head, const std::string& body) {
    const auto said = [](unsigned status, std::string text) {
      banyan::http::Response response;
      response.head.status = status;
      response.body = std::move(text);
      return response;
    };
    const std::string target(head.target);
    if (target == "/openapi.json") {
      return said(200, payments_ ? R"({"paths": {"/tracks": {}, "/payments/{order}": {}}})"
                                 : R"({"paths": {"/tracks": {}}})");
    }
    if (target == "/tracks?limit=200") {
      return said(200, R"({"tracks": [{"id": "trk_1", "title": "So What"}]})");
    }
    if (target == "/orders") {
      const std::string method = nlohmann::json::parse(body).value("payment_method", "");
      const std::lock_guard lock(mutex_);
      ++asked_[method];
      if (method == refuses_) return said(422, R"({"rule": "orders.customer_on_hold"})");
      return said(201, R"({"state": "paid", "fulfilment": "done", "id": "ord_)" +
                           std::to_string(++orders_) + "\"}");
    }
    return said(200, R"({"state": "paid", "fulfilment": "done"})");
  }

  const std::string refuses_;
  const bool payments_;
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t> asked_;
  int orders_ = 0;
  banyan::http::Server server_{{.listen = {{"127.0.0.1", 0}}, .loops = 1}, *this};
};

/// Everything that people have met in such a shop.
Totals visit(const ShopWithoutCredit& there, Ledger& ledger) {
  ShopApi shop(there.endpoint(), 2);
  Load load(shop,
            {.sessions_per_second = 400,
             .duration = 1s,
             .think_time = 1ms,
             .patience = 60s,
             .connections = 2,
             .customers = 3,
             .run = "crowd"},
            ledger);
  load.run(false, [] {});
  return load.totals();
}

TEST(WhoOrders, PaysByCardOrNowAndThenOnInvoiceAndTheLedgerKnows) {
  ShopWithoutCredit there("gold");
  Ledger ledger;
  const Totals seen = visit(there, ledger);
  EXPECT_EQ(seen.all().failures, 0U);
  auto asked = there.asked();
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_GT(asked["invoice"], 0U);
  EXPECT_GT(asked["card"], asked["invoice"]) << "a fifth is on invoice";
  std::map<std::string, std::uint64_t> noted;
  for (const AskedOrder& each : ledger.orders()) ++noted[each.payment_method];
  EXPECT_EQ(noted, asked);
}

TEST(WhoOrders, UnderstandsThatAnInvoiceWantsCredit) {
  ShopWithoutCredit there("invoice");
  Ledger ledger;
  const Totals seen = visit(there, ledger);
  EXPECT_EQ(seen.all().failures, 0U);
  EXPECT_THAT(seen.refused,
              ElementsAre(Pair("orders.customer_on_hold", there.asked().at("invoice"))));
}

TEST(WhoOrders, DoesNotUnderstandACardThatIsRefusedForCredit) {
  ShopWithoutCredit there("card");
  Ledger ledger;
  const Totals seen = visit(there, ledger);
  EXPECT_THAT(seen.refused, IsEmpty());
  EXPECT_EQ(seen.all().failures, there.asked().at("card"));
}

TEST(WhoOrders, SaysNothingOfPayingWhereTheShopHasNoPayments) {
  ShopWithoutCredit there("gold", false);
  Ledger ledger;
  visit(there, ledger);
  const auto asked = there.asked();
  EXPECT_THAT(asked, ElementsAre(Pair("", testing::Gt(0U))));
}

}  // namespace
}  // namespace recordshop::load

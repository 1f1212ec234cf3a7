// SPDX-License-Identifier: Apache-2.0
// A PostgreSQL database of a version before the kit's engine for sagas, made by the scripts that
// this version had, with orders in flight: it is opened, and they are ended as they were begun.
#include <gmock/gmock.h>

#include <algorithm>
#include <iterator>
#include <thread>

#include "banyan/migrations/runner.hpp"
#include "banyan/postgres/connection.hpp"
#include "catalog/module.hpp"
#include "contract/environment_under_test.hpp"
#include "contract/matchers.hpp"
#include "contract/orders/neighbours.hpp"
#include "contract/port_under_test.hpp"
#include "data/shop_database.hpp"
#include "orders/module.hpp"
#include "support/postgres_server.hpp"
#include "warehouse/module.hpp"

// Generated from migrations/.
namespace catalog {
const std::vector<banyan::migrations::Script>& migrations();
}
namespace warehouse {
const std::vector<banyan::migrations::Script>& migrations();
}
namespace orders {
const std::vector<banyan::migrations::Script>& migrations();
}

namespace banyan::contract {
namespace {

/// Up to that one, and nothing of separation/.
std::vector<migrations::Script> up_to(std::string_view last,
                                      const std::vector<migrations::Script>& all) {
  std::vector<migrations::Script> before;
  std::ranges::copy_if(all, std::back_inserter(before), [last](const migrations::Script& script) {
    return !script.name.starts_with("separation/") && script.name <= last;
  });
  return before;
}

constexpr const char* kOldTrack = "trk_01a223b78f757f99b113e7711799b001";

::orders::OrderId old_order(int number) {
  return ::orders::OrderId::parse("ord_01a223b78f757f99b113e7711799a00" + std::to_string(number))
      .value();
}

/// How that version has left the saga of an order of one copy.
struct Left {
  int number = 0;
  const char* goal = "confirm";
  const char* status = "active";
  bool reserved = false;  ///< the stock is held, and that is written down
  const char* clock = "a machine that was started anew since";
};

/// What that version has written, as its statements did.
std::string rows_of(const Left& left, std::int64_t now) {
  const std::string id = '\'' + old_order(left.number).str() + '\'';
  const std::string at = std::to_string(now);
  const std::string tomorrow = std::to_string(now + 86'400'000'000);
  const std::string key = "'saga:" + old_order(left.number).str();
  const std::string reserve = left.reserved ? "'done'" : "'pending'";
  std::string sql =
      "INSERT INTO orders VALUES (" + id + ", 'cus_01a223b78f757f99b113e7711799c001', " +
      (left.reserved ? "'reserved'" : "'placed'") + ", NULL, 129, 'EUR', " + at + ", " + at +
      ");\n" +  //
      "INSERT INTO order_lines VALUES (" + id + ", 0, '" + kOldTrack +
      "', 'River Song', 1, 129);\n" +
      "INSERT INTO order_sagas (order_id, goal, status, attempts, next_attempt_at, leased_to,"
      " leased_until, problem, correlation_id, clock_of, waits_until) VALUES (" +
      id + ", '" + left.goal + "', '" + left.status + "', 3, " + tomorrow + ", 'somebody', " +
      tomorrow + ", 'nobody there', 'correlation', '" + left.clock + "', " + tomorrow + ");\n" +
      "INSERT INTO order_saga_steps VALUES (" + id +
      ", 0, 'reserve_stock', 'release_reservation', " + key + ":reserve', " + reserve + ");\n" +  //
      "INSERT INTO order_saga_steps VALUES (" + id + ", 1, 'confirm_reservation', NULL, " + key +
      ":confirm', 'pending');\n";
  if (left.reserved) {
    sql += "UPDATE stock SET reserved = reserved + 1;\nINSERT INTO reservations VALUES (" + id +
           ", 'held', " + at + ", " + at + ");\nINSERT INTO reservation_lines VALUES (" + id +
           ", 0, '" + kOldTrack + "', 1);\n";
  }
  return sql;
}

class OldPostgres : public testing::Test {
 protected:
  OldPostgres() {
    migrations::Runner(source_, "recordshop",
                       {{"catalog", up_to("0001_create.sql", catalog::migrations())},
                        {"warehouse", up_to("0001_create.sql", ::warehouse::migrations())},
                        {"orders", up_to("0003_expand_traceparent.sql", ::orders::migrations())}},
                       system_clock())
        .apply();
    auto by_hand = postgres::Connection::open(database_.url());
    by_hand.run("SET search_path = orders, warehouse, catalog");
    by_hand.run(
        "INSERT INTO artists VALUES ('art_01a223b78f757f99b113e7711799d001', 'The Herons');\n"
        "INSERT INTO albums VALUES ('alb_01a223b78f757f99b113e7711799e001',"
        " 'art_01a223b78f757f99b113e7711799d001', 'Low Water');\n"
        "INSERT INTO tracks VALUES ('" +
        std::string(kOldTrack) +
        "', 'alb_01a223b78f757f99b113e7711799e001', 1, 'River Song', NULL, 1000, 129, 'EUR');\n"
        "INSERT INTO stock VALUES ('" +
        kOldTrack + "', 10, 0);");
    for (const Left& left : {Left{.number = 0}, Left{.number = 1, .reserved = true, .clock = ""},
                             Left{.number = 2, .goal = "cancel", .reserved = true},
                             Left{.number = 3, .status = "stuck"}}) {
      by_hand.run(rows_of(left, system_clock().now().micros));
    }
  }

  test::PostgresDatabase database_ = test::PostgresServer::shared().make_database();
  const sql::DataSource source_{sql::Engine::Postgres, {}, database_.url()};
};

TEST_F(OldPostgres, OpensAndGoesOnWithSagasThatWereInFlight) {
  recordshop::ShopDatabase shop(source_, system_clock());
  const auto modules = shop.modules();
  const auto catalog = catalog::make_catalog({}, modules.catalog, real_environment());
  const auto warehouse =
      ::warehouse::make_warehouse({*catalog}, modules.warehouse, real_environment());
  ::orders::testing::Neighbours others;
  const auto orders = ::orders::make_orders(
      {*catalog, others.customers_port, *warehouse, others.payments_port, others.shipping_port},
      modules.orders, real_environment(), {.poll_interval = std::chrono::milliseconds(2)});
  const Context patient = Context::begin(std::chrono::seconds(60), system_clock(), system_random());
  const auto settled = [&](int number) {
    using ::orders::Fulfilment;
    auto found = orders->handle(::orders::GetOrder{old_order(number)}, patient);
    while (found && found->fulfilment != Fulfilment::Done &&
           found->fulfilment != Fulfilment::Stuck && !patient.expired(system_clock())) {
      std::this_thread::yield();
      found = orders->handle(::orders::GetOrder{old_order(number)}, patient);
    }
    return found.value();
  };

  // They were begun without payments: what is sold counts as sold over the counter.
  EXPECT_EQ(settled(0).state, ::orders::OrderState::Delivered);
  EXPECT_EQ(settled(1).state, ::orders::OrderState::Delivered);
  EXPECT_EQ(settled(2).state, ::orders::OrderState::Cancelled);
  EXPECT_EQ(settled(2).cancel_reason, ::orders::CancelReason::ByCustomer);
  const ::orders::OrderDetails stuck = settled(3);
  EXPECT_EQ(stuck.fulfilment, ::orders::Fulfilment::Stuck);
  EXPECT_EQ(stuck.problem, "nobody there");
  ASSERT_THAT(orders->handle(::orders::ResumeOrder{old_order(3)}, patient), Succeeds());
  EXPECT_EQ(settled(3).state, ::orders::OrderState::Delivered);

  const auto track = ::warehouse::TrackId::parse(kOldTrack).value();
  const auto stock = warehouse->handle(::warehouse::GetStock{track}, patient);
  ASSERT_THAT(stock, Succeeds());
  EXPECT_EQ(*stock, (::warehouse::Stock{track, 7, 0, 7}));
  EXPECT_EQ(others.payments.taken(), 0);
}

}  // namespace
}  // namespace banyan::contract

// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "contract/matchers.hpp"
#include "contract/orders/names_world.hpp"
#include "contract/port_under_test.hpp"
#include "contract/sample_shop.hpp"

namespace banyan::contract {
namespace {

using ::orders::KnownName;
using ::orders::NameState;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

class NamesTest : public testing::TestWithParam<Storage> {
 protected:
  /// Orders of all customers and all tracks.
  void place_orders() {
    using enum Sample;
    for (std::uint64_t customer = 1; customer <= 8; ++customer) {
      place(customer, {kPlenty, kAlsoPlenty, kNotStocked});
    }
    place(1, {kFive, kLast});
    place(1, {kDollars});
  }
  void place(std::uint64_t customer, const std::vector<Sample>& tracks) {
    ::orders::PlaceOrder request;
    request.customer = some_customer(customer);
    for (const Sample track : tracks) request.lines.push_back({sample_shop().track(track), 1});
    // Whether there is enough of it is another matter: the order is there.
    (void)world.orders().handle(request, keyed("order-" + std::to_string(++placed))).has_value();
  }

  void rename(std::uint64_t customer, const std::string& name) {
    ASSERT_THAT(
        world.customers().handle(customers::Rename{some_customer(customer), name}, any_context()),
        Succeeds());
  }
  void retitle(Sample track, const std::string& title) {
    ASSERT_THAT(world.catalog().handle(catalog::RetitleTrack{sample_shop().track(track), title},
                                       any_context()),
                Succeeds());
  }
  void close(std::uint64_t customer) {
    ASSERT_THAT(
        world.customers().handle(customers::CloseAccount{some_customer(customer)}, any_context()),
        Succeeds());
  }
  KnownName shown(const auto& id) { return world.shown_names().at(id.str()); }
  KnownName shown_customer(std::uint64_t customer) { return shown(some_customer(customer)); }
  KnownName shown_track(Sample track) { return shown(sample_shop().track(track)); }
  ::orders::OrderPage page() {
    return world.orders().handle(::orders::ListOrders{}, any_context()).value();
  }

  NamesWorld world{GetParam()};
  int placed = 0;
};

TEST_P(NamesTest, Are_read_from_their_owners_without_being_asked_for) {
  place_orders();
  EXPECT_EQ(page().names_complete_until, std::nullopt);
  EXPECT_EQ(shown_customer(1).name, some_customer(1).str());
  EXPECT_EQ(shown_customer(1).state, NameState::NotYet);

  const Timestamp before = system_clock().now();
  const ReadModelReport report = world.await_rebuild();
  EXPECT_EQ(report.rows, 14);
  EXPECT_EQ(shown_customer(1), (KnownName{some_customer(1).str(), "Customer 1", NameState::Known}));
  EXPECT_GE(page().names_complete_until.value(), before);
  world.expect_equal_to_owners();
}

TEST_P(NamesTest, Follow_what_their_owners_change) {
  place_orders();
  world.await_rebuild();
  rename(1, "Ada King");
  retitle(kPlenty, "River Song (Remastered)");
  EXPECT_EQ(shown_customer(1).name, "Customer 1");

  world.deliver();
  EXPECT_EQ(shown_customer(1).name, "Ada King");
  EXPECT_EQ(shown_track(kPlenty).name, "River Song (Remastered)");
  world.expect_equal_to_owners();
}

TEST_P(NamesTest, Of_whoever_opens_an_account_are_known_when_the_event_has_come) {
  world.await_rebuild();
  const auto opened = world.customers().handle(
      customers::OpenAccount{"Grace", "grace@example.org",
                             customers::Address{"Grace", "Ring 2", "10115", "Berlin", "DE"},
                             std::nullopt},
      keyed("grace"));
  ASSERT_THAT(opened, Succeeds());
  ASSERT_THAT(world.orders().handle(
                  ::orders::PlaceOrder{opened->id, {{sample_shop().track(kPlenty), 1}}, {}},
                  keyed("an order")),
              Succeeds());
  EXPECT_EQ(shown(opened->id).state, NameState::NotYet);
  world.deliver();
  EXPECT_EQ(shown(opened->id).name, "Grace");
}

// Personal data: what is gone at its owner is gone here.
TEST_P(NamesTest, Of_whoever_leaves_are_forgotten) {
  place_orders();
  world.await_rebuild();
  close(3);
  world.deliver();
  const std::string id = some_customer(3).str();
  EXPECT_EQ(shown_customer(3), (KnownName{id, id, NameState::Gone}));
  // Read again, too.
  world.rebuild();
  EXPECT_EQ(shown_customer(3), (KnownName{id, id, NameState::Gone}));
}

TEST_P(NamesTest, Are_shown_when_their_owners_are_away) {
  place_orders();
  world.await_rebuild();
  const auto known_until = page().names_complete_until;
  world.set_owners_away(true);
  rename(1, "Ada King");
  const auto orders = page();
  EXPECT_EQ(orders.names_complete_until, known_until);
  EXPECT_EQ(shown_customer(1).name, "Customer 1");
}

TEST_P(NamesTest, Are_complete_until_the_last_time_when_nothing_was_left) {
  world.await_rebuild();
  place(1, {kPlenty});
  const auto then = page().names_complete_until;
  // Nothing happens, and somebody looks: so much is known.
  world.deliver();
  EXPECT_GT(page().names_complete_until, then);
}

TEST_P(NamesTest, Of_a_list_are_those_of_its_first_tracks) {
  place(1, {kPlenty, kAlsoPlenty, kFive, kLast});
  world.await_rebuild();
  const auto orders = page().orders;
  const auto& names = orders.front().names.value();
  EXPECT_EQ(names.customer.name, "Customer 1");
  EXPECT_EQ(names.tracks.size(), 3U);
  EXPECT_EQ(names.more_tracks, 1);
  EXPECT_EQ(names.tracks[0].name, sample_shop().tracks[kPlenty].title);
}

TEST_P(NamesTest, Of_a_customers_list_are_the_same) {
  place_orders();
  world.await_rebuild();
  const auto orders = world.orders().handle(
      ::orders::ListOrders{.customer = some_customer(1), .cursor = {}, .limit = 2}, any_context());
  ASSERT_THAT(orders, Succeeds());
  ASSERT_EQ(orders->orders.size(), 2U);
  for (const auto& order : orders->orders) EXPECT_EQ(order.names->customer.name, "Customer 1");
}

TEST_P(NamesTest, Are_the_same_after_a_rebuild) {
  place_orders();
  world.await_rebuild();
  rename(2, "Bertha");
  const auto report = world.rebuild();
  EXPECT_EQ(report.asked, (Asked{"somebody", "a test"}));
  EXPECT_EQ(report.rows, 14);
  world.expect_equal_to_owners();
}

// The pages are read while the world goes on: what is read early is old, what comes by event is
// new, and some of it has been read already and some has not.
TEST_P(NamesTest, Are_right_after_a_rebuild_during_which_they_change) {
  place_orders();
  world.await_rebuild();
  std::atomic<int> page_number = 0;
  world.set_before_page([&] {
    const int number = ++page_number;
    const std::uint64_t open = number <= 4 ? 8 : 7;
    for (std::uint64_t customer = 1; customer <= open; ++customer) {
      rename(customer, "Name " + std::to_string(number) + " of " + std::to_string(customer));
    }
    retitle(kPlenty, "Title " + std::to_string(number));
    retitle(kDollars, "Dollars " + std::to_string(number));
    if (number == 4) close(8);
    // Some of the events come at once, and some when all has been read.
    if (number % 2 == 0) world.deliver();
  });
  world.rebuild();
  EXPECT_GE(page_number.load(), 7);
  world.set_before_page({});
  world.deliver();
  world.expect_equal_to_owners();
}

TEST_P(NamesTest, Are_served_from_the_old_copy_until_the_new_one_is_whole) {
  place_orders();
  world.await_rebuild();
  std::atomic<int> wrong = 0;
  world.set_before_page([&] {
    for (const auto& [id, name] : world.shown_names()) wrong += name.state != NameState::Known;
  });
  world.rebuild();
  EXPECT_EQ(wrong.load(), 0);
}

TEST_P(NamesTest, That_are_being_read_give_way_to_those_of_another_rebuild) {
  place_orders();
  world.await_rebuild();
  std::atomic<int> pages = 0;
  world.set_before_page([&] {
    if (++pages == 2) {
      ASSERT_THAT(world.orders().rebuild_read_model({"another", "a better reason"}, any_context()),
                  Succeeds());
    }
  });
  ASSERT_THAT(world.orders().rebuild_read_model({"somebody", "a reason"}, any_context()),
              Succeeds());
  const ReadModelReport report = world.await_rebuild();
  EXPECT_EQ(report.served, 3);
  EXPECT_EQ(report.asked->who, "another");
  world.expect_equal_to_owners();
}

TEST_P(NamesTest, Are_read_on_when_an_owner_that_was_away_is_back) {
  place_orders();
  world.await_rebuild();
  world.set_owners_away(true);
  ASSERT_THAT(world.orders().rebuild_read_model({"somebody", "a reason"}, any_context()),
              Succeeds());
  ReadModelReport report;
  do {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    report = world.orders().read_model(any_context());
  } while (!report.problem);
  EXPECT_THAT(*report.problem, HasSubstr("catalog does not answer"));
  EXPECT_EQ(shown_customer(1).name, "Customer 1");
  world.set_owners_away(false);
  report = world.await_rebuild();
  EXPECT_EQ(report.problem, std::nullopt);
  EXPECT_EQ(report.served, report.rebuilt);
}

TEST_P(NamesTest, Are_not_read_before_it_is_known_that_changes_come) {
  place_orders();
  ASSERT_THAT(world.orders().rebuild_read_model({"somebody", "a reason"}, any_context()),
              Succeeds());
  EXPECT_THAT(world.orders().read_model(any_context()).problem.value(),
              HasSubstr("waits until the events of catalog come here"));
  EXPECT_EQ(world.orders().read_model(any_context()).rows, 0);
  world.await_rebuild();
  world.expect_equal_to_owners();
}

TEST_P(NamesTest, Are_not_said_to_be_complete_by_anybody_who_owns_none) {
  world.await_rebuild();
  const auto refused =
      world.orders().read_model_complete("payments", system_clock().now(), any_context());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(refused.error().message, HasSubstr("keeps no names of 'payments'"));
  for (const ReadModelSource& source : world.orders().read_model(any_context()).sources) {
    EXPECT_THAT(source.module, testing::AnyOf("catalog", "customers"));
  }
}

// Trap: whoever says so has a clock that is ahead, and for years the names would be called fresh.
TEST_P(NamesTest, Are_never_complete_until_a_time_that_is_to_come) {
  place_orders();
  world.await_rebuild();
  constexpr std::int64_t kYear = 31'536'000'000'000;
  for (const char* const source : {"catalog", "customers"}) {
    ASSERT_THAT(world.orders().read_model_complete(source, {system_clock().now().micros + kYear},
                                                   any_context()),
                Succeeds());
  }
  const auto until = page().names_complete_until;
  EXPECT_LE(until.value(), system_clock().now());
  world.deliver();
  EXPECT_GE(page().names_complete_until, until);
}

// Everything at once, by itself, on threads.
TEST_P(NamesTest, Are_right_after_rebuilds_under_load) {
  place_orders();
  world.await_rebuild();
  world.start_delivering();
  std::atomic<bool> stop = false;
  std::vector<std::jthread> busy;
  for (std::uint64_t who = 0; who < 3; ++who) {
    busy.emplace_back([&, who] {
      for (int i = 0; !stop; ++i) {
        rename(1 + (static_cast<std::uint64_t>(i) + who) % 8, "Name " + std::to_string(i));
        retitle(static_cast<Sample>((static_cast<std::uint64_t>(i) + who) % 6),
                "Title " + std::to_string(i));
      }
    });
  }
  std::atomic<int> wrong = 0;
  busy.emplace_back([&] {
    while (!stop) {
      for (const auto& [id, name] : world.shown_names()) wrong += name.state != NameState::Known;
    }
  });
  for (int round = 0; round < 4; ++round) world.rebuild();
  stop = true;
  busy.clear();
  world.rebuild();
  EXPECT_EQ(wrong.load(), 0);
  // Whatever was under way has come when nothing is left.
  const Timestamp now = system_clock().now();
  while (page().names_complete_until.value() < now) world.deliver();
  world.expect_equal_to_owners();
}

// In memory nothing outlives the module.
class NamesOnTablesTest : public NamesTest {};

TEST_P(NamesOnTablesTest, Are_read_on_by_the_next_process) {
  place_orders();
  world.await_rebuild();
  ASSERT_THAT(world.orders().rebuild_read_model({"somebody", "a reason"}, any_context()),
              Succeeds());
  world.restart_orders();
  rename(4, "Dora");
  const ReadModelReport report = world.await_rebuild();
  EXPECT_EQ(report.served, 2);
  EXPECT_EQ(report.asked->why, "a reason");
  world.deliver();
  world.expect_equal_to_owners();
}

INSTANTIATE_TEST_SUITE_P(OnEach, NamesTest,
                         testing::Values(Storage::Memory, Storage::Sqlite, Storage::Postgres),
                         testing::PrintToStringParamName());
INSTANTIATE_TEST_SUITE_P(OnEach, NamesOnTablesTest,
                         testing::Values(Storage::Sqlite, Storage::Postgres),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace banyan::contract

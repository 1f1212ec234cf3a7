// SPDX-License-Identifier: Apache-2.0
// Who is woken by what, and that nobody needs to look for it.
#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <thread>

#include "banyan/postgres/connection.hpp"
#include "support/becomes_true.hpp"
#include "unit/events/events_world.hpp"

namespace banyan::events {
namespace {

using namespace std::chrono_literals;
using test::becomes_true;
using test::EventsWorld;
using test::Seen;
using testing::ElementsAre;

constexpr auto kPatience = 60s;

/// A relay that looks by itself once an hour.
RelayOptions sleepy() {
  auto options = EventsWorld::quick();
  options.poll = std::chrono::hours(1);
  return options;
}

class WakingTest : public testing::TestWithParam<test::Storage> {
 protected:
  /// How often the lighthouse was asked.
  void count_handled() {
    world_.set_mood([this](const lamps::LampLit&, const EventContext&) {
      ++handled_;
      return std::optional<EventAnswer>();
    });
  }

  EventsWorld world_{GetParam()};
  std::atomic<int> handled_ = 0;
};

TEST_P(WakingTest, A_stop_ends_while_wake_ups_storm_in) {
  const auto relay = world_.relay("relay", sleepy());
  world_.publisher().on_published(relay->bell());
  relay->start();
  std::atomic<bool> ending = false;
  std::vector<std::future<void>> storm;
  for (int i = 0; i < 2; ++i) {
    storm.push_back(std::async(std::launch::async, [&, bell = relay->bell()] {
      while (!ending) bell();
    }));
    storm.push_back(std::async(std::launch::async, [&, i] {
      while (!ending) world_.light("lamp" + std::to_string(i), 1);
    }));
  }
  EXPECT_TRUE(becomes_true([&] { return relay->figures().front().delivered > 10; }));
  auto stop = std::async(std::launch::async, [&] {
    world_.publisher().on_published({});
    relay->stop();
  });
  EXPECT_EQ(stop.wait_for(kPatience), std::future_status::ready) << "the storm keeps it going";
  ending = true;
  stop.wait();
}

TEST_P(WakingTest, Whoever_rings_need_not_know_that_the_relay_is_gone) {
  auto relay = world_.relay("relay", sleepy());
  world_.publisher().on_published(relay->bell());
  relay->start();
  relay.reset();
  world_.light("north", 1);
  EXPECT_EQ(world_.relay()->pump(), 1);
}

TEST_P(WakingTest, What_is_to_be_tried_again_later_is_tried_then_and_not_at_the_next_look) {
  auto options = sleepy();
  options.first_backoff = options.longest_backoff = 10ms;
  const auto relay = world_.relay("relay", options);
  world_.set_mood([&](const lamps::LampLit&, const EventContext&) {
    return ++handled_ <= 2 ? std::optional(EventAnswer::later(
                                 {ErrorCode::Unavailable, "lighthouse.fog", "not now", {}}))
                           : std::nullopt;
  });
  relay->start();
  world_.light("north", 1);
  relay->wake();
  EXPECT_TRUE(becomes_true([&] { return world_.seen().size() == 1; }));
  relay->stop();
}

INSTANTIATE_TEST_SUITE_P(OnEach, WakingTest,
                         testing::Values(test::Storage::Memory, test::Storage::Sqlite,
                                         test::Storage::Postgres),
                         testing::PrintToStringParamName());

class OtherProcessTest : public WakingTest {
 protected:
  const std::unique_ptr<EventsWorld> other_ = EventsWorld::beside(world_);
};

TEST_P(OtherProcessTest, Its_commits_wake_the_relay_here_and_nothing_else_does) {
  count_handled();
  const auto relay = world_.relay("relay", sleepy());
  world_.publisher().on_published(relay->bell());
  relay->start();
  constexpr int kEvents = 20;
  for (int i = 1; i <= kEvents; ++i) {
    other_->light("north", i);
    ASSERT_TRUE(becomes_true([&] { return handled_ == i; }))
        << "event " << i << " waits for a look";
  }
  world_.publisher().on_published({});
  relay->stop();
  // One for the event, one after its delivery, and a few for what the relay itself has written.
  EXPECT_LE(relay->looks(), kEvents * 6);
}

TEST_P(OtherProcessTest, A_relay_that_is_told_of_nothing_does_not_look) {
  const auto relay = world_.relay("relay", sleepy());
  world_.publisher().on_published(relay->bell());
  relay->start();
  // It has been told of the beginning when it has looked; then all is quiet until the next event.
  other_->light("north", 1);
  EXPECT_TRUE(becomes_true([&] { return world_.seen().size() == 1; }));
  std::uint64_t looks = relay->looks();
  const auto is_quiet = [&] {
    std::this_thread::sleep_for(100ms);
    return std::exchange(looks, relay->looks()) == relay->looks();
  };
  EXPECT_TRUE(becomes_true(is_quiet));
  EXPECT_TRUE(is_quiet());
  relay->stop();
}

INSTANTIATE_TEST_SUITE_P(OnEach, OtherProcessTest,
                         testing::Values(test::Storage::Sqlite, test::Storage::Postgres),
                         testing::PrintToStringParamName());

TEST(ServerThatGoesAway, Commits_are_told_of_again_when_it_is_back) {
  EventsWorld world(test::Storage::Postgres);
  const auto other = EventsWorld::beside(world);
  const auto relay = world.relay("relay", sleepy());
  world.publisher().on_published(relay->bell());
  relay->start();
  auto administrator = postgres::Connection::open(world.source().connection);
  const auto listening = [&] {
    return std::stoi(
        administrator.text("SELECT count(*) FROM pg_stat_activity WHERE datname ="
                           " current_database() AND query = 'LISTEN banyan_commits'"));
  };
  ASSERT_TRUE(becomes_true([&] { return listening() == 1; }));
  administrator.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
      " AND query = 'LISTEN banyan_commits'");
  other->light("north", 1);
  EXPECT_TRUE(becomes_true([&] { return world.seen().size() == 1; }));
  world.publisher().on_published({});
  relay->stop();
}

}  // namespace
}  // namespace banyan::events

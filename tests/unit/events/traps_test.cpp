// SPDX-License-Identifier: Apache-2.0
// What others have fallen into who keep events in a database: each trap once, as a schedule that
// springs it for certain.
#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <set>

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
using testing::IsEmpty;

Error refusal() { return {ErrorCode::FailedPrecondition, "lighthouse.broken", "it is broken", {}}; }

bool refuses_bad(const lamps::LampLit& event) { return event.lamp.starts_with("bad"); }

/// Another lamp in the same slot.
std::string neighbour_of(const std::string& lamp, int which = 0) {
  for (int i = 0;; ++i) {
    std::string other = "neighbour" + std::to_string(i);
    if (slot_of(other) == slot_of(lamp) && which-- == 0) return other;
  }
}

class TrapsTest : public testing::TestWithParam<test::Storage> {
 protected:
  std::vector<Hold> holds() { return world_.log().holds("lighthouse", 100, EventsWorld::soon()); }
  EventsWorld world_{GetParam()};
};

// 3. An event that is written before the row of its aggregate.
TEST_P(TrapsTest, Events_of_one_key_come_in_the_order_in_which_its_row_was_written) {
  std::atomic<bool> first_run = true;
  world_.publish_then_write("north", 1, [&] {
    // The other one publishes later and writes earlier, where the engine lets two at once.
    if (GetParam() != test::Storage::Postgres || !first_run.exchange(false)) return;
    std::async(std::launch::async, [&] { world_.publish_then_write("north", 2, [] {}); }).get();
  });
  if (GetParam() != test::Storage::Postgres) world_.publish_then_write("north", 2, [] {});
  world_.relay()->pump();
  ASSERT_EQ(world_.seen().size(), 2);
  EXPECT_EQ(world_.seen().back().candela, world_.candela_of("north"));
}

// 10. SKIP LOCKED splits a key between two relays.
TEST_P(TrapsTest, What_one_relay_is_sending_of_a_key_no_other_one_sends) {
  for (int i = 1; i <= 6; ++i) world_.light("north", i);
  std::atomic<int> asked = 0;
  std::promise<void> begun;
  std::promise<void> go_on;
  auto may_go_on = go_on.get_future().share();
  world_.set_mood([&](const lamps::LampLit&, const EventContext&) -> std::optional<EventAnswer> {
    if (asked++ == 0) {
      begun.set_value();
      may_go_on.wait();
    }
    return std::nullopt;
  });
  auto options = EventsWorld::quick();
  options.batch.rows = 2;
  const auto first = world_.relay("first", options);
  const auto second = world_.relay("second", options);
  auto sending = std::async(std::launch::async, [&] { return first->pump(); });
  begun.get_future().wait();
  EXPECT_EQ(second->pump(), 0);
  EXPECT_EQ(asked, 1) << "the second one has asked the subscriber, too";
  go_on.set_value();
  EXPECT_EQ(sending.get(), 6);
  std::int64_t last = 0;
  for (const Seen& each : world_.seen()) EXPECT_EQ(each.ordinal, ++last);
}

// 13. Each instance counts its own attempts.
TEST_P(TrapsTest, Attempts_are_counted_once_however_many_relays_try) {
  std::atomic<int> asked = 0;
  world_.set_mood([&](const lamps::LampLit&, const EventContext&) {
    ++asked;
    return std::optional(EventAnswer::refused(refusal()));
  });
  world_.light("bad", 1);
  auto options = EventsWorld::quick();
  options.max_attempts = 6;
  options.first_backoff = options.longest_backoff = 20ms;
  std::vector<std::unique_ptr<Relay>> relays;
  for (const char* const name : {"a", "b", "c"}) relays.push_back(world_.relay(name, options));
  const auto is_parked = [&] { return !holds().empty() && holds().front().parked; };
  for (std::size_t turn = 0; !is_parked(); ++turn) {
    relays[turn % relays.size()]->pump();
    ASSERT_TRUE(becomes_true([&] { return is_parked() || holds().front().wait <= 0us; }));
    ASSERT_LE(asked, options.max_attempts);
  }
  EXPECT_EQ(asked, options.max_attempts);
}

// 19. What has used up its attempts keeps its queue locked.
TEST_P(TrapsTest, A_parked_key_keeps_nobody_from_its_slot) {
  world_.set_mood([](const lamps::LampLit& event, const EventContext&) {
    return refuses_bad(event) ? std::optional(EventAnswer::refused(refusal())) : std::nullopt;
  });
  const std::string good = neighbour_of("bad");
  world_.light("bad", 1);
  const auto first = world_.relay("first");
  first->pump();
  ASSERT_EQ(holds().size(), 1);
  ASSERT_TRUE(holds().front().parked);
  world_.light({good, "bad", good});
  EXPECT_EQ(world_.relay("second")->pump(), 2) << "before the lease of the first has ended";
  EXPECT_EQ(world_.seen_of(good).size(), 2);
  EXPECT_THAT(world_.seen_of("bad"), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(OnEach, TrapsTest,
                         testing::Values(test::Storage::Sqlite, test::Storage::Postgres),
                         testing::PrintToStringParamName());

/// Two processes that publish. On a server units of both are open at once: here each that lights a
/// lamp of a name with "slow" has written all that it writes and is about to commit, until it may.
class LateCommitTest : public testing::Test {
 protected:
  LateCommitTest() {
    gate_.run(
        "CREATE FUNCTION lamps.wait_for_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM pg_advisory_xact_lock_shared(42); RETURN NULL; END $$;"
        "CREATE CONSTRAINT TRIGGER gate AFTER INSERT ON lamps.lamp_lines DEFERRABLE INITIALLY"
        " DEFERRED FOR EACH ROW WHEN (NEW.lamp LIKE 'slow%') EXECUTE FUNCTION "
        "lamps.wait_for_gate()");
    gate_.run("SELECT pg_advisory_lock(42)");
  }
  ~LateCommitTest() override { open_gate(); }
  LateCommitTest(const LateCommitTest&) = delete;
  LateCommitTest& operator=(const LateCommitTest&) = delete;

  void open_gate() {
    if (std::exchange(closed_, false)) gate_.run("SELECT pg_advisory_unlock(42)");
  }
  int waiting() {
    return std::stoi(gate_.text(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database ="
        " (SELECT oid FROM pg_database WHERE datname = current_database())"));
  }
  /// Locks of the kit that somebody has.
  int slots_locked() {
    return std::stoi(gate_.text(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid ="
        " 1650552441 AND database = (SELECT oid FROM pg_database WHERE datname ="
        " current_database())"));
  }
  std::future<void> light(EventsWorld& world, const std::vector<std::string>& lamps) {
    return std::async(std::launch::async, [&world, lamps] { world.light(lamps); });
  }

  EventsWorld world_{test::Storage::Postgres};
  const std::unique_ptr<EventsWorld> other_ = EventsWorld::beside(world_);
  postgres::Connection gate_ = postgres::Connection::open(world_.source().connection);
  bool closed_ = true;
};

// 1. Who remembers the last number loses what was numbered before and committed after.
TEST_F(LateCommitTest, An_event_that_is_committed_late_is_not_passed_by) {
  const auto relay = world_.relay();
  relay->pump();
  const std::string quick = neighbour_of("slow");
  auto late = light(world_, {"slow"});
  EXPECT_TRUE(becomes_true([&] { return waiting() == 1; }));
  auto later = light(*other_, {quick});
  EXPECT_TRUE(becomes_true(
      [&] { return waiting() == 2 || later.wait_for(0s) == std::future_status::ready; }));
  relay->pump();
  open_gate();
  late.get();
  later.get();
  relay->pump();
  EXPECT_THAT(world_.seen_of("slow"), ElementsAre(Seen{"slow", 1, 1}));
  EXPECT_THAT(world_.seen_of(quick), ElementsAre(Seen{quick, 1, 1}));
}

// 2. Who reads only below the oldest open transaction inverts a key, and waits for strangers.
TEST_F(LateCommitTest, A_transaction_that_stays_open_neither_delays_nor_inverts_a_key) {
  const auto relay = world_.relay();
  relay->pump();
  auto stranger = postgres::Connection::open(world_.source().connection);
  world_.light("north", 1);
  stranger.run("BEGIN; SELECT txid_current()");
  world_.light("north", 2);
  relay->pump();
  EXPECT_EQ(world_.seen().size(), 2) << "a stranger's transaction is waited for";
  world_.light("north", 3);
  stranger.run("COMMIT");
  relay->pump();
  EXPECT_THAT(world_.seen(),
              ElementsAre(Seen{"north", 1, 1}, Seen{"north", 2, 2}, Seen{"north", 3, 3}));
}

// 6. A lock that is taken in a condition is taken for all rows that are looked at.
TEST_F(LateCommitTest, A_unit_locks_the_slots_that_it_publishes_in_and_only_until_it_ends) {
  std::string elsewhere = "lamp";
  while (slot_of(elsewhere) == slot_of("slow")) elsewhere += "p";
  auto late = light(world_, {"slow", elsewhere, "slow", neighbour_of("slow")});
  EXPECT_TRUE(becomes_true([&] { return waiting() == 1; }));
  EXPECT_EQ(slots_locked(), 2);
  open_gate();
  late.get();
  EXPECT_EQ(slots_locked(), 0);
  world_.relay()->pump();
  EXPECT_EQ(slots_locked(), 0) << "reading locks nothing";
}

// Whoever has the row of a key and waits for its slot would stop who has the slot and wants the
// row.
TEST_F(LateCommitTest, Units_of_the_same_keys_wait_for_each_other_in_one_order) {
  open_gate();
  const std::string north = neighbour_of("bad", 1);
  const std::string south = neighbour_of("bad", 2);
  const auto storm = [](EventsWorld& world, const std::vector<std::string>& lamps) {
    for (int i = 0; i < 60; ++i) world.light(lamps);
  };
  auto a = std::async(std::launch::async, storm, std::ref(world_), std::vector{north, south});
  auto b = std::async(std::launch::async, storm, std::ref(*other_), std::vector{south});
  auto c = std::async(std::launch::async, storm, std::ref(*other_), std::vector{south, north});
  a.get();
  b.get();
  c.get();
  gate_.run("SELECT pg_stat_force_next_flush()");
  ASSERT_TRUE(becomes_true([&] {
    return std::stoi(gate_.text("SELECT xact_commit FROM pg_stat_database WHERE datname ="
                                " current_database()")) >= 180;
  }));
  EXPECT_EQ(gate_.text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"),
            "0");
}

}  // namespace
}  // namespace banyan::events

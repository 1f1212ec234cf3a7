// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <set>

#include "unit/events/on_each_storage.hpp"

namespace banyan::events {
namespace {

using test::EventsWorld;
using test::Seen;
using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(EventsTest, What_is_published_is_handled_in_the_order_of_its_key) {
  const auto relay = world_.relay();
  world_.light("north", 1);
  world_.light("south", 2);
  world_.light("north", 3);
  EXPECT_EQ(relay->pump(), 3);
  EXPECT_THAT(world_.seen_of("north"), ElementsAre(Seen{"north", 1, 1}, Seen{"north", 2, 3}));
  EXPECT_THAT(world_.seen_of("south"), ElementsAre(Seen{"south", 1, 2}));
  EXPECT_EQ(relay->pump(), 0);
  EXPECT_EQ(lane().unsent, 0);
}

TEST_P(EventsTest, Of_a_unit_of_work_that_is_undone_nobody_hears) {
  const auto relay = world_.relay();
  world_.light("north", 1, false);
  world_.light("north", 2);
  relay->pump();
  EXPECT_THAT(world_.seen(), ElementsAre(Seen{"north", 1, 2}));
}

TEST_P(EventsTest, Several_events_of_one_unit_keep_their_order) {
  const auto relay = world_.relay();
  world_.light({"a", "b", "a", "c", "a", "b"});
  relay->pump();
  EXPECT_EQ(world_.seen().size(), 6);
  EXPECT_THAT(world_.seen_of("a"), ElementsAre(Seen{"a", 1, 1}, Seen{"a", 2, 1}, Seen{"a", 3, 1}));
}

TEST_P(EventsTest, What_the_subscriber_does_not_follow_is_no_gap) {
  const auto relay = world_.relay();
  world_.light("north", 1);
  world_.dust("north");
  world_.dust("north");
  world_.light("north", 2);
  relay->pump();
  EXPECT_THAT(world_.seen(), ElementsAre(Seen{"north", 1, 1}, Seen{"north", 4, 2}));
  EXPECT_EQ(world_.inbox().marks("lamps", {"north"}, EventsWorld::soon()), std::vector{4L});
}

TEST_P(EventsTest, A_refused_event_holds_its_key_and_no_other) {
  world_.set_mood([](const lamps::LampLit& event, const EventContext&) {
    return event.lamp == "bad" ? std::optional(EventAnswer::refused(broken())) : std::nullopt;
  });
  const auto relay = world_.relay();
  for (int i = 1; i <= 3; ++i) world_.light({"bad", "good"});
  relay->pump();
  EXPECT_EQ(world_.seen_of("good").size(), 3);
  EXPECT_THAT(world_.seen_of("bad"), IsEmpty());
  ASSERT_EQ(holds().size(), 1);
  EXPECT_EQ(holds().front().key, "bad");
  EXPECT_TRUE(holds().front().parked);
  EXPECT_EQ(holds().front().attempts, EventsWorld::quick().max_attempts);
  EXPECT_THAT(holds().front().reason, testing::HasSubstr("lighthouse.broken"));
  EXPECT_EQ(lane().oldest_held, holds().front().since);

  world_.set_mood({});
  EXPECT_EQ(relay->pump(), 0) << "a parked key waits for an operator";
  EXPECT_EQ(world_.log().replay("lighthouse", "bad", test::kOperator, EventsWorld::soon()), 1);
  relay->pump();
  EXPECT_THAT(world_.seen_of("bad"),
              ElementsAre(Seen{"bad", 1, 1}, Seen{"bad", 2, 1}, Seen{"bad", 3, 1}));
  EXPECT_THAT(holds(), IsEmpty());
  EXPECT_FALSE(lane().oldest_held);
}

TEST_P(EventsTest, A_passing_failure_is_over_by_itself) {
  std::atomic<int> failures = 2;
  world_.set_mood([&](const lamps::LampLit&, const EventContext&) {
    return failures-- > 0 ? std::optional(EventAnswer::refused(broken())) : std::nullopt;
  });
  const auto relay = world_.relay();
  world_.light("north", 1);
  world_.light("north", 2);
  relay->pump();
  EXPECT_THAT(world_.seen(), ElementsAre(Seen{"north", 1, 1}, Seen{"north", 2, 2}));
  EXPECT_THAT(holds(), IsEmpty());
}

// Found by review: what the limits had cut off was taken for all there is, and never sent.
TEST_P(EventsTest, All_that_waited_behind_a_held_event_is_sent_however_large_it_is) {
  constexpr int kBacklog = 12;
  for (const BatchLimits& limits : {BatchLimits{.bytes = 100}, BatchLimits{.bytes = 1},
                                    BatchLimits{.rows = 5}, BatchLimits{.rows = kBacklog}}) {
    const std::string lamp =
        "bad" + std::to_string(limits.rows) + "of" + std::to_string(limits.bytes);
    world_.set_mood([&](const lamps::LampLit& event, const EventContext&) {
      return event.lamp == lamp ? std::optional(EventAnswer::refused(broken())) : std::nullopt;
    });
    auto options = EventsWorld::quick();
    options.batch = limits;
    const auto relay = world_.relay("relay", options);
    for (int i = 1; i <= kBacklog; ++i) world_.light(lamp, i);
    relay->pump();
    ASSERT_TRUE(holds().front().parked) << lamp;

    world_.set_mood({});
    world_.log().replay("lighthouse", lamp, test::kOperator, EventsWorld::soon());
    relay->pump();
    EXPECT_EQ(world_.seen_of(lamp).size(), kBacklog) << lamp;
    EXPECT_THAT(holds(), IsEmpty()) << lamp;
    world_.light(lamp, kBacklog + 1);
    relay->pump();
    EXPECT_EQ(world_.seen_of(lamp).back().ordinal, kBacklog + 1) << lamp;
  }
}

TEST_P(EventsTest, A_log_says_whether_a_held_key_has_more_than_the_limits_allow) {
  for (int i = 1; i <= 4; ++i) world_.light("north", i);
  EventLog& log = world_.log();
  log.add_lane("lighthouse", Start::Beginning, EventsWorld::soon());
  auto lease = log.lease("lighthouse", slot_of("north"), "test", std::chrono::seconds(60),
                         EventsWorld::soon());
  const std::vector<Envelope> all = log.read(*lease, {}, EventsWorld::soon()).events;
  ASSERT_EQ(all.size(), 4);
  lease->position = all[2].seq;  // the fourth is not owed to the key, it comes in its turn
  const Hold hold{.lane = "lighthouse", .key = "north", .from_seq = all.front().seq, .ordinal = 1};
  const std::size_t each = all.front().data.size();
  const auto batch = [&](const BatchLimits& limits) {
    const Batch found = log.events_of(*lease, hold, limits, EventsWorld::soon());
    return std::pair(found.events.size(), found.more);
  };
  EXPECT_EQ(batch({}), std::pair(3UL, false));
  EXPECT_EQ(batch({.rows = 3}), std::pair(3UL, false));
  EXPECT_EQ(batch({.rows = 2}), std::pair(2UL, true));
  EXPECT_EQ(batch({.bytes = 3 * each}), std::pair(3UL, false));
  EXPECT_EQ(batch({.bytes = 3 * each - 1}), std::pair(2UL, true));
  EXPECT_EQ(batch({.bytes = 1}), std::pair(1UL, true)) << "a large event is sent alone";
}

// Found by the torture: one round settles the held event and meets the next one.
TEST_P(EventsTest, A_key_that_is_held_again_in_the_same_round_stays_held) {
  std::atomic<bool> first_is_bad = true;
  world_.set_mood([&](const lamps::LampLit&, const EventContext& about) {
    const bool bad = about.ordinal == 2 || (about.ordinal == 1 && first_is_bad);
    return bad ? std::optional(EventAnswer::refused(broken())) : std::nullopt;
  });
  const auto relay = world_.relay();
  world_.light("north", 1);
  relay->pump();
  ASSERT_EQ(holds().size(), 1);
  first_is_bad = false;
  world_.log().replay("lighthouse", "", test::kOperator, EventsWorld::soon());
  world_.light("north", 2);
  relay->pump();
  EXPECT_THAT(world_.seen(), ElementsAre(Seen{"north", 1, 1}));
  ASSERT_EQ(holds().size(), 1);
  EXPECT_EQ(holds().front().ordinal, 2);
}

// Trap: a failed key is overtaken after a restart.
TEST_P(EventsTest, A_held_key_is_not_overtaken_by_another_relay) {
  world_.set_mood([](const lamps::LampLit&, const EventContext&) {
    return std::optional(EventAnswer::refused(broken()));
  });
  world_.light("north", 1);
  world_.relay("first")->pump();
  world_.set_mood({});
  world_.light("north", 2);
  const auto second = world_.relay("second");
  second->pump();
  EXPECT_THAT(world_.seen(), IsEmpty());
  world_.log().replay("lighthouse", "", test::kOperator, EventsWorld::soon());
  second->pump();
  EXPECT_THAT(world_.seen(), ElementsAre(Seen{"north", 1, 1}, Seen{"north", 2, 2}));
}

// Trap: an outage burns attempts.
TEST_P(EventsTest, Not_yet_costs_no_attempt_however_often) {
  std::atomic<int> asked = 0;
  constexpr int kOften = 50;
  world_.set_mood([&](const lamps::LampLit&, const EventContext&) {
    return ++asked <= kOften ? std::optional(EventAnswer::of(
                                   Error{ErrorCode::Unavailable, "banyan.unreachable", "away", {}}))
                             : std::nullopt;
  });
  const auto relay = world_.relay();
  world_.light("north", 1);
  relay->pump();
  EXPECT_EQ(asked, kOften + 1);
  EXPECT_THAT(world_.seen(), ElementsAre(Seen{"north", 1, 1}));
}

TEST_P(EventsTest, A_skipped_event_is_given_up_and_the_next_one_is_handled) {
  world_.set_mood([](const lamps::LampLit& event, const EventContext&) {
    return event.candela == 1 ? std::optional(EventAnswer::refused(broken())) : std::nullopt;
  });
  const auto relay = world_.relay();
  world_.light("north", 1);
  world_.light("north", 2);
  relay->pump();
  EXPECT_THAT(world_.seen(), IsEmpty());
  EXPECT_FALSE(world_.log().skip("lighthouse", "south", test::kOperator, EventsWorld::soon()));
  EXPECT_TRUE(world_.log().skip("lighthouse", "north", test::kOperator, EventsWorld::soon()));
  relay->pump();
  EXPECT_THAT(world_.seen(), ElementsAre(Seen{"north", 2, 2}));
  world_.light("north", 3);
  relay->pump();
  EXPECT_EQ(world_.seen().back(), (Seen{"north", 3, 3}));
}

// Trap: two deliveries of one event at once.
TEST_P(EventsTest, Twins_have_one_effect) {
  world_.light("north", 1);
  world_.log().add_lane("lighthouse", Start::Beginning, EventsWorld::soon());
  const int slot = slot_of("north");
  const auto lease =
      world_.log().lease("lighthouse", slot, "test", std::chrono::seconds(60), EventsWorld::soon());
  const std::vector<Envelope> events = world_.log().read(*lease, {}, EventsWorld::soon()).events;
  ASSERT_EQ(events.size(), 1);
  const auto take = [&] { return world_.receiver().take(events).each.front().outcome; };
  std::vector<std::future<Delivery::Outcome>> twins;
  for (int i = 0; i < 4; ++i) twins.push_back(std::async(std::launch::async, take));
  for (auto& twin : twins) EXPECT_EQ(twin.get(), Delivery::Outcome::Done);
  EXPECT_THAT(world_.seen(), ElementsAre(Seen{"north", 1, 1}));
}

TEST_P(EventsTest, A_twin_that_comes_while_the_first_is_at_work_is_undone) {
  world_.light("north", 1);
  world_.log().add_lane("lighthouse", Start::Beginning, EventsWorld::soon());
  const auto lease = world_.log().lease("lighthouse", slot_of("north"), "test",
                                        std::chrono::seconds(60), EventsWorld::soon());
  const std::vector<Envelope> events = world_.log().read(*lease, {}, EventsWorld::soon()).events;
  // The second finds no mark when it looks, and one when it commits.
  std::atomic<bool> nested = false;
  world_.set_mood([&](const lamps::LampLit&, const EventContext&) -> std::optional<EventAnswer> {
    if (!nested.exchange(true)) world_.receiver().take(events);
    return std::nullopt;
  });
  EXPECT_EQ(world_.receiver().take(events).each.front().outcome, Delivery::Outcome::Done);
  EXPECT_THAT(world_.seen(), ElementsAre(Seen{"north", 1, 1}));
}

// Traps: a lease that is shorter than the handler, two owners of a slot.
TEST_P(EventsTest, Whoever_has_lost_its_lease_writes_nothing_under_it) {
  world_.light("north", 1);
  EventLog& log = world_.log();
  log.add_lane("lighthouse", Start::Beginning, EventsWorld::soon());
  const int slot = slot_of("north");
  const auto old =
      log.lease("lighthouse", slot, "old", std::chrono::seconds(0), EventsWorld::soon());
  const auto now =
      log.lease("lighthouse", slot, "new", std::chrono::seconds(60), EventsWorld::soon());
  ASSERT_TRUE(old && now);
  EXPECT_EQ(now->epoch, old->epoch + 1);
  EXPECT_FALSE(
      log.lease("lighthouse", slot, "third", std::chrono::seconds(60), EventsWorld::soon()));
  EXPECT_FALSE(log.renew(*old, std::chrono::seconds(60), EventsWorld::soon()));
  EXPECT_FALSE(log.settle(*old, {.position = 1}, EventsWorld::soon()));
  EXPECT_EQ(lane().unsent, 1);
  EXPECT_TRUE(log.settle(*now, {.position = 1, .release = true}, EventsWorld::soon()));
  EXPECT_EQ(lane().unsent, 0);
}

TEST_P(EventsTest, A_zombie_deletes_no_hold_of_its_successor) {
  world_.light("north", 1);
  EventLog& log = world_.log();
  log.add_lane("lighthouse", Start::Beginning, EventsWorld::soon());
  const int slot = slot_of("north");
  const auto zombie =
      log.lease("lighthouse", slot, "old", std::chrono::seconds(0), EventsWorld::soon());
  const auto successor =
      log.lease("lighthouse", slot, "new", std::chrono::seconds(60), EventsWorld::soon());
  Hold hold{.lane = "lighthouse", .key = "north", .slot = slot, .from_seq = 1, .ordinal = 1};
  ASSERT_TRUE(log.settle(*successor, {.position = 1, .holds = {hold}}, EventsWorld::soon()));
  EXPECT_FALSE(log.settle(*zombie, {.position = 1, .resolved = {"north"}}, EventsWorld::soon()));
  EXPECT_EQ(holds().size(), 1);
}

TEST_P(EventsTest, A_fault_of_the_handler_is_an_answer_that_counts) {
  world_.set_mood([](const lamps::LampLit&, const EventContext&) -> std::optional<EventAnswer> {
    throw std::runtime_error("a bug");
  });
  const auto relay = world_.relay();
  world_.light("north", 1);
  relay->pump();
  ASSERT_EQ(holds().size(), 1);
  EXPECT_TRUE(holds().front().parked);
}

TEST_P(EventsTest, A_fault_inside_the_unit_leaves_neither_effect_nor_mark) {
  std::atomic<bool> failing = true;
  world_.set_in_unit([&] {
    if (failing.exchange(false)) throw std::runtime_error("a bug");
  });
  const auto relay = world_.relay();
  world_.light("north", 1);
  relay->pump();
  EXPECT_THAT(world_.seen(), ElementsAre(Seen{"north", 1, 1}));
}

TEST_P(EventsTest, What_every_lane_has_passed_can_be_forgotten) {
  const auto relay = world_.relay();
  world_.set_mood([](const lamps::LampLit& event, const EventContext&) {
    return event.lamp == "bad" ? std::optional(EventAnswer::refused(broken())) : std::nullopt;
  });
  world_.light("good", 1);
  world_.light("bad", 1);
  relay->pump();
  const Timestamp later{system_clock().now().micros + 3'600'000'000};  // than all of this
  EXPECT_EQ(world_.log().purge({0}, 100, EventsWorld::soon()), 0);
  EXPECT_EQ(world_.log().purge(later, 100, EventsWorld::soon()), 1) << "the other one is held";
  world_.light("good", 2);
  EXPECT_EQ(world_.log().purge(later, 100, EventsWorld::soon()), 0) << "it was not sent yet";
  world_.set_mood({});
  world_.log().replay("lighthouse", "", test::kOperator, EventsWorld::soon());
  relay->pump();
  EXPECT_EQ(world_.log().purge(later, 100, EventsWorld::soon()), 2);
  // Nothing is there any more, and numbers go on where they were.
  world_.light("good", 3);
  relay->pump();
  EXPECT_EQ(world_.seen_of("good").back(), (Seen{"good", 3, 3}));
}

TEST_P(EventsTest, A_lane_may_begin_with_what_comes_from_now_on) {
  world_.light("north", 1);
  world_.log().add_lane("lighthouse", Start::Head, EventsWorld::soon());
  world_.light("north", 2);
  world_.relay()->pump();
  EXPECT_THAT(world_.seen(), ElementsAre(Seen{"north", 2, 2}));
}

TEST_P(EventsTest, A_started_relay_is_woken_by_the_commit) {
  auto options = EventsWorld::quick();
  options.poll = std::chrono::hours(1);
  const auto relay = world_.relay("relay", options);
  std::promise<void> handled;
  world_.set_mood([&](const lamps::LampLit&, const EventContext&) -> std::optional<EventAnswer> {
    handled.set_value();
    return std::nullopt;
  });
  world_.publisher().on_published(relay->bell());
  relay->start();
  world_.light("north", 1);
  EXPECT_EQ(handled.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
  world_.publisher().on_published({});
  relay->stop();
  EXPECT_EQ(world_.seen().size(), 1);
}

TEST_P(EventsTest, Relays_share_the_work_and_each_event_is_handled_once) {
  auto options = EventsWorld::quick();
  options.poll = std::chrono::milliseconds(5);
  options.batch.rows = 7;
  const auto first = world_.relay("first", options);
  const auto second = world_.relay("second", options);
  first->start();
  second->start();
  constexpr int kEach = 40;
  const auto publish = [&](const std::string& family) {
    for (int i = 0; i < kEach; ++i) world_.light({family + std::to_string(i % 5), "shared"});
  };
  auto other = std::async(std::launch::async, [&] { publish("b"); });
  publish("a");
  other.get();
  while (lane().unsent > 0 || lane().held > 0) std::this_thread::yield();
  first->stop();
  second->stop();
  std::map<std::string, std::int64_t> last;
  for (const Seen& each : world_.seen()) {
    EXPECT_EQ(each.ordinal, ++last[each.lamp]) << each.lamp;
  }
  EXPECT_EQ(last["shared"], 2 * kEach);
  EXPECT_EQ(last.size(), 11);
}

/// Takes whatever it gets, and tells of each event before it does.
class Taker final : public EventTransport {
 public:
  std::function<void()> tell;

  std::string_view name() const override { return "taker"; }
  Deliveries deliver(std::span<const Envelope> events) override {
    Deliveries answer;
    for (std::size_t i = 0; i < events.size(); ++i) {
      tell();
      answer.each.push_back({Delivery::Outcome::Done, {}});
    }
    return answer;
  }
};

TEST_P(EventsTest, A_lane_with_a_long_backlog_keeps_no_other_from_its_turn) {
  auto options = EventsWorld::quick();
  options.workers = 1;
  options.batch.rows = 2;
  constexpr int kTurn = 4 * 2;  // rounds, and events of each
  constexpr int kBacklog = 50;
  for (int i = 0; i < kBacklog; ++i) world_.light({"north", "south", "east"});
  world_.log().add_lane("quick", Start::Head, EventsWorld::soon());
  world_.light("north", 2);

  std::atomic<int> taken = 0;
  std::vector<int> taken_before;  // each event of the other lane
  Taker slow;
  slow.tell = [&] {
    // One comes when the turn of the backlog has begun.
    if (++taken == 3 * kTurn + 1) world_.light("west", 1);
  };
  Taker quick;
  quick.tell = [&] { taken_before.push_back(taken); };
  Relay relay(world_.log(), "relay", EventsWorld::environment(), options, {});
  relay.add_lane("a backlog", Start::Beginning, {&slow});
  relay.add_lane("quick", Start::Beginning, {&quick});
  relay.start();
  while (taken < 3 * kBacklog + 2) std::this_thread::yield();
  relay.stop();
  ASSERT_EQ(taken_before.size(), 2);
  EXPECT_LE(taken_before[0], kTurn);
  EXPECT_LE(taken_before[1], 4 * kTurn);
}

INSTANTIATE_TEST_SUITE_P(OnEach, EventsTest,
                         testing::Values(test::Storage::Memory, test::Storage::Sqlite,
                                         test::Storage::Postgres),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace banyan::events

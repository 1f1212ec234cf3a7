// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <thread>

#include "banyan/events/event_types_impl.hpp"
#include "banyan/events/subscriptions_impl.hpp"
#include "unit/events/events_world.hpp"

/// What the lamps publish tomorrow.
namespace tomorrow {

struct LampLit {
  std::string lamp;
  std::int64_t lumen = 0;
  static constexpr banyan::EventInfo event{.name = "lamp_lit", .version = 3, .key = "lamp"};

  using Previous = lamps::LampLit;
  static LampLit up(const Previous& older) { return {older.lamp, older.candela * 12}; }
  static Previous down(const LampLit& newer) { return {newer.lamp, newer.lumen / 12}; }
};
BOOST_DESCRIBE_STRUCT(LampLit, (), (lamp, lumen))

}  // namespace tomorrow

namespace banyan::events {
namespace {

using test::EventsWorld;
using testing::ElementsAre;
using testing::IsEmpty;

/// pump() ends where what is held is not due again at once.
constexpr std::chrono::milliseconds kBackoff{100};

using OfYesterday = Events<lamps::v1::LampLit>;
using OfToday = lamps::Published;
using OfTomorrow = Events<tomorrow::LampLit>;

/// A program that publishes, of some day, on the database that all have in common.
template <class Published>
class Publisher {
 public:
  explicit Publisher(const std::filesystem::path& file)
      : database_(sql::Database::open({sql::Engine::Sqlite, file, {}}, {.application = "test"})),
        lamps_(database_->connect("lamps", {"lamp_lines"})),
        events_(make_sql_events(lamps_, types_of<Published>(), EventsWorld::environment())) {}

  template <class E>
  void publish(const E& event) {
    const auto kept = lamps_.write(EventsWorld::soon(), [&](sql::UnitOfWork& unit) -> Result<void> {
      unit.publish(event);
      return {};
    });
    ASSERT_TRUE(kept) << kept.error().message;
  }
  EventLog& log() { return events_->log(); }

 private:
  std::unique_ptr<sql::Database> database_;
  sql::ModuleDatabase lamps_;
  std::shared_ptr<ModuleEvents> events_;
};

struct Lit {
  std::string lamp;
  std::int64_t brightness;
  friend bool operator==(const Lit&, const Lit&) = default;
};

/// A module that follows: `E` is the version that it takes, `Known` what its program knows.
template <class E, class Known>
class Follower final : public Subscriber<E> {
 public:
  Follower(const std::string& name, const std::filesystem::path& file)
      : database_(sql::Database::open({sql::Engine::Sqlite, file, {}}, {.application = "test"})),
        house_(database_->connect(name, {})),
        events_(make_sql_events(house_, {}, EventsWorld::environment())),
        receiver_(name, subscriptions(), static_cast<Subscriber<E>*>(this), events_->inbox(),
                  EventsWorld::environment(), {}),
        transport_(make_in_process_transport(receiver_)) {}

  EventAnswer on(const E& event, const EventContext& /*about*/,
                 const Context& /*context*/) override {
    const std::lock_guard lock(mutex_);
    if constexpr (std::same_as<E, lamps::v1::LampLit>) {
      lit_.push_back({event.lamp, event.brightness});
    } else if constexpr (std::same_as<E, lamps::LampLit>) {
      lit_.push_back({event.lamp, event.candela});
    } else {
      lit_.push_back({event.lamp, event.lumen});
    }
    return EventAnswer::done();
  }
  std::vector<Lit> lit() const {
    const std::lock_guard lock(mutex_);
    return lit_;
  }
  EventTransport* transport() { return transport_.get(); }

 private:
  static const std::vector<Subscription>& subscriptions() {
    static const auto all = subscriptions_of<Subscriber<E>, Source<"lamps", Known>>();
    return all;
  }

  std::unique_ptr<sql::Database> database_;
  sql::ModuleDatabase house_;
  std::shared_ptr<ModuleEvents> events_;
  Receiver receiver_;
  std::unique_ptr<EventTransport> transport_;
  mutable std::mutex mutex_;
  std::vector<Lit> lit_;
};

class VersionsAlive : public testing::Test {
 protected:
  EventsWorld world{test::Storage::Sqlite};
  Publisher<OfYesterday> yesterday{world.file()};
  Publisher<OfToday> today{world.file()};
  Publisher<OfTomorrow> tomorrow{world.file()};

  std::unique_ptr<Relay> relay(const std::string& lane, EventTransport* transport) {
    auto relay = std::make_unique<Relay>(
        world.log(), "relay", EventsWorld::environment(),
        RelayOptions{.first_backoff = kBackoff, .longest_backoff = kBackoff}, RelayObserver{});
    relay->add_lane(lane, Start::Beginning, {transport});
    return relay;
  }
  std::vector<Hold> holds(const std::string& lane) {
    return world.log().holds(lane, 10, EventsWorld::soon());
  }
};

// While publishers and followers are replaced one after the other, all of these run.
TEST_F(VersionsAlive, A_follower_of_each_version_reads_what_each_publisher_wrote) {
  Follower<lamps::v1::LampLit, OfToday> old_house("old_house", world.file());
  Follower<lamps::LampLit, OfToday> new_house("new_house", world.file());
  yesterday.publish(lamps::v1::LampLit{"north", 7});
  today.publish(lamps::LampLit{"north", 50});
  yesterday.publish(lamps::v1::LampLit{"north", 8});  // its process is still there
  relay("old_house", old_house.transport())->pump();
  relay("new_house", new_house.transport())->pump();
  EXPECT_THAT(old_house.lit(), ElementsAre(Lit{"north", 7}, Lit{"north", 5}, Lit{"north", 8}));
  EXPECT_THAT(new_house.lit(), ElementsAre(Lit{"north", 70}, Lit{"north", 50}, Lit{"north", 80}));
}

TEST_F(VersionsAlive, One_that_is_not_known_yet_holds_its_key_and_no_other) {
  Follower<lamps::LampLit, OfToday> house("house", world.file());
  tomorrow.publish(::tomorrow::LampLit{"north", 120});
  today.publish(lamps::LampLit{"north", 11});
  today.publish(lamps::LampLit{"south", 12});
  const auto sender = relay("house", house.transport());
  // However often it is tried.
  for (int round = 0; round < 4; ++round) {
    sender->pump();
    std::this_thread::sleep_for(kBackoff);
  }
  EXPECT_THAT(house.lit(), ElementsAre(Lit{"south", 12}));
  const auto held = holds("house");
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held[0].key, "north");
  EXPECT_EQ(held[0].type, "lamps.lamp_lit.v3");
  EXPECT_EQ(held[0].attempts, 0) << "that it is not deployed yet is no fault of the event";
  EXPECT_FALSE(held[0].parked);
  EXPECT_THAT(held[0].reason, testing::HasSubstr("banyan.unknown_event_version"));
}

TEST_F(VersionsAlive, What_was_held_is_handled_in_its_order_when_the_follower_knows_it) {
  tomorrow.publish(::tomorrow::LampLit{"north", 120});
  today.publish(lamps::LampLit{"north", 11});
  {
    Follower<lamps::LampLit, OfToday> before("house", world.file());
    relay("house", before.transport())->pump();
    EXPECT_THAT(before.lit(), IsEmpty());
  }
  // Its next version is deployed: it still takes version 2, and can read version 3.
  Follower<lamps::LampLit, OfTomorrow> after("house", world.file());
  const auto sender = relay("house", after.transport());
  while (after.lit().size() < 2) {
    sender->pump();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_THAT(after.lit(), ElementsAre(Lit{"north", 10}, Lit{"north", 11}));
  sender->pump();
  EXPECT_THAT(holds("house"), IsEmpty());
}

}  // namespace
}  // namespace banyan::events

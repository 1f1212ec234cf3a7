// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/event.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "banyan/kernel/memory_store.hpp"

namespace {

using banyan::Context;
using banyan::EventAnswer;
using banyan::EventDelivery;
using banyan::Result;

struct LampLit {
  std::string lamp;
  static constexpr banyan::EventInfo event{.name = "lamp_lit", .key = "lamp"};
};
struct LampBroken {
  std::string lamp;
  static constexpr banyan::EventInfo event{.name = "lamp_broken", .version = 2, .key = "lamp"};
};
using Published = banyan::Events<LampLit, LampBroken>;

struct Lamps {
  int lit = 0;
};
using LampStore = banyan::MemoryStore<Lamps, Lamps, Lamps>;

class Marks final : public banyan::InboxRows {
 public:
  std::int64_t mark(const EventDelivery& /*delivery*/) override { return mark_; }
  void set_mark(const EventDelivery& delivery) override { mark_ = delivery.ordinal(); }
  std::int64_t mark_ = 0;
};

class Unit final : public banyan::UnitOfWork {
 public:
  explicit Unit(const Context& context) : UnitOfWork(context) {}
  banyan::LeaseTime lease_now() override { return {}; }
};

Context in_time() {
  Context context;
  context.deadline = banyan::system_clock().steady() + std::chrono::seconds(60);
  return context;
}

Context handling(std::int64_t ordinal) {
  Context context = in_time();
  context.delivery = std::make_shared<EventDelivery>("lighthouse", "lamps", "lamp-1", ordinal);
  return context;
}

TEST(PublishedEvents, AreThoseOfUnitsThatAreKept) {
  banyan::PublishedEvents kept;
  LampStore store({}, banyan::system_clock(), nullptr, &kept);
  const auto light = [&](bool keeps) {
    (void)store.write(in_time(), [&](Lamps& lamps, banyan::UnitOfWork& unit) -> Result<void> {
      ++lamps.lit;
      unit.publish(LampLit{"lamp-" + std::to_string(lamps.lit)});
      if (!keeps) return banyan::fail(banyan::ErrorCode::Conflict, "lamps.broken", "broken");
      return {};
    });
  };
  light(true);
  light(false);
  light(true);
  ASSERT_EQ(kept.of<LampLit>().size(), 2);
  EXPECT_EQ(kept.of<LampLit>().front().lamp, "lamp-1");
  EXPECT_EQ(kept.of<LampLit>().back().lamp, "lamp-2");
  EXPECT_TRUE(kept.of<LampBroken>().empty());
}

TEST(EventList, NamesEachEventInItsOrder) {
  std::string names;
  banyan::for_each_event(Published{},
                         [&]<class E>() { names += std::string(E::event.name) + ' '; });
  EXPECT_EQ(names, "lamp_lit lamp_broken ");
}

TEST(EventAnswer, OfAnOutageCostsNoAttempt) {
  using enum banyan::ErrorCode;
  const auto kind_of = [](banyan::ErrorCode code) {
    return EventAnswer::of(Result<void>(banyan::fail(code, "lamps.rule", "why"))).kind();
  };
  EXPECT_EQ(EventAnswer::of(Result<void>()).kind(), EventAnswer::Kind::Done);
  EXPECT_EQ(kind_of(Unavailable), EventAnswer::Kind::Later);
  EXPECT_EQ(kind_of(DeadlineExceeded), EventAnswer::Kind::Later);
  EXPECT_EQ(kind_of(NotFound), EventAnswer::Kind::Refused);
  EXPECT_EQ(kind_of(Internal), EventAnswer::Kind::Refused);
}

TEST(SettlingADelivery, MarksTheEventOnce) {
  Marks marks;
  const Context context = handling(3);
  EXPECT_TRUE(settle_delivery(marks, Unit(context), "lighthouse"));
  EXPECT_EQ(marks.mark_, 3);
  EXPECT_THROW(settle_delivery(marks, Unit(context), "lighthouse"), banyan::EventTaken);
}

TEST(SettlingADelivery, IsNoBusinessOfOtherModules) {
  Marks marks;
  EXPECT_FALSE(settle_delivery(marks, Unit(handling(3)), "harbour"));
  EXPECT_FALSE(settle_delivery(marks, Unit(in_time()), "lighthouse"));
  EXPECT_EQ(marks.mark_, 0);
}

TEST(SettlingADelivery, RefusesASecondUnitOfWork) {
  Marks marks;
  const Context context = handling(3);
  context.delivery->commit();
  EXPECT_THROW(settle_delivery(marks, Unit(context), "lighthouse"), std::logic_error);
}

}  // namespace

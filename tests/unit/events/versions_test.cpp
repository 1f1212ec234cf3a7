// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "banyan/events/subscriptions_impl.hpp"
#include "unit/events/lamps.hpp"

namespace banyan::events {
namespace {

using Lamps = Source<"lamps", lamps::Published>;

class NewHouse final : public lighthouse::Subscriptions {
 public:
  EventAnswer on(const lamps::LampLit& event, const EventContext&, const Context&) override {
    candela = event.candela;
    return EventAnswer::done();
  }
  std::int64_t candela = 0;
};

class OldHouse final : public lighthouse::OldSubscriptions {
 public:
  EventAnswer on(const lamps::v1::LampLit& event, const EventContext&, const Context&) override {
    brightness = event.brightness;
    return EventAnswer::done();
  }
  std::int64_t brightness = 0;
};

template <class House, class Subscriptions>
EventAnswer tell(House& house, unsigned version, std::string_view data) {
  const auto subscription = subscriptions_of<Subscriptions, Lamps>().at(0);
  return subscription.handle(static_cast<Subscriptions*>(&house), version, data, {}, {});
}

constexpr std::string_view kNew = R"({"lamp":"north","candela":50})";
constexpr std::string_view kOld = R"({"lamp":"north","brightness":7})";

TEST(EventVersions, Each_follower_reads_what_was_written_by_each_publisher) {
  NewHouse young;
  EXPECT_EQ((tell<NewHouse, lighthouse::Subscriptions>(young, 2, kNew).kind()),
            EventAnswer::Kind::Done);
  EXPECT_EQ(young.candela, 50);
  tell<NewHouse, lighthouse::Subscriptions>(young, 1, kOld);
  EXPECT_EQ(young.candela, 70);

  OldHouse old;
  tell<OldHouse, lighthouse::OldSubscriptions>(old, 2, kNew);
  EXPECT_EQ(old.brightness, 5);
  tell<OldHouse, lighthouse::OldSubscriptions>(old, 1, kOld);
  EXPECT_EQ(old.brightness, 7);
}

TEST(EventVersions, One_that_is_not_known_yet_waits) {
  NewHouse house;
  const EventAnswer answer = tell<NewHouse, lighthouse::Subscriptions>(house, 3, kNew);
  EXPECT_EQ(answer.kind(), EventAnswer::Kind::Later);
  EXPECT_EQ(answer.why().rule, "banyan.unknown_event_version");
}

TEST(EventVersions, A_field_more_is_no_new_version) {
  NewHouse house;
  EXPECT_EQ((tell<NewHouse, lighthouse::Subscriptions>(
                 house, 2, R"({"lamp":"north","candela":1,"colour":"red"})")
                 .kind()),
            EventAnswer::Kind::Done);
}

TEST(EventVersions, Data_that_cannot_be_read_is_refused) {
  NewHouse house;
  const EventAnswer answer =
      tell<NewHouse, lighthouse::Subscriptions>(house, 2, R"({"lamp":"north"})");
  EXPECT_EQ(answer.kind(), EventAnswer::Kind::Refused);
  EXPECT_EQ(answer.why().rule, "banyan.unreadable_event");
}

TEST(TypeNames, Are_taken_apart) {
  const auto name = parse_type_name("lamps.lamp_lit.v12");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->module, "lamps");
  EXPECT_EQ(name->event, "lamp_lit");
  EXPECT_EQ(name->version, 12U);
  for (const char* const wrong : {"", "lamps", "lamps.lamp_lit", "lamps.lamp_lit.v", "a.b.vx"}) {
    EXPECT_FALSE(parse_type_name(wrong)) << wrong;
  }
}

// Names are stored: a change of these would split keys.
TEST(Slots, Are_the_same_for_every_program) {
  EXPECT_EQ(type_name("lamps", lamps::LampLit::event), "lamps.lamp_lit.v2");
}

static_assert(follow_the_same<lighthouse::Subscriptions, Lamps>({"lamps.lamp_lit"}));
static_assert(!follow_the_same<lighthouse::Subscriptions, Lamps>({"lamps.lamp_dusted"}));
static_assert(!follow_the_same<lighthouse::Subscriptions, Lamps>({}));
static_assert(!follow_the_same<lighthouse::Subscriptions, Lamps>({"lamps.lamp_lit",
                                                                  "lamps.lamp_dusted"}));

}  // namespace
}  // namespace banyan::events

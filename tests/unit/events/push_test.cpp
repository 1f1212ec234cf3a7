// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "banyan/binding/problem.hpp"
#include "banyan/events/cloud_event.hpp"
#include "unit/events/events_world.hpp"
#include "unit/events/wire.hpp"

namespace banyan::events {
namespace {

using test::EventsWorld;
using test::Seen;
using testing::ElementsAre;
using testing::IsEmpty;

Envelope example() {
  return {.seq = 7,
          .slot = slot_of("north"),
          .source = "lamps",
          .id = "018f3c0000007000800000000000cafe",
          .type = "lamps.lamp_lit.v2",
          .key = "north",
          .ordinal = 3,
          .time = *timestamp_from("2026-11-29T08:30:00Z"),
          .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
          .data = R"({"lamp":"north","candela":5})"};
}

TEST(CloudEvent, Is_the_same_after_the_wire) {
  Envelope event = example();
  event.seq = 0;  // of the database
  EXPECT_EQ(to_structured(*from_request(to_request(event, "shore", "/")), "shore"),
            to_structured(event, "shore"));
  http::Request structured;
  structured.head.fields.add("Content-Type", "application/cloudevents+json; charset=utf-8");
  structured.body = to_structured(event, "shore");
  const auto read = from_request(structured);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->ordinal, 3);
  EXPECT_EQ(read->source, "lamps");
  EXPECT_EQ(read->data, R"({"candela":5,"lamp":"north"})");
}

TEST(CloudEvent, Names_the_context_and_never_a_process) {
  const http::Request request = to_request(example(), "shore", "/_events/lighthouse");
  EXPECT_EQ(request.head.fields.find("ce-source"), "/shore/lamps");
  EXPECT_EQ(request.head.fields.find("ce-type"), "lamps.lamp_lit.v2");
  EXPECT_EQ(request.head.fields.find("ce-ordinal"), "3");
  EXPECT_EQ(request.head.fields.find("ce-skip"), std::nullopt);
}

// Trap: a percent sign in a field.
TEST(CloudEvent, Keys_of_any_characters_come_through) {
  Envelope event = example();
  event.key = "50 % \"Euro €\"";
  const auto read = from_request(to_request(event, "shore", "/"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->key, event.key);
}

TEST(CloudEvent, Says_what_is_missing) {
  http::Request request = to_request(example(), "shore", "/");
  request.head.fields.set("ce-ordinal", "0");
  EXPECT_THAT(from_request(request).error().message, testing::HasSubstr("ordinal is '0'"));
  EXPECT_EQ(from_request({}).error().rule, "banyan.no_cloud_event");
}

class PushTest : public testing::TestWithParam<test::Storage> {
 protected:
  std::unique_ptr<Relay> relay() {
    auto options = EventsWorld::quick();
    auto relay = std::make_unique<Relay>(world_.log(), "relay", EventsWorld::environment(), options,
                                         RelayObserver{});
    relay->add_lane("lighthouse", Start::Beginning, {push_.get()});
    return relay;
  }
  std::vector<Hold> holds() { return world_.log().holds("lighthouse", 100, EventsWorld::soon()); }
  static http::Response answer(unsigned status) {
    http::Response response;
    response.head.status = status;
    return response;
  }

  EventsWorld world_{GetParam()};
  test::Wire wire_{world_.receiver()};
  std::unique_ptr<EventTransport> push_ = make_http_push(
      wire_, {.application = "shore", .module = "lighthouse"}, EventsWorld::environment());
};

TEST_P(PushTest, Events_are_handled_in_another_process_as_in_this_one) {
  world_.light("north", 1);
  world_.dust("north");
  world_.light("north", 2);
  EXPECT_EQ(relay()->pump(), 3);
  EXPECT_THAT(world_.seen(), ElementsAre(Seen{"north", 1, 1}, Seen{"north", 3, 2}));
}

TEST_P(PushTest, An_answer_that_is_lost_does_no_harm) {
  const auto sender = relay();
  wire_.loses_answers = 1;
  world_.light("north", 1);
  sender->pump();
  EXPECT_EQ(wire_.asked, 1);
  sender->pump();
  EXPECT_EQ(wire_.asked, 2);
  EXPECT_THAT(world_.seen(), ElementsAre(Seen{"north", 1, 1}));
}

// Trap: it counts as sent though the other side has refused it.
TEST_P(PushTest, An_outage_holds_nothing_and_counts_nothing) {
  const auto sender = relay();
  world_.light("north", 1);
  for (const unsigned status : {401U, 404U, 410U, 415U, 429U, 500U, 503U}) {
    wire_.instead = answer(status);
    sender->pump();
    EXPECT_THAT(holds(), IsEmpty()) << status;
  }
  wire_.instead.reset();
  wire_.gone = true;
  sender->pump();
  EXPECT_EQ(sender->figures().front().outages, 8);
  wire_.gone = false;
  sender->pump();
  EXPECT_THAT(world_.seen(), ElementsAre(Seen{"north", 1, 1}));
}

TEST_P(PushTest, A_refusal_holds_the_key_with_its_reason) {
  world_.set_mood([](const lamps::LampLit& event, const EventContext&) {
    return event.lamp == "bad" ? std::optional(EventAnswer::refused(
                                     {ErrorCode::NotFound, "lighthouse.no_socket", "none", {}}))
                               : std::nullopt;
  });
  world_.light({"bad", "good", "bad"});
  relay()->pump();
  ASSERT_EQ(holds().size(), 1);
  EXPECT_THAT(holds().front().reason, testing::HasSubstr("lighthouse.no_socket"));
  EXPECT_THAT(world_.seen(), ElementsAre(Seen{"good", 1, 1}));
  world_.set_mood({});
  world_.log().skip("lighthouse", "bad", test::kOperator, EventsWorld::soon());
  relay()->pump();
  EXPECT_THAT(world_.seen_of("bad"), ElementsAre(Seen{"bad", 2, 1}));
}

TEST_P(PushTest, A_change_of_transport_is_a_position) {
  const auto here = make_in_process_transport(world_.receiver());
  world_.light("north", 1);
  Relay sender(world_.log(), "relay", EventsWorld::environment(), EventsWorld::quick(), {});
  // First home, then away; what was published before the change still goes the old way.
  sender.add_lane("lighthouse", Start::Beginning, {push_.get(), here.get()});
  EXPECT_EQ(sender.pump(), 1);
  EXPECT_EQ(wire_.asked, 0);
  world_.light("north", 2);
  sender.switch_to("lighthouse", "http");
  world_.light("north", 3);
  EXPECT_EQ(sender.pump(), 2);
  EXPECT_EQ(wire_.asked, 1);
  EXPECT_EQ(world_.log().settle_route("lighthouse", EventsWorld::soon()).before, "");
  sender.switch_to("lighthouse", "in_process");
  world_.light("north", 4);
  sender.pump();
  EXPECT_EQ(wire_.asked, 1);
  EXPECT_THAT(world_.seen(), ElementsAre(Seen{"north", 1, 1}, Seen{"north", 2, 2},
                                         Seen{"north", 3, 3}, Seen{"north", 4, 4}));
}

INSTANTIATE_TEST_SUITE_P(OnEach, PushTest,
                         testing::Values(test::Storage::Memory, test::Storage::Sqlite),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace banyan::events

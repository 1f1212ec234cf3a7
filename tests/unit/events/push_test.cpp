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

// Trap: whoever writes the data recurses into it, and the stack ends before the body does.
TEST(CloudEvent, Nested_deeper_than_anybody_writes_is_refused_with_a_sentence) {
  const auto nested = [](std::size_t levels) {
    http::Request request = to_structured_request(example(), "shore", "/");
    const std::string data = example().data;
    request.body.replace(request.body.find(data), data.size(),
                         std::string(levels, '[') + std::string(levels, ']'));
    return from_request(request);
  };
  ASSERT_TRUE(nested(63));
  for (const std::size_t levels : {std::size_t{64}, std::size_t{200'000}}) {
    const auto refused = nested(levels);
    ASSERT_FALSE(refused) << levels;
    EXPECT_EQ(refused.error().rule, "banyan.no_cloud_event");
    EXPECT_THAT(refused.error().message, testing::HasSubstr("nested deeper than 64 levels"));
  }
  http::Request open = to_structured_request(example(), "shore", "/");
  open.body = R"({"data":)" + std::string(200'000, '[');
  EXPECT_THAT(from_request(open).error().message, testing::HasSubstr("nested deeper"));
}

TEST(CloudEvent, Says_whom_it_is_sent_to_in_either_mode) {
  Envelope event = example();
  event.recipient = "lighthouse";
  EXPECT_EQ(to_request(event, "shore", "/").head.fields.find("ce-recipient"), "lighthouse");
  EXPECT_EQ(from_request(to_request(event, "shore", "/"))->recipient, "lighthouse");
  EXPECT_EQ(from_request(to_structured_request(event, "shore", "/"))->recipient, "lighthouse");
  EXPECT_EQ(from_request(to_structured_request(example(), "shore", "/"))->recipient, "");
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
  for (const unsigned status : {401U, 404U, 406U, 410U, 412U, 415U, 426U, 428U, 429U, 500U, 503U}) {
    wire_.instead = answer(status);
    sender->pump();
    EXPECT_THAT(holds(), IsEmpty()) << status;
  }
  wire_.instead.reset();
  wire_.gone = true;
  sender->pump();
  EXPECT_EQ(sender->figures().front().outages, 12);
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

TEST_P(PushTest, A_refusal_is_400_or_422_and_tried_again_before_it_is_parked) {
  for (const unsigned status : {400U, 422U}) {
    const std::string lamp = "north " + std::to_string(status);
    world_.light(lamp, 1);
    wire_.instead = answer(status);
    const int before = wire_.asked;
    relay()->pump();
    EXPECT_EQ(wire_.asked - before, EventsWorld::quick().max_attempts) << status;
  }
  EXPECT_EQ(holds().size(), 2);
}

// Trap: what is too long is sent again and again, and given up it is too long still.
TEST_P(PushTest, An_event_that_is_too_large_is_parked_at_once_and_goes_by_without_its_data) {
  for (const unsigned status : {413U, 431U}) {
    const std::string lamp = "north " + std::to_string(status);
    world_.light(lamp, 1);
    wire_.instead = answer(status);
    const int before = wire_.asked;
    relay()->pump();
    EXPECT_EQ(wire_.asked - before, 1) << status;
    ASSERT_EQ(holds().size(), 1) << status;
    EXPECT_TRUE(holds().front().parked) << status;
    EXPECT_THAT(holds().front().reason, testing::HasSubstr("banyan.event_too_large"));
    EXPECT_THAT(holds().front().reason, testing::HasSubstr(std::to_string(status)));
    wire_.instead.reset();
    world_.log().skip("lighthouse", lamp, test::kOperator, EventsWorld::soon());
    relay()->pump();
    EXPECT_EQ(wire_.last_body(), "null") << status;
    EXPECT_THAT(holds(), IsEmpty()) << status;
    world_.light(lamp, 1);
    relay()->pump();
    EXPECT_THAT(world_.seen_of(lamp), ElementsAre(Seen{lamp, 2, 1})) << "what comes after it";
  }
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

// The keys of tests: never those of anybody.
constexpr std::string_view kOldKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr std::string_view kNewKey = "whsec_CgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgo=";

security::WebhookKeys keys(const std::vector<std::string_view>& lines) {
  std::string text;
  for (const std::string_view line : lines) (text += line) += '\n';
  return *security::WebhookKeys::parse(text);
}

class SignedPushTest : public PushTest {
 protected:
  /// Pushes what there is, signed; answers how many were handled.
  std::uint64_t push_with(const std::vector<std::string_view>& lines) {
    push_ =
        make_http_push(wire_, {.application = "shore", .module = "lighthouse", .keys = keys(lines)},
                       EventsWorld::environment());
    return relay()->pump();
  }
  http::Response answer_to(const http::Request& request, Timestamp now) {
    return answer_push(world_.receiver(), request, wire_.checks, now);
  }
  http::Request signed_example(const security::WebhookKeys& with, Timestamp at,
                               const std::string& recipient = "lighthouse") {
    Envelope event = example();
    event.recipient = recipient;
    http::Request request = to_structured_request(event, "shore", "/_events/lighthouse");
    const auto signature = with.sign("evt_1", request.body, at);
    request.head.fields.add("webhook-id", signature.id);
    request.head.fields.add("webhook-timestamp", signature.timestamp);
    request.head.fields.add("webhook-signature", signature.signature);
    return request;
  }
  const Timestamp now_ = system_clock().now();
};

TEST_P(SignedPushTest, What_is_signed_with_a_known_key_is_handled) {
  wire_.checks.keys = keys({kOldKey});
  world_.light("50 % \"Euro €\"", 1);
  EXPECT_EQ(push_with({kOldKey}), 1);
  EXPECT_THAT(world_.seen(), ElementsAre(Seen{"50 % \"Euro €\"", 1, 1}));
}

TEST_P(SignedPushTest, What_is_not_is_refused_and_waits_without_counting) {
  wire_.checks.keys = keys({kOldKey});
  world_.light("north", 1);
  EXPECT_EQ(relay()->pump(), 0);
  EXPECT_EQ(push_with({kNewKey}), 0);
  EXPECT_THAT(holds(), IsEmpty());
  EXPECT_THAT(world_.seen(), IsEmpty());
  EXPECT_EQ(push_with({kOldKey}), 1);
}

TEST_P(SignedPushTest, A_key_is_exchanged_on_one_side_after_the_other_without_a_refusal) {
  using Lines = std::vector<std::string_view>;
  const Lines old_one{kOldKey};
  const Lines both{kNewKey, kOldKey};
  const Lines new_one{kNewKey};
  const std::vector<std::pair<Lines, Lines>> steps = {
      {old_one, old_one}, {both, old_one}, {both, both},   {new_one, both},
      {new_one, new_one}, {old_one, both}, {both, new_one}};
  std::int64_t number = 0;
  for (const auto& [sender, receiver] : steps) {
    wire_.checks.keys = keys(receiver);
    world_.light("north", ++number);
    EXPECT_EQ(push_with(sender), 1) << "step " << number;
  }
}

TEST_P(SignedPushTest, The_refusal_says_why_as_a_problem_document) {
  wire_.checks.keys = keys({kOldKey});
  const auto rule_of = [](const http::Response& response) {
    EXPECT_EQ(response.head.status, 401);
    EXPECT_EQ(response.head.fields.find("Content-Type"), "application/problem+json");
    return binding::error_from(response).rule;
  };
  EXPECT_EQ(rule_of(answer_to(to_request(example(), "shore", "/"), now_)),
            "banyan.unsigned_message");
  EXPECT_EQ(rule_of(answer_to(signed_example(keys({kNewKey}), now_), now_)),
            "banyan.bad_signature");
  http::Request changed = signed_example(keys({kOldKey}), now_);
  changed.body.replace(changed.body.find("north"), 5, "south");
  EXPECT_EQ(rule_of(answer_to(changed, now_)), "banyan.bad_signature");
  const http::Request old = signed_example(keys({kOldKey}), now_);
  constexpr std::int64_t kSixMinutes = 360'000'000;
  EXPECT_EQ(rule_of(answer_to(old, {now_.micros + kSixMinutes})), "banyan.stale_message");
  EXPECT_EQ(rule_of(answer_to(old, {now_.micros - kSixMinutes})), "banyan.stale_message");
}

// Whoever has seen it could send it to another module that follows the same.
TEST_P(SignedPushTest, What_was_signed_for_another_module_or_for_nobody_is_refused) {
  wire_.checks.keys = keys({kOldKey});
  for (const char* const recipient : {"harbour", "light", "lighthouse2", ""}) {
    const http::Response response =
        answer_to(signed_example(keys({kOldKey}), now_, recipient), now_);
    EXPECT_EQ(response.head.status, 401) << recipient;
    EXPECT_EQ(binding::error_from(response).rule, "banyan.wrong_recipient") << recipient;
  }
  EXPECT_THAT(world_.seen(), IsEmpty());
}

TEST_P(SignedPushTest, Where_nothing_is_signed_nobody_need_say_whom_an_event_is_for) {
  Envelope event = example();
  event.ordinal = 1;
  EXPECT_EQ(answer_to(to_request(event, "shore", "/"), now_).head.status, 204);
  event.recipient = "harbour";
  EXPECT_EQ(answer_to(to_request(event, "shore", "/"), now_).head.status, 401);
}

// A signature of the body alone would let anybody exchange what stands in the fields.
TEST_P(SignedPushTest, Attributes_in_fields_are_refused_though_the_body_is_signed) {
  wire_.checks.keys = keys({kOldKey});
  http::Request request = to_request(example(), "shore", "/_events/lighthouse");
  const auto signature = wire_.checks.keys->sign("evt_1", request.body, now_);
  request.head.fields.add("webhook-id", signature.id);
  request.head.fields.add("webhook-timestamp", signature.timestamp);
  request.head.fields.add("webhook-signature", signature.signature);
  const http::Response response = answer_to(request, now_);
  EXPECT_EQ(response.head.status, 401);
  EXPECT_EQ(binding::error_from(response).rule, "banyan.unsigned_message");
}

INSTANTIATE_TEST_SUITE_P(OnEach, SignedPushTest, testing::Values(test::Storage::Memory),
                         testing::PrintToStringParamName());
INSTANTIATE_TEST_SUITE_P(OnEach, PushTest,
                         testing::Values(test::Storage::Memory, test::Storage::Sqlite),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace banyan::events

// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/context_headers.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "banyan/kernel/fallback.hpp"

namespace {

using banyan::Context;
using banyan::ManualClock;
using banyan::Side;
using banyan::binding::context_from;
using banyan::binding::ContextRules;
using banyan::binding::put_context;
using banyan::binding::Trust;
using namespace std::chrono_literals;

class ContextHeaders : public testing::Test {
 protected:
  Context make() {
    Context context = Context::begin(1500ms, clock, random);
    context.principal = "zoë@example.org";
    context.idempotency_key = "key-1";
    context.stickiness_key = "cookie 7";
    context.place = "203.0.113.7";
    context.trace.state = "vendor=1";
    context.trace.sampled = false;
    context.routing = {{"catalog", Side::Remote, 7, 2}, {"orders", Side::Local, 3}};
    return context;
  }

  banyan::Result<Context> read(Trust trust) {
    return context_from(head, ContextRules{trust, 10s}, "192.0.2.1", clock, random);
  }

  ManualClock clock;
  banyan::SeededRandom random{1};
  banyan::http::RequestHead head;
};

TEST_F(ContextHeaders, CarryEverythingToATrustedPeer) {
  const Context sent = make();
  put_context(head, sent, clock);

  const auto got = read(Trust::Internal);

  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->deadline, sent.deadline);
  EXPECT_EQ(got->principal, sent.principal);
  EXPECT_EQ(got->correlation_id, sent.correlation_id);
  EXPECT_EQ(got->trace.traceparent(), sent.trace.traceparent());
  EXPECT_EQ(got->trace.state, "vendor=1");
  EXPECT_EQ(got->idempotency_key, "key-1");
  EXPECT_EQ(got->stickiness_key, "cookie 7");
  EXPECT_EQ(got->place, "203.0.113.7");
  EXPECT_EQ(got->routing, sent.routing);
}

TEST_F(ContextHeaders, HoldWhatIsLeftOfTheBudgetNow) {
  const Context sent = make();
  clock.advance(400ms);
  put_context(head, sent, clock);

  EXPECT_EQ(head.fields.find("Banyan-Deadline-Ms"), "1100");
  EXPECT_EQ(head.fields.find("Banyan-Routing"), "catalog=remote;rev=7, orders=local;rev=3");
  EXPECT_EQ(head.fields.find("Banyan-Placement"), "catalog=2");
}

TEST_F(ContextHeaders, SayThatReadsAreAtHomeWhichTheActionHasBroughtThere) {
  Context sent = make();
  sent.brought_home = std::make_shared<banyan::BroughtHome>();
  put_context(head, sent, clock);
  EXPECT_EQ(head.fields.find("Banyan-Routing"), "catalog=remote;rev=7, orders=local;rev=3");
  sent.brought_home->add("catalog");
  put_context(head, sent, clock);
  EXPECT_EQ(head.fields.find("Banyan-Routing"), "catalog=local;rev=7, orders=local;rev=3");
  EXPECT_EQ(head.fields.find("Banyan-Placement"), "catalog=2");
  EXPECT_EQ(read(Trust::Internal)->brought_home, nullptr) << "it is this process's memory";
  sent.brought_home->remove("catalog");
  put_context(head, sent, clock);
  EXPECT_EQ(head.fields.find("Banyan-Routing"), "catalog=remote;rev=7, orders=local;rev=3")
      << "once they may not stay";
}

// A peer of the first version sends no epochs, and would refuse anything new in Banyan-Routing.
TEST_F(ContextHeaders, Of_a_peer_that_knows_no_epochs_are_read) {
  head.fields.set("Banyan-Routing", "catalog=remote;rev=7");
  const auto got = read(Trust::Internal);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->routing, (std::vector<banyan::RoutingDecision>{{"catalog", Side::Remote, 7, 0}}));
}

TEST_F(ContextHeaders, With_epochs_of_modules_that_nothing_was_decided_for_are_read) {
  head.fields.set("Banyan-Routing", "catalog=remote;rev=7, orders=local;rev=3");
  head.fields.set("Banyan-Placement", "warehouse=9, orders=4");
  const auto got = read(Trust::Internal);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->routing, (std::vector<banyan::RoutingDecision>{{"catalog", Side::Remote, 7, 0},
                                                                {"orders", Side::Local, 3, 4}}));
}

TEST_F(ContextHeaders, Say_of_which_modules_a_tester_has_chosen_the_side) {
  Context sent = make();
  put_context(head, sent, clock);
  EXPECT_FALSE(head.fields.contains("Banyan-Forced"));
  sent.routing[0].forced = true;
  put_context(head, sent, clock);
  EXPECT_EQ(head.fields.find("Banyan-Forced"), "catalog");
  EXPECT_EQ(read(Trust::Internal)->routing, sent.routing);
  EXPECT_TRUE(read(Trust::Edge)->routing.empty());

  head.fields.set("Banyan-Forced", "warehouse, orders");
  const auto got = read(Trust::Internal);
  ASSERT_TRUE(got) << "modules that nothing was decided for are passed over";
  EXPECT_FALSE(got->routing[0].forced);
  EXPECT_TRUE(got->routing[1].forced);
}

TEST_F(ContextHeaders, Say_of_a_copy_that_it_is_one_from_process_to_process) {
  Context sent = make();
  put_context(head, sent, clock);
  EXPECT_FALSE(head.fields.contains("Banyan-Shadow"));
  EXPECT_FALSE(read(Trust::Internal)->copy);
  sent.copy = true;
  put_context(head, sent, clock);
  EXPECT_EQ(head.fields.find("Banyan-Shadow"), "1");
  EXPECT_TRUE(read(Trust::Internal)->copy);
  EXPECT_FALSE(read(Trust::Edge)->copy) << "anybody could say so";
}

TEST_F(ContextHeaders, Say_nothing_of_epochs_that_are_not_known) {
  Context context = make();
  context.routing = {{"orders", Side::Local, 3}};
  put_context(head, context, clock);
  EXPECT_FALSE(head.fields.contains("Banyan-Placement"));
}

TEST_F(ContextHeaders, FromAnybodySayNothingAboutWhoAsksOrHowLong) {
  put_context(head, make(), clock);

  const auto got = read(Trust::Edge);

  ASSERT_TRUE(got);
  EXPECT_EQ(got->principal, "");
  EXPECT_EQ(got->stickiness_key, "192.0.2.1");
  EXPECT_EQ(got->place, "") << "anybody could make one up";
  EXPECT_TRUE(got->routing.empty());
  EXPECT_EQ(got->remaining(clock), 10s);
  EXPECT_EQ(got->idempotency_key, "key-1");
}

TEST_F(ContextHeaders, NeverGiveMoreThanTheServersOwnBudget) {
  head.fields.set("Banyan-Deadline-Ms", "4000000000");

  EXPECT_EQ(read(Trust::Internal)->remaining(clock), 10s);
}

TEST_F(ContextHeaders, ThatAreMissingOrMalformedAreReplaced) {
  head.fields.set("X-Correlation-Id", "no spaces allowed\t");
  head.fields.set("traceparent", "00-xyz");

  const auto got = read(Trust::Edge);

  ASSERT_TRUE(got);
  EXPECT_EQ(got->correlation_id.size(), 32U);
  EXPECT_EQ(got->trace.trace_id.size(), 32U);
}

constexpr const char* kParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST_F(ContextHeaders, CombineTheStatesOfOneTraceInTheirOrder) {
  head.fields.add("tracestate", "");
  head.fields.add("tracestate", "rojo=1");
  head.fields.add("traceparent", kParent);
  head.fields.add("tracestate", "congo=t61,b=2");

  EXPECT_EQ(read(Trust::Edge)->trace.state, "rojo=1,congo=t61,b=2");
}

TEST_F(ContextHeaders, ThatSayTheTraceTwiceBeginAnother) {
  head.fields.add("traceparent", kParent);
  head.fields.add("traceparent", kParent);
  head.fields.add("tracestate", "rojo=1");

  const auto got = read(Trust::Edge);

  EXPECT_NE(got->trace.traceparent(), kParent);
  EXPECT_EQ(got->trace.state, "");
}

TEST_F(ContextHeaders, OfATraceThatBeginsHereSayThatItIsNotRecorded) {
  EXPECT_FALSE(read(Trust::Edge)->trace.sampled);
  head.fields.set("traceparent", kParent);
  EXPECT_TRUE(read(Trust::Edge)->trace.sampled) << "as who began it says";
}

TEST_F(ContextHeaders, ThatAreMalformedInATrustedRequestAreRefused) {
  const std::pair<const char*, const char*> kBad[] = {{"Banyan-Deadline-Ms", "-1"},
                                                      {"Banyan-Deadline-Ms", "1.5"},
                                                      {"Banyan-Deadline-Ms", "99999999999"},
                                                      {"Banyan-Principal", "%zz"},
                                                      {"Banyan-Routing", "catalog"},
                                                      {"Banyan-Routing", "catalog=up;rev=1"},
                                                      {"Banyan-Routing", "catalog=local;rev=x"},
                                                      {"Banyan-Placement", ""},
                                                      {"Banyan-Placement", "catalog"},
                                                      {"Banyan-Placement", "=1"},
                                                      {"Banyan-Placement", "catalog=1,"},
                                                      {"Banyan-Placement", "catalog=-1"},
                                                      {"Banyan-Forced", ""},
                                                      {"Banyan-Forced", "catalog,"}};
  for (const auto& [name, value] : kBad) {
    head.fields.clear();
    head.fields.set(name, value);
    const auto got = read(Trust::Internal);
    ASSERT_FALSE(got) << name << ": " << value;
    EXPECT_EQ(got.error().rule, "banyan.invalid_header");
    EXPECT_TRUE(read(Trust::Edge)) << "not believed, so not read";
  }
}

TEST_F(ContextHeaders, RefuseAnIdempotencyKeyThatIsNone) {
  for (const std::string& key :
       {std::string(256, 'x'), std::string(""), std::string("two words")}) {
    head.fields.set("Idempotency-Key", key);
    EXPECT_EQ(read(Trust::Edge).error().rule, "banyan.invalid_header") << key;
  }
  head.fields.set("Idempotency-Key", "a");
  head.fields.add("Idempotency-Key", "b");
  EXPECT_FALSE(read(Trust::Edge));
}

TEST_F(ContextHeaders, ForTrustedPeersOnlyAreStripped) {
  put_context(head, make(), clock);
  head.fields.add("banyan-future", "1");
  banyan::binding::strip_internal_headers(head.fields);

  for (const auto field : head.fields) {
    EXPECT_FALSE(field.name.starts_with("Banyan-") || field.name.starts_with("banyan-"));
  }
  EXPECT_TRUE(head.fields.contains("traceparent"));
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
#include "request_span.hpp"

#include <gtest/gtest.h>

#include "support/recorded_spans.hpp"

namespace banyan::serving {
namespace {

using std::chrono::milliseconds;
using strangler::ForwardFailure;
using strangler::Outcome;

/// Wants nothing, and keeps what it was asked.
class Asked final : public Tracer {
 public:
  Span begin(const Beginning& /*beginning*/) noexcept override { return {}; }
  Span begin_at(const Beginning& /*beginning*/, SteadyTime /*at*/) noexcept override { return {}; }
  bool keeps(std::chrono::nanoseconds time, bool fault) const noexcept override {
    took = time;
    failed = fault;
    return false;
  }
  bool samples(const TraceContext* /*parent*/, std::string_view /*id*/) const noexcept override {
    return false;
  }
  bool samples_new() const noexcept override { return false; }

  mutable std::chrono::nanoseconds took{};
  mutable bool failed = false;
};

struct TheSpanOfARequest : testing::Test {
  test::RecordedSpans::Finished ended_with(const Outcome& outcome) {
    Transaction transaction;
    transaction.span = recorded.begin({.name = "request"});
    finish_span(transaction, outcome, system_clock().steady());
    return recorded.all().back();
  }
  bool worth_a_look(const Outcome& outcome) {
    Transaction transaction;
    begin_late_span(&asked, transaction, outcome, system_clock().steady());
    return asked.failed;
  }

  test::RecordedSpans recorded;
  Asked asked;
};

TEST_F(TheSpanOfARequest, HasTheStatusAsItsErrorWhenNothingElseWentWrong) {
  const auto span = ended_with({.status = 500});
  EXPECT_EQ(span->status, SpanStatus::Error);
  EXPECT_EQ(span.text("error.type"), "500");
  EXPECT_EQ(span.number("http.response.status_code"), 500);
}

TEST_F(TheSpanOfARequest, HasTheReasonOfItsFailure) {
  const auto span =
      ended_with({.status = 503, .failure = ForwardFailure::NoSocket, .message = "no more files"});
  EXPECT_EQ(span->status, SpanStatus::Error);
  EXPECT_EQ(span.text("error.type"), "no_socket");
  EXPECT_EQ(span->message, "no more files");
}

TEST_F(TheSpanOfARequest, IsNoErrorWhenTheClientIsAtFault) {
  const auto span = ended_with({.status = 408, .failure = ForwardFailure::BadRequest});
  EXPECT_EQ(span->status, SpanStatus::Unset);
  EXPECT_EQ(span.text("error.type"), "bad_request");
}

TEST_F(TheSpanOfARequest, HasTheRuleThatRefusedIt) {
  Transaction transaction;
  transaction.span = recorded.begin({.name = "request"});
  finish_span(transaction, 503, "banyan.too_busy");
  const auto busy = recorded.all().back();
  EXPECT_EQ(busy->status, SpanStatus::Error);
  EXPECT_EQ(busy.text("error.type"), "banyan.too_busy");
  EXPECT_EQ(busy.number("http.response.status_code"), 503);
  transaction.span = recorded.begin({.name = "request"});
  finish_span(transaction, 400, "banyan.invalid_header");
  const auto bad = recorded.all().back();
  EXPECT_EQ(bad->status, SpanStatus::Unset);
  EXPECT_EQ(bad.text("banyan.rule"), "banyan.invalid_header");
}

TEST_F(TheSpanOfARequest, IsToldAfterwardsOfWhateverWentWrongHereOrThere) {
  EXPECT_FALSE(worth_a_look({.status = 200, .attempts = 1}));
  EXPECT_FALSE(worth_a_look({.failure = ForwardFailure::ClientGone, .attempts = 1}));
  EXPECT_FALSE(worth_a_look({.status = 408, .failure = ForwardFailure::BadRequest}));
  EXPECT_TRUE(worth_a_look({.status = 200, .attempts = 2}));
  EXPECT_TRUE(worth_a_look({.status = 500, .attempts = 1}));
  EXPECT_TRUE(worth_a_look({.status = 502, .failure = ForwardFailure::AnswerTooLarge}));
  EXPECT_TRUE(worth_a_look({.status = 503, .failure = ForwardFailure::NoSocket}));
  EXPECT_TRUE(worth_a_look({.failure = ForwardFailure::Fault}));
  EXPECT_TRUE(worth_a_look({.status = 200, .failure = ForwardFailure::Truncated}));
}

TEST_F(TheSpanOfARequest, IsJudgedByWhenItsAnswerBeganAndNotByTheLifeOfAStream) {
  worth_a_look({.status = 200, .took = std::chrono::hours(1), .to_head = milliseconds(3)});
  EXPECT_EQ(asked.took, milliseconds(3));
  worth_a_look({.status = 503, .took = milliseconds(7)});
  EXPECT_EQ(asked.took, milliseconds(7));
}

}  // namespace
}  // namespace banyan::serving

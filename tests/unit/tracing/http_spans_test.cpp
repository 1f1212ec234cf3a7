// SPDX-License-Identifier: Apache-2.0
#include "banyan/tracing/http_spans.hpp"

#include <gtest/gtest.h>

#include "support/recorded_spans.hpp"

namespace banyan::tracing {
namespace {

struct HttpSpans : testing::Test {
  test::RecordedSpans recorded;
  ServerRequest request{.method = "GET",
                        .target = "/orders/7?token=secret",
                        .host = "shop.example:8080",
                        .client_address = "203.0.113.9",
                        .correlation_id = "c-1"};
};

TEST_F(HttpSpans, AreNamedAndDescribedByTheConventions) {
  {
    Span server = begin_server_span(&recorded, nullptr, request);
    matched(server, "GET", "/orders/{id}");
    Span attempt = begin_client_span(server, "GET", {"10.0.0.7", 9000}, 1);
    answered(attempt, 404);
    attempt.finish();
    answered(server, 404);
  }
  const auto server = recorded.find("GET /orders/{id}");
  EXPECT_EQ(server->kind, SpanKind::Server);
  EXPECT_EQ(server.text("http.request.method"), "GET");
  EXPECT_EQ(server.text("url.path"), "/orders/7");
  EXPECT_EQ(server.text("url.scheme"), "http");
  EXPECT_EQ(server.text("http.route"), "/orders/{id}");
  EXPECT_EQ(server.text("server.address"), "shop.example");
  EXPECT_EQ(server.number("server.port"), 8080);
  EXPECT_EQ(server.text("client.address"), "203.0.113.9");
  EXPECT_EQ(server.text("banyan.correlation_id"), "c-1");
  EXPECT_EQ(server.number("http.response.status_code"), 404);
  EXPECT_EQ(server->status, SpanStatus::Unset);
  const auto attempt = recorded.find("GET");
  EXPECT_EQ(attempt->kind, SpanKind::Client);
  EXPECT_EQ(attempt->parent(), server->id());
  EXPECT_EQ(attempt.text("server.address"), "10.0.0.7");
  EXPECT_EQ(attempt.number("server.port"), 9000);
  EXPECT_EQ(attempt.number("http.request.resend_count"), 1);
}

TEST_F(HttpSpans, AreErrorsFrom500OnAndWithoutAnAnswer) {
  {
    Span server = begin_server_span(&recorded, nullptr, request);
    Span attempt = begin_client_span(server, "GET", {"unix:/run/shop.sock", 0});
    failed(attempt, "timeout", "no answer within 2 s");
    attempt.finish();
    answered(server, 504);
  }
  const auto all = recorded.all();
  EXPECT_EQ(all[0].text("error.type"), "timeout");
  EXPECT_EQ(all[0]->message, "no answer within 2 s");
  EXPECT_EQ(all[0].text("server.address"), "/run/shop.sock");
  EXPECT_EQ(all[1]->status, SpanStatus::Error);
  EXPECT_EQ(all[1].text("error.type"), "504");
}

TEST_F(HttpSpans, OfMethodsThatNobodyKnowsHaveOneName) {
  request.method = "BREW";
  begin_server_span(&recorded, nullptr, request).finish();
  const auto span = recorded.find("HTTP");
  EXPECT_EQ(span.text("http.request.method"), "_OTHER");
  EXPECT_EQ(span.text("http.request.method_original"), "BREW");
}

TEST_F(HttpSpans, AreNothingWithoutATracer) {
  Span server = begin_server_span(nullptr, nullptr, request);
  matched(server, "GET", "/");
  const Span attempt = begin_client_span(server, "GET", {"a", 1});
  EXPECT_FALSE(server.recording());
  EXPECT_FALSE(attempt.recording());
  EXPECT_EQ(attempt.traceparent(), "");
}

}  // namespace
}  // namespace banyan::tracing

// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "relay_fixture.hpp"
#include "support/deaf_port.hpp"
#include "support/recorded_spans.hpp"

namespace banyan::strangler {
namespace {

using test::Peer;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const std::string kTrace = "0af7651916cd43dd8448eb211c80319c";
const std::string kParent = "00-" + kTrace + "-b7ad6b7169203331-01";

struct TheSpansOfForwarding : RelayTest {
  // Spans finish on the server's loops, some after the client has its answer.
  ~TheSpansOfForwarding() override { server_.reset(); }

  void serve_traced(const std::vector<std::uint16_t>& ports) {
    serve(ports);
    application_->tracer = &recorded_;
  }
  void ask() {
    client_.emplace(client());
    client_->send("GET / HTTP/1.1\r\nHost: shop\r\ntraceparent: " + kParent +
                  "\r\ntracestate: rojo=1\r\ntracestate: congo=2\r\n\r\n");
  }
  static std::string value(const std::string& head, const std::string& name) {
    const auto at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "(none)";
    const auto begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }

  test::RecordedSpans recorded_;
  std::optional<Peer> client_;
};

TEST_F(TheSpansOfForwarding, AreOneForEachAttemptAndNameItToTheUpstream) {
  serve_traced({upstream_.port()});
  ask();
  Peer upstream = upstream_.accept();
  const std::string head = upstream.read_head();
  upstream.send(kOk);
  EXPECT_EQ(test::read_answer(*client_).status, 200u);
  EXPECT_EQ(outcome().status, 200u);

  const auto attempt = recorded_.find("GET");
  const auto request = recorded_.find("request");
  EXPECT_EQ(attempt->kind, SpanKind::Client);
  EXPECT_EQ(attempt->parent(), request->id());
  EXPECT_EQ(request->parent(), "b7ad6b7169203331");
  EXPECT_EQ(attempt.number("http.response.status_code"), 200);
  EXPECT_EQ(attempt.number("server.port"), upstream_.port());
  EXPECT_EQ(value(head, "traceparent"), "00-" + kTrace + "-" + std::string(attempt->id()) + "-01");
  EXPECT_EQ(value(head, "tracestate"), "rojo=1,congo=2");
}

TEST_F(TheSpansOfForwarding, TellAFailedAttemptFromTheOneThatWorked) {
  serve_traced({test::deaf_port(), upstream_.port()});
  ask();
  Peer upstream = upstream_.accept();
  const std::string head = upstream.read_head();
  upstream.send(kOk);
  EXPECT_EQ(test::read_answer(*client_).status, 200u);
  EXPECT_EQ(outcome().attempts, 2u);

  const auto all = recorded_.all();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0]->status, SpanStatus::Error);
  EXPECT_EQ(all[0].text("error.type"), "connect");
  EXPECT_EQ(all[1]->status, SpanStatus::Unset);
  EXPECT_EQ(all[1].number("http.request.resend_count"), 1);
  EXPECT_EQ(value(head, "traceparent"), "00-" + kTrace + "-" + std::string(all[1]->id()) + "-01");
}

TEST_F(TheSpansOfForwarding, AreNotNamedToTheUpstreamWhereTheyAreNotForExport) {
  serve_traced({upstream_.port()});
  recorded_.exports = false;
  ask();
  Peer upstream = upstream_.accept();
  const std::string head = upstream.read_head();
  upstream.send(kOk);
  EXPECT_EQ(test::read_answer(*client_).status, 200u);
  EXPECT_EQ(value(head, "traceparent"), kParent);
  EXPECT_EQ(value(head, "tracestate"), "rojo=1,congo=2");
}

TEST_F(TheSpansOfForwarding, AreNoErrorsWhenTheClientIsAtFault) {
  serve_traced({upstream_.port()});
  Peer client = this->client();
  client.send("POST / HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n");
  Peer upstream = upstream_.accept();
  upstream.read_head();
  client.send("no chunk\r\n");
  EXPECT_EQ(outcome().failure, ForwardFailure::BadRequest);
  const auto attempt = recorded_.find("POST");
  EXPECT_EQ(attempt->status, SpanStatus::Unset);
  EXPECT_EQ(attempt.text("error.type"), "bad_request");
}

TEST_F(TheSpansOfForwarding, OfAnAttemptThatFailedAreInTheOutcomeForWhoRecordsAfterwards) {
  const std::uint16_t deaf = test::deaf_port();
  serve({deaf, upstream_.port()});
  ask();
  Peer upstream = upstream_.accept();
  upstream.read_head();
  upstream.send(kOk);
  EXPECT_EQ(test::read_answer(*client_).status, 200u);
  const Outcome end = outcome();
  ASSERT_TRUE(end.failed_attempt);
  EXPECT_EQ(end.failed_attempt->endpoint.port, deaf);
  EXPECT_EQ(end.failed_attempt->failure, "connect");
  EXPECT_GE(end.failed_attempt->ended, end.failed_attempt->began);
}

TEST_F(TheSpansOfForwarding, AreNotMadeUpForOthersWhereNobodyRecords) {
  serve();
  ask();
  Peer upstream = upstream_.accept();
  const std::string head = upstream.read_head();
  upstream.send(kOk);
  EXPECT_EQ(test::read_answer(*client_).status, 200u);
  EXPECT_EQ(value(head, "traceparent"), kParent);
  EXPECT_EQ(value(head, "tracestate"), "rojo=1,congo=2");
}

}  // namespace
}  // namespace banyan::strangler

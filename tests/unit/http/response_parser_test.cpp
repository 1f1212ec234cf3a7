// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>

#include "banyan/http/problem.hpp"
#include "banyan/http/serializer.hpp"
#include "parse.hpp"

namespace banyan::http {
namespace {

struct Hostile {
  std::string bytes;
  std::string_view name;
  friend void PrintTo(const Hostile& c, std::ostream* out) { *out << c.name << ": " << c.bytes; }
};

class HostileResponse : public testing::TestWithParam<Hostile> {};

TEST_P(HostileResponse, IsRefusedByNameHoweverItIsCut) {
  const Hostile& c = GetParam();
  const Parsed whole = parse_responses(c.bytes);
  EXPECT_EQ(whole.refusal, c.name) << c.bytes;
  for (const std::size_t piece : {1U, 2U, 5U}) {
    EXPECT_EQ(parse_responses(c.bytes, "GET", piece), whole) << "cut into pieces of " << piece;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, HostileResponse,
    testing::Values(
        Hostile{"hello\r\n\r\n", "http.bad_version"},
        Hostile{"HTTP/1.1\r\n\r\n", "http.bad_status_line"},
        Hostile{"HTTP/1.1 2000 OK\r\n\r\n", "http.bad_status_line"},
        Hostile{"HTTP/1.1 099 OK\r\n\r\n", "http.bad_status_line"},
        Hostile{"HTTP/1.1 700 OK\r\n\r\n", "http.bad_status_line"},
        Hostile{"HTTP/2.0 200 OK\r\n\r\n", "http.unknown_version"},
        Hostile{"HTTP/1.1 200 OK\nContent-Length: 0\n\n", "http.bare_line_feed"},
        Hostile{"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                "http.two_lengths"},
        Hostile{"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
                "http.two_lengths"},
        Hostile{"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na",
                "http.bad_transfer_encoding"},
        Hostile{"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\na",
                "http.unknown_transfer_coding"},
        Hostile{"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "http.unasked_101"},
        Hostile{"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc",
                "http.body_where_none_is"},
        Hostile{"HTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "http.body_where_none_is"},
        Hostile{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "http.cut"},
        Hostile{"HTTP/1.1 200 OK\r\nContent-Le", "http.cut"},
        Hostile{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", "http.cut"},
        Hostile{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "http.cut"},
        Hostile{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "http.cut"},
        Hostile{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "http.bad_chunk"},
        Hostile{"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nX: a\r\n b\r\n\r\na",
                "http.folded_line"}));

TEST(ResponseParser, ReportsInterimAnswersBeforeTheFinalOne) {
  const Parsed parsed = parse_responses(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
      "POST", 3);

  ASSERT_EQ(parsed.responses.size(), 3U);
  EXPECT_EQ(parsed.responses[1].head.status, 103U);
  EXPECT_EQ(parsed.responses[2].body, "ok");
}

TEST(ResponseParser, ReadsNoBodyInAnswersToHeadAnd204And304) {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
  EXPECT_EQ(parse_responses(head, "HEAD").responses.size(), 1U);
  EXPECT_EQ(parse_responses(head, "GET").refusal, "http.cut");
  EXPECT_EQ(parse_responses("HTTP/1.1 204 No Content\r\n\r\n").responses.size(), 1U);
  EXPECT_EQ(parse_responses("HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n").refusal, "");
}

TEST(ResponseParser, StillKnowsAfterAnInterimAnswerThatHeadWasAsked) {
  const Parsed parsed = parse_responses(
      "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "HEAD");

  EXPECT_EQ(parsed.refusal, "");
  EXPECT_EQ(parsed.responses.size(), 2U);
}

TEST(ResponseParser, ReadsUntilTheConnectionEndsOnlyWhenNothingElseIsSaid) {
  const std::string bytes = "HTTP/1.0 200 OK\r\nServer: old\r\n\r\nall of it";
  for (std::size_t piece = 1; piece < bytes.size(); ++piece) {
    const Parsed parsed = parse_responses(bytes, "GET", piece);
    ASSERT_EQ(parsed.responses.size(), 1U);
    ASSERT_EQ(parsed.responses[0].body, "all of it");
  }
}

TEST(ResponseParser, LeavesBytesAfterTheEndAlone) {
  const Parsed parsed =
      parse_responses("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n");

  EXPECT_EQ(parsed.refusal, "bytes after the end");
  EXPECT_EQ(parsed.responses[0].body, "ok");
}

TEST(ResponseSerializer, RefusesWhatWouldSplitAnAnswer) {
  Response response;
  response.head.fields.add("Location", "/a\r\nSet-Cookie: b");
  EXPECT_EQ(serialize(response).error().name, "http.unsendable");

  Response reason;
  reason.head.reason = "OK\r\nSet-Cookie: b";
  EXPECT_EQ(serialize(reason).error().name, "http.unsendable");

  Response status;
  status.head.status = 42;
  EXPECT_EQ(serialize(status).error().name, "http.unsendable");
}

TEST(ResponseSerializer, WritesWhatTheParserReads) {
  Response response;
  response.head.status = 404;
  response.head.fields.add("Content-Type", "text/plain");
  response.body = "nothing here";

  const Parsed parsed = parse_responses(serialize(response).value());

  ASSERT_EQ(parsed.responses.size(), 1U);
  EXPECT_EQ(parsed.responses[0].head.reason, "Not Found");
  EXPECT_EQ(parsed.responses[0].body, "nothing here");
}

TEST(ProblemResponse, EscapesWhatItQuotes) {
  const Response response = problem_response({400, "http.x", "a \"b\"\n\\"});

  EXPECT_EQ(response.body,
            R"({"type":"about:blank","title":"Bad Request","status":400,)"
            R"("detail":"a \"b\"\n\\","code":"invalid_argument","rule":"http.x","details":[]})");
}

}  // namespace
}  // namespace banyan::http

// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>

#include "banyan/http/serializer.hpp"
#include "parse.hpp"

namespace banyan::http {
namespace {

using testing::HasSubstr;

std::string get(std::string_view lines) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n";
}
std::string chunked(std::string_view body) {
  return "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(body);
}

struct Case {
  std::string bytes;
  std::string_view name;
  unsigned status = 400;
  friend void PrintTo(const Case& c, std::ostream* out) { *out << c.name << ": " << c.bytes; }
};

class RefusedRequest : public testing::TestWithParam<Case> {};

TEST_P(RefusedRequest, IsRefusedByNameHoweverItIsCut) {
  const Case& c = GetParam();
  const Parsed whole = parse_requests(c.bytes);
  EXPECT_EQ(whole.refusal, c.name) << c.bytes;
  EXPECT_EQ(whole.status, c.status) << c.bytes;
  EXPECT_TRUE(whole.requests.empty());
  for (const std::size_t piece : {1U, 2U, 3U, 7U}) {
    EXPECT_EQ(parse_requests(c.bytes, piece), whole) << "cut into pieces of " << piece;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Smuggling, RefusedRequest,
    testing::Values(
        Case{get("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"),
             "http.bad_transfer_encoding"},
        Case{get("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"),
             "http.bad_transfer_encoding"},
        Case{get("Content-Length: 3\r\nContent-Length: 4\r\n"), "http.two_lengths"},
        Case{get("Content-Length: 3\r\nContent-Length: 3\r\n"), "http.two_lengths"},
        Case{get("Content-Length: 3, 3\r\n"), "http.two_lengths"},
        Case{get("Content-Length: 3,0\r\n"), "http.two_lengths"},
        Case{get("Content-Length: +3\r\n"), "http.bad_content_length"},
        Case{get("Content-Length: -1\r\n"), "http.bad_content_length"},
        Case{get("Content-Length: 0x3\r\n"), "http.bad_content_length"},
        Case{get("Content-Length: 4 2\r\n"), "http.bad_content_length"},
        Case{get("Content-Length:\r\n"), "http.bad_content_length"},
        Case{get("Content-Length: 99999999999999999999999\r\n"), "http.bad_content_length"},
        Case{get("Content-Length : 3\r\n"), "http.blank_before_colon"},
        Case{get("Transfer-Encoding: xchunked\r\n"), "http.unknown_transfer_coding", 501},
        Case{get("Transfer-Encoding: chunked, identity\r\n"), "http.bad_transfer_encoding"},
        Case{get("Transfer-Encoding: gzip, chunked\r\n"), "http.bad_transfer_encoding"},
        Case{get("Transfer-Encoding: chunked;q=1\r\n"), "http.bad_transfer_encoding"},
        Case{get("Transfer-Encoding:\r\n"), "http.bad_transfer_encoding"},
        Case{get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
             "http.bad_transfer_encoding"},
        Case{get("Transfer-Encoding: \x0b"
                 "chunked\r\n"),
             "http.control_character"},
        Case{"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
             "http.bad_transfer_encoding"},
        Case{get("A: b\r\n c: d\r\n"), "http.folded_line"},
        Case{get("A: b\r\n\tTransfer-Encoding: chunked\r\n"), "http.folded_line"},
        Case{get("A: b\nTransfer-Encoding: chunked\r\n"), "http.bare_line_feed"},
        Case{get("A: b\rTransfer-Encoding: chunked\r\n"), "http.bare_carriage_return"},
        Case{"GET / HTTP/1.1\nHost: a\n\n", "http.bare_line_feed"},
        Case{get("no colon here\r\n"), "http.blank_before_colon"},
        Case{get("nocolon\r\n"), "http.line_without_colon"},
        Case{get(": no name\r\n"), "http.bad_field_name"},
        Case{get("bad@name: b\r\n"), "http.bad_field_name"},
        Case{get(std::string("A: b\0c\r\n", 8)), "http.control_character"},
        Case{get("A: b\x7f\r\n"), "http.control_character"}));

TEST(RequestParser, TakesUtf8InATargetByteForByteWhereItIsLetTo) {
  const Limits limits{.utf8_targets = true};
  const auto parse = [&](const std::string& target, std::size_t piece) {
    return parse_requests("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n", piece, limits);
  };
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, SIZE_MAX}) {
    const std::string target = "/k\xC3\xBCnstler/\xE2\x82\xAC\xF0\x9F\x8E\xB6?\xC3\xA4";
    const Parsed parsed = parse(target, piece);
    ASSERT_EQ(parsed.requests.size(), 1U) << parsed.refusal;
    EXPECT_EQ(parsed.requests[0].head.target, target);
    for (const char* no_utf8 : {"/\x80", "/\xFF", "/\xC3", "/\xC0\xAF", "/\xED\xA0\x80"}) {
      EXPECT_EQ(parse(no_utf8, piece).refusal, "http.bad_target") << no_utf8;
    }
    EXPECT_EQ(parse("/\xC3\xBC\t", piece).refusal, "http.control_character");
    EXPECT_EQ(parse("/\xC3\xBC#", piece).refusal, "http.bad_target");
  }
}

INSTANTIATE_TEST_SUITE_P(
    HostAndTarget, RefusedRequest,
    testing::Values(Case{"GET / HTTP/1.1\r\n\r\n", "http.no_host"},
                    Case{"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "http.two_hosts"},
                    Case{"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "http.bad_host"},
                    Case{"GET / HTTP/1.1\r\nHost:\r\n\r\n", "http.bad_host"},
                    Case{"GET / HTTP/1.1\r\nHost: user@a\r\n\r\n", "http.bad_host"},
                    Case{"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "http.bad_host"},
                    Case{"GET / HTTP/1.1\r\nHost: a:80x\r\n\r\n", "http.bad_host"},
                    Case{"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", "http.bad_target"},
                    Case{"GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", "http.non_ascii_target"},
                    Case{"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", "http.bad_request_line"},
                    Case{"GET * HTTP/1.1\r\nHost: a\r\n\r\n", "http.bad_target"},
                    Case{"GET a HTTP/1.1\r\nHost: a\r\n\r\n", "http.bad_target"},
                    Case{"GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", "http.bad_target"},
                    Case{"GET http://%61/ HTTP/1.1\r\nHost: a\r\n\r\n", "http.bad_target"},
                    Case{"GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", "http.bad_target"},
                    Case{"GET http://a:b/ HTTP/1.1\r\nHost: a\r\n\r\n", "http.bad_target"},
                    Case{"GET http://a/ HTTP/1.1\r\n\r\n", "http.no_host"},
                    Case{"GET http://a/ HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "http.two_hosts"},
                    Case{"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", "http.connect", 501},
                    Case{"GET /\r\n\r\n", "http.bad_request_line"},
                    Case{"G(T / HTTP/1.1\r\nHost: a\r\n\r\n", "http.bad_method"},
                    Case{"GET / HTTP/9.9\r\nHost: a\r\n\r\n", "http.unknown_version", 505},
                    Case{"GET / HTTP/1.2\r\nHost: a\r\n\r\n", "http.unknown_version", 505},
                    Case{"GET / http/1.1\r\nHost: a\r\n\r\n", "http.bad_version"},
                    Case{"GET / HTTP/1.10\r\nHost: a\r\n\r\n", "http.bad_version"},
                    Case{get("Expect: the impossible\r\n"), "http.unknown_expectation", 417}));

INSTANTIATE_TEST_SUITE_P(
    Chunks, RefusedRequest,
    testing::Values(Case{chunked("g\r\n"), "http.bad_chunk"},
                    Case{chunked("\r\n"), "http.bad_chunk"},
                    Case{chunked("-1\r\n"), "http.bad_chunk"},
                    Case{chunked("0x3\r\nabc\r\n0\r\n\r\n"), "http.bad_chunk"},
                    Case{chunked(" 3\r\nabc\r\n0\r\n\r\n"), "http.bad_chunk"},
                    Case{chunked("3 \r\nabc\r\n0\r\n\r\n"), "http.bad_chunk"},
                    Case{chunked("3\nabc\r\n0\r\n\r\n"), "http.bad_chunk"},
                    Case{chunked("3\r\nabcd\r\n0\r\n\r\n"), "http.bad_chunk"},
                    Case{chunked("3\r\nabc\n0\r\n\r\n"), "http.bad_chunk"},
                    Case{chunked("3;\r\nabc\r\n0\r\n\r\n"), "http.bad_chunk"},
                    Case{chunked("3;a=\"b\r\nabc\r\n0\r\n\r\n"), "http.bad_chunk"},
                    Case{chunked("FFFFFFFFFFFFFFFFF\r\n"), "http.bad_chunk"},
                    Case{chunked("1;" + std::string(300, 'a') + "\r\n"),
                         "http.chunk_line_too_long"},
                    Case{chunked("0\r\nbad trailer\r\n\r\n"), "http.bad_trailer"}));

TEST(RequestParser, ReadsPipelinedRequestsInOrder) {
  const Parsed parsed = parse_requests(
      "POST /a?x=1 HTTP/1.1\r\nHost: shop:80\r\nContent-Length: 003\r\n\r\nabc"
      "\r\nPUT /b HTTP/1.1\r\nhost: [::1]:8080\r\nTransfer-Encoding: Chunked\r\n\r\n"
      "2;ext=\"x\\\"y\";z\r\nde\r\n1\r\nf\r\n000\r\nTrailer: late\r\n\r\n"
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: foo, Close\r\n\r\nGET /never HTTP/1.1\r\n");

  ASSERT_EQ(parsed.refusal, "");
  ASSERT_EQ(parsed.requests.size(), 3U);
  EXPECT_EQ(parsed.requests[0].head.target, "/a?x=1");
  EXPECT_EQ(parsed.requests[0].body, "abc");
  EXPECT_EQ(parsed.requests[1].body, "def");
  EXPECT_FALSE(parsed.requests[1].head.fields.contains("Trailer"));
  EXPECT_EQ(parsed.requests[2].head.method, "GET");
}

TEST(RequestParser, FindsTheSameHoweverTheBytesAreCut) {
  const std::string bytes =
      "POST /a HTTP/1.1\r\nHost: a\r\nX: \t spaced \t\r\nContent-Length: 5\r\n\r\nhello"
      "POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;n=v\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: v\r\n\r\n";
  const Parsed whole = parse_requests(bytes);
  ASSERT_EQ(whole.requests.size(), 2U);
  EXPECT_EQ(whole.requests[0].head.fields.find("x"), "spaced");
  for (std::size_t piece = 1; piece < bytes.size(); ++piece) {
    ASSERT_EQ(parse_requests(bytes, piece), whole) << "cut into pieces of " << piece;
  }
}

TEST(RequestParser, TakesWhatAnAbsoluteFormNamesAsTheHostWhateverTheFieldSays) {
  struct Absolute {
    std::string_view target, host, origin, becomes;
  };
  for (const Absolute& each : {Absolute{"http://Shop:80?q=1", "shop:80", "/?q=1", "Shop:80"},
                               Absolute{"http://SUT.test:80/x", "sut.test", "/x", "SUT.test:80"},
                               Absolute{"http://other.test/x", "sut.test", "/x", "other.test"},
                               Absolute{"HTTPS://[::1]:8443", "sut.test", "/", "[::1]:8443"}}) {
    const Parsed parsed = parse_requests("GET " + std::string(each.target) + " HTTP/1.1\r\nHost: " +
                                         std::string(each.host) + "\r\nA: b\r\n\r\n");

    ASSERT_EQ(parsed.requests.size(), 1U) << each.target;
    const RequestHead& head = parsed.requests[0].head;
    EXPECT_EQ(head.target, each.origin);
    EXPECT_EQ(head.fields.find("Host"), each.becomes);
    EXPECT_EQ(head.fields.count("Host"), 1U);
  }
}

TEST(RequestParser, HoldsItsLimits) {
  Limits limits{.head_bytes = 200, .target_bytes = 20, .fields = 3, .body_bytes = 4};
  const auto refusal = [&](const std::string& bytes) {
    const Parsed parsed = parse_requests(bytes, SIZE_MAX, limits);
    EXPECT_EQ(parse_requests(bytes, 1, limits), parsed);
    return std::pair(parsed.refusal, parsed.status);
  };
  using Pair = std::pair<std::string, unsigned>;

  EXPECT_EQ(refusal("GET /" + std::string(20, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"),
            Pair("http.target_too_long", 414));
  EXPECT_EQ(refusal("GET /" + std::string(500, 'a')), Pair("http.target_too_long", 414));
  EXPECT_EQ(refusal(get("A: b\r\nC: d\r\nE: f\r\n")), Pair("http.too_many_fields", 431));
  EXPECT_EQ(refusal(get("A: " + std::string(200, 'b') + "\r\n")), Pair("http.head_too_large", 431));
  EXPECT_EQ(refusal(get("Content-Length: 5\r\n")), Pair("http.body_too_large", 413));
  EXPECT_EQ(refusal(chunked("3\r\nabc\r\n2\r\n")), Pair("http.body_too_large", 413));
}

TEST(RequestParser, RefusesChunksWhoseExtensionsOutweighTheirBytes) {
  std::string bytes = chunked("");
  for (int i = 0; i < 1000; ++i) bytes += "1;" + std::string(200, 'x') + "\r\na\r\n";

  EXPECT_EQ(parse_requests(bytes).refusal, "http.chunk_overhead");
}

TEST(RequestParser, SaysWhereSomethingIsWrong) {
  RequestParser parser;
  parser.step("GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n");

  EXPECT_THAT(parser.refusal().message, HasSubstr("in line 3"));
}

TEST(RequestParser, TellsAnEndBetweenRequestsFromACut) {
  EXPECT_EQ(parse_requests("GET / HTTP/1.1\r\nHost: a\r\n\r\n").refusal, "");
  EXPECT_EQ(parse_requests("GET / HTTP/1.1\r\nHost").refusal, "http.cut");
  EXPECT_EQ(parse_requests(get("Content-Length: 3\r\n") + "ab").refusal, "http.cut");
  EXPECT_EQ(parse_requests(chunked("3\r\nabc\r\n0\r\n")).refusal, "http.cut");
}

TEST(RequestSerializer, WritesWhatTheParserReads) {
  const Request request{{"POST", "/a?b=%20c", 1, {{"Host", "a"}, {"X-One", "1"}, {"x-one", "2 3"}}},
                        "body"};

  const Parsed parsed = parse_requests(serialize(request).value());

  ASSERT_EQ(parsed.requests.size(), 1U);
  Request with_length = request;
  with_length.head.fields.add("Content-Length", "4");
  EXPECT_EQ(parsed.requests[0], with_length);
}

TEST(RequestSerializer, RefusesWhatWouldSplitARequest) {
  const auto name_of = [](Request request) {
    const auto bytes = serialize(request);
    return bytes ? "sent" : bytes.error().name;
  };
  EXPECT_EQ(name_of({{"GET", "/", 1, {{"A", "b\r\nC: d"}}}, ""}), "http.unsendable");
  EXPECT_EQ(name_of({{"GET", "/", 1, {{"A\r\n", "b"}}}, ""}), "http.unsendable");
  EXPECT_EQ(name_of({{"GET", "/", 1, {{"A", std::string_view("b\0c", 3)}}}, ""}),
            "http.unsendable");
  EXPECT_EQ(name_of({{"GET", "/ HTTP/1.1\r\nA: b", 1, {}}, ""}), "http.unsendable");
  EXPECT_EQ(name_of({{"GE T", "/", 1, {}}, ""}), "http.unsendable");
  EXPECT_EQ(name_of({{"GET", "/", 1, {{"A", "b"}}}, ""}), "sent");
}

TEST(RequestSerializer, NeverCopiesFramingOrConnectionFields) {
  const Request request{{"PUT",
                         "/",
                         1,
                         {{"Host", "a"},
                          {"Content-Length", "99"},
                          {"Transfer-Encoding", "chunked"},
                          {"Connection", "X-Secret"},
                          {"Upgrade", "h2c"}}},
                        "abc"};

  EXPECT_EQ(serialize(request).value(),
            "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
}

}  // namespace
}  // namespace banyan::http

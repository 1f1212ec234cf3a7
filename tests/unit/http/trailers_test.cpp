// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <utility>

#include "banyan/http/serializer.hpp"
#include "parse.hpp"

namespace banyan::http {
namespace {

constexpr std::string_view kPost =
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/// Takes what `body` is, and what a trailer section behind it is.
Parsed parse_with(std::string_view trailers, std::size_t piece = SIZE_MAX,
                  const Limits& limits = {}) {
  return parse_requests(std::string(kPost) + "2\r\nok\r\n0\r\n" + std::string(trailers) + "\r\n",
                        piece, limits);
}

std::string written(const Fields& trailers) {
  std::string out = "before";
  const auto ended = end_chunks(trailers, out);
  return ended ? out : "refused, leaves: " + out;
}

TEST(TheTrailersOfAMessage, AreFoundHoweverTheBytesAreCut) {
  const Fields due{{"X-Sum", "1 2"}, {"x-sum", ""}, {"X-Late", "y"}};
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, SIZE_MAX}) {
    const Parsed parsed = parse_with("X-Sum:  1 2 \t\r\nx-sum:\r\nX-Late: y\r\n", piece);
    ASSERT_EQ(parsed.refusal, "");
    ASSERT_EQ(parsed.trailers.size(), 1u);
    EXPECT_EQ(parsed.trailers[0], due) << piece;
    EXPECT_EQ(parsed.requests[0].body, "ok");
  }
  const Parsed answer =
      parse_responses(std::string(kOk) + "0\r\nX-Sum: 1\r\nX-Late: y\r\n\r\n", "GET", 3);
  ASSERT_EQ(answer.trailers.size(), 1u);
  EXPECT_EQ(answer.trailers[0], (Fields{{"X-Sum", "1"}, {"X-Late", "y"}}));
}

TEST(TheTrailersOfAMessage, NeverBecomeAPartOfTheHead_RFC9110_6_5_2) {
  const Parsed parsed = parse_with("Host: evil\r\nContent-Length: 5\r\nX-Late: y\r\n");
  ASSERT_EQ(parsed.requests.size(), 1u);
  EXPECT_EQ(parsed.requests[0].head.fields,
            (Fields{{"Host", "a"}, {"Transfer-Encoding", "chunked"}}));
}

TEST(TheTrailersOfAMessage, AreNotThoseOfTheNextOne) {
  const std::string first = std::string(kPost) + "0\r\nX-Late: y\r\n\r\n";
  const Parsed parsed = parse_requests(first + std::string(kPost) + "0\r\n\r\n" +
                                       "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_EQ(parsed.trailers.size(), 3u);
  EXPECT_FALSE(parsed.trailers[0].empty());
  EXPECT_TRUE(parsed.trailers[1].empty());
  EXPECT_TRUE(parsed.trailers[2].empty());
}

TEST(TheTrailersOfAMessage, AreReadAsStrictlyAsAHead_RFC9112_7_1_2) {
  for (const std::string_view bad :
       {"X: y\n", "X: y\r\n z\r\n", " X: y\r\n", "X : y\r\n", ": y\r\n", "X\r\n", "X: y\rZ: z\r\n",
        "X: \x01\r\n", "X\xff: y\r\n", "GET /smuggled HTTP/1.1\r\n"}) {
    EXPECT_EQ(parse_with(bad).refusal, "http.bad_trailer") << bad;
    EXPECT_EQ(parse_with(bad, 1).status, 400u) << bad;
  }
  EXPECT_EQ(parse_with({"X: \0\r\n", 6}).status, 400u);
}

TEST(TheTrailersOfAMessage, AreBounded) {
  const Limits limits{.fields = 3, .trailer_bytes = 20};
  EXPECT_EQ(parse_with("A:\r\nB:\r\nC:\r\n", 1, limits).refusal, "");
  for (const char* too_much : {"A:\r\nB:\r\nC:\r\nD:\r\n", "A: 12345678901234567890\r\n"}) {
    EXPECT_EQ(parse_with(too_much, SIZE_MAX, limits).status, 431u) << too_much;
    EXPECT_EQ(parse_with(too_much, 1, limits).status, 431u) << too_much;
  }
}

TEST(TheTrailersOfAMessage, AreCutWhenTheConnectionEndsInsideThem_RFC9112_8) {
  const std::string whole = "0\r\nX-Late: y\r\n\r\n";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string part = whole.substr(0, size);
    EXPECT_EQ(parse_requests(std::string(kPost) + part).refusal, "http.cut") << part;
    EXPECT_EQ(parse_responses(std::string(kOk) + part).refusal, "http.cut") << part;
  }
}

TEST(TheEndOfTheChunks, HasNothingAfterItMostOften) {
  EXPECT_EQ(written({}), "before0\r\n\r\n");
  EXPECT_EQ(written({{"X-Sum", "1"}, {"X-Late", "y"}}), "before0\r\nX-Sum: 1\r\nX-Late: y\r\n\r\n");
}

TEST(TheEndOfTheChunks, CannotBeSplitByATrailer) {
  using Trailer = std::pair<std::string, std::string>;
  for (const auto& [name, value] :
       {Trailer{"X", "y\r\n\r\nHTTP/1.1 200 OK"}, Trailer{"X", "y\nZ: z"}, Trailer{"X", "y\r"},
        Trailer{"X", std::string("y\0", 2)}, Trailer{"X\r\nY", "y"}, Trailer{"X: y\r\n\r\nZ", "y"},
        Trailer{"", "y"}, Trailer{"X ", "y"}}) {
    EXPECT_EQ(written({{"X-Fine", "1"}, {name, value}}), "refused, leaves: before") << name;
  }
}

TEST(TheEndOfTheChunks, LeavesOutWhatHasToBeKnownBeforeTheBody_RFC9110_6_5_1) {
  for (const char* name : {"Content-Length",
                           "transfer-encoding",
                           "Trailer",
                           "Host",
                           "HOST",
                           "Connection",
                           "Keep-Alive",
                           "TE",
                           "Upgrade",
                           "Proxy-Connection",
                           "Proxy-Authorization",
                           "Authorization",
                           "Cookie",
                           "Set-Cookie",
                           "WWW-Authenticate",
                           "Accept",
                           "Accept-Encoding",
                           "Content-Type",
                           "Content-Encoding",
                           "content-range",
                           "Cache-Control",
                           "Expect",
                           "Max-Forwards",
                           "Pragma",
                           "Range",
                           "If-Match",
                           "If-None-Match",
                           "If-Range",
                           "Age",
                           "Date",
                           "Expires",
                           "Location",
                           "Retry-After",
                           "Vary",
                           "Warning",
                           "Access-Control-Allow-Origin",
                           "Sec-WebSocket-Key"}) {
    EXPECT_FALSE(may_be_trailer(name)) << name;
    EXPECT_EQ(written({{name, "y"}, {"X-Sum", "1"}}), "before0\r\nX-Sum: 1\r\n\r\n") << name;
  }
}

TEST(TheEndOfTheChunks, KeepsWhatIsMadeForIt) {
  for (const char* name : {"Content-Digest", "Repr-Digest", "ETag", "Server-Timing", "grpc-status",
                           "X-Checksum", "Accep", "Digest", "C", "Authentication-Info"}) {
    EXPECT_TRUE(may_be_trailer(name)) << name;
  }
}

}  // namespace
}  // namespace banyan::http

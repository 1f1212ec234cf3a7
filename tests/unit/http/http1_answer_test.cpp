// SPDX-License-Identifier: Apache-2.0
#include "http1_answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banyan::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr Http1Answer::Terms kTerms{Persistence::KeepAlive, false, "today", "id-1"};

ResponseHead head(unsigned status = 200) {
  ResponseHead made;
  made.status = status;
  return made;
}

TEST(AnHttp1Answer, SaysTheDateAndTheIdUnlessTheApplicationDoes) {
  Http1Answer answer;
  std::string out;
  ASSERT_TRUE(answer.begin(head(), Framing::of_length(2), kTerms, out));
  EXPECT_EQ(out,
            "HTTP/1.1 200 OK\r\nDate: today\r\nX-Request-Id: id-1\r\nContent-Length: 2\r\n\r\n");

  ResponseHead own = head();
  own.fields.add("Date", "yesterday");
  own.fields.add("x-request-id", "id-0");
  out.clear();
  ASSERT_TRUE(answer.begin(own, Framing::none(), kTerms, out));
  EXPECT_EQ(out, "HTTP/1.1 200 OK\r\nDate: yesterday\r\nx-request-id: id-0\r\n\r\n");
}

TEST(AnHttp1Answer, ThatCannotBeSentWritesNothing) {
  Http1Answer answer;
  std::string out = "before";
  ResponseHead split = head();
  split.fields.add("A", "b\r\nC: d");
  EXPECT_FALSE(answer.begin(split, Framing::none(), kTerms, out));
  EXPECT_EQ(out, "before");
}

TEST(AnHttp1Answer, InChunksWritesEachPieceAndItsTrailers) {
  Http1Answer answer;
  std::string out;
  ASSERT_TRUE(answer.begin(head(), Framing::chunked(), kTerms, out));
  EXPECT_THAT(out, HasSubstr("Transfer-Encoding: chunked\r\n"));
  out.clear();
  EXPECT_EQ(answer.take(26), Http1Answer::Piece::Sent);
  answer.begin_piece(26, out);
  EXPECT_EQ(out, "1a\r\n");
  EXPECT_EQ(answer.piece_end(), "\r\n");
  Fields trailers;
  trailers.add("Checksum", "7");
  std::string end;
  EXPECT_EQ(answer.end(trailers, end), Http1Answer::End::Whole);
  EXPECT_EQ(end, "0\r\nChecksum: 7\r\n\r\n");
}

TEST(AnHttp1Answer, ToAClientOfOldEndsWithTheConnection) {
  EXPECT_EQ(Http1Answer::for_client(Framing::chunked(), true), Framing::until_close());
  EXPECT_EQ(Http1Answer::for_client(Framing::chunked(), false), Framing::chunked());
  EXPECT_EQ(Http1Answer::for_client(Framing::of_length(3), true), Framing::of_length(3));
}

TEST(AnHttp1Answer, CountsWhatWasAnnounced) {
  Http1Answer answer;
  std::string out;
  ASSERT_TRUE(answer.begin(head(), Framing::of_length(5), kTerms, out));
  EXPECT_EQ(answer.take(3), Http1Answer::Piece::Sent);
  std::string end;
  EXPECT_EQ(answer.end(Fields(), end), Http1Answer::End::Short);
  EXPECT_EQ(answer.take(3), Http1Answer::Piece::TooMuch);
  EXPECT_EQ(answer.take(2), Http1Answer::Piece::Sent);
  EXPECT_EQ(answer.end(Fields(), end), Http1Answer::End::Whole);
  EXPECT_EQ(end, "");
}

TEST(AnHttp1Answer, ToHeadOr304HasNoBodyWhateverIsWritten) {
  Http1Answer answer;
  std::string out;
  Http1Answer::Terms terms = kTerms;
  terms.to_head = true;
  ASSERT_TRUE(answer.begin(head(), Framing::of_length(5), terms, out));
  EXPECT_FALSE(answer.has_body());
  EXPECT_EQ(answer.take(9), Http1Answer::Piece::Dropped);
  EXPECT_EQ(answer.end(Fields(), out), Http1Answer::End::Whole);
  ASSERT_TRUE(answer.begin(head(304), Framing::none(), kTerms, out));
  EXPECT_FALSE(answer.has_body());
}

TEST(AnHttp1Answer, MayGrantAnotherProtocol) {
  Http1Answer answer;
  std::string out;
  ASSERT_TRUE(answer.begin_tunnel(head(101), "websocket", "id-1", out));
  EXPECT_THAT(out, StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(out, HasSubstr("Upgrade: websocket\r\n"));
  EXPECT_THAT(out, EndsWith("\r\n\r\n"));
  EXPECT_EQ(answer.take(7), Http1Answer::Piece::Sent);
}

}  // namespace
}  // namespace banyan::http

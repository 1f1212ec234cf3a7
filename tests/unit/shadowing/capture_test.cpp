// SPDX-License-Identifier: Apache-2.0
#include "banyan/shadowing/capture.hpp"

#include <gtest/gtest.h>

namespace banyan::strangler {
namespace {

http::RequestHead head() {
  http::RequestHead head;
  head.method = "GET";
  head.target = "/albums";
  return head;
}

constexpr Capture::Limits kLimits{.request = 10, .answer = 10, .memory = 100'000};

TEST(Capture, GivesItsMemoryBackAtItsEnd) {
  Room room;
  {
    Capture capture(head(), kLimits, room);
    capture.request_piece("12345");
    capture.answer_piece("12345");
    EXPECT_FALSE(capture.dropped());
    EXPECT_EQ(room.taken(), capture.bytes());
    EXPECT_GT(room.taken(), 10u);
  }
  EXPECT_EQ(room.taken(), 0u);
}

TEST(Capture, KeepsNothingOnceALimitIsPassed) {
  Room room;
  Capture capture(head(), kLimits, room);
  capture.answer_piece("1234567890");
  capture.answer_piece("1");
  EXPECT_EQ(capture.dropped(), CopyDropped::AnswerTooLarge);
  EXPECT_EQ(room.taken(), 0u);
  capture.answer_piece("more");
  EXPECT_EQ(room.taken(), 0u);
  EXPECT_FALSE(capture.other_piece(1));
}

TEST(Capture, DropsWhatThereIsNoMemoryForAndSaysSo) {
  Room room;
  ASSERT_TRUE(room.take(kLimits.memory - 100, kLimits.memory));
  const Capture capture(head(), kLimits, room);
  EXPECT_EQ(capture.dropped(), CopyDropped::Memory);
  EXPECT_EQ(room.taken(), kLimits.memory - 100);
}

TEST(Capture, CountsTheOtherSidesAnswerAsWell) {
  Room room;
  Capture capture(head(), kLimits, room);
  EXPECT_TRUE(capture.other_piece(10));
  EXPECT_FALSE(capture.other_piece(1));
  EXPECT_EQ(capture.dropped(), CopyDropped::AnswerTooLarge);
}

}  // namespace
}  // namespace banyan::strangler

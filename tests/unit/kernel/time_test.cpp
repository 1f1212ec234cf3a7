// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "banyan/kernel/clock.hpp"

namespace banyan {
namespace {

TEST(Timestamp, IsWrittenAsRfc3339InUtc) {
  EXPECT_EQ(to_string(Timestamp{0}), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(to_string(Timestamp{1'709'251'198'000'001}), "2024-02-29T23:59:58.000001Z");
  EXPECT_EQ(to_string(Timestamp{-1}), "1969-12-31T23:59:59.999999Z");
}

TEST(Timestamp, ReadsBackWhatItWrote) {
  for (const std::int64_t micros : {0LL, 1LL, -1LL, 1'709'251'198'000'001LL}) {
    EXPECT_EQ(timestamp_from(to_string(Timestamp{micros})), Timestamp{micros});
  }
}

TEST(Timestamp, ReadsFewerFractionalDigits) {
  EXPECT_EQ(timestamp_from("1970-01-01T00:00:01Z"), Timestamp{1'000'000});
  EXPECT_EQ(timestamp_from("1970-01-01T00:00:01.5Z"), Timestamp{1'500'000});
}

class NotATimestamp : public testing::TestWithParam<const char*> {};
TEST_P(NotATimestamp, IsRefused) { EXPECT_FALSE(timestamp_from(GetParam())); }
INSTANTIATE_TEST_SUITE_P(Texts, NotATimestamp,
                         testing::Values("", "2024-02-30T00:00:00Z", "2024-02-29 23:59:58Z",
                                         "2024-02-29T23:59:58", "2024-02-29T24:00:00Z",
                                         "2024-02-29T23:59:58.Z", "2024-02-29T23:59:58.1234567Z",
                                         "2024-02-29T23:59:58+01:00"));

}  // namespace
}  // namespace banyan

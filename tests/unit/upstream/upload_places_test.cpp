// SPDX-License-Identifier: Apache-2.0
#include "banyan/upstream/upload_places.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace banyan::upstream {
namespace {

constexpr std::uint32_t kMost = 512;

class ThePlacesForUploads : public testing::Test {
 protected:
  std::uint32_t all_it_gets(std::string_view client) {
    std::uint32_t got = 0;
    while (places_.enter(client, kMost)) ++got;
    return got;
  }

  UploadPlaces places_;
};

TEST_F(ThePlacesForUploads, AreHalfForOneClientAndHalfOfTheRestForTheNext) {
  EXPECT_EQ(all_it_gets("192.0.2.1"), 256u);
  EXPECT_EQ(all_it_gets("192.0.2.2"), 128u);
  EXPECT_EQ(all_it_gets("192.0.2.1"), 0u);
  EXPECT_EQ(all_it_gets("192.0.2.3"), 64u);
}

TEST_F(ThePlacesForUploads, AreForWhoeverHasNoneAsLongAsThereIsOne) {
  for (std::uint32_t i = 0; i < kMost; ++i) {
    ASSERT_TRUE(places_.has_room(std::to_string(i), kMost)) << i;
    ASSERT_TRUE(places_.enter(std::to_string(i), kMost)) << i;
  }
  EXPECT_FALSE(places_.has_room("late", kMost));
  EXPECT_FALSE(places_.enter("late", kMost));
}

TEST_F(ThePlacesForUploads, ComeBackToTheClientThatLeavesThem) {
  ASSERT_EQ(all_it_gets("192.0.2.1"), 256u);
  EXPECT_FALSE(places_.has_room("192.0.2.1", kMost));
  places_.leave("192.0.2.1");
  EXPECT_TRUE(places_.has_room("192.0.2.1", kMost));
  EXPECT_EQ(all_it_gets("192.0.2.1"), 1u);
}

TEST_F(ThePlacesForUploads, HaveNoShareForNobodyInParticular) {
  EXPECT_EQ(all_it_gets(""), kMost);
  places_.leave("");
  EXPECT_EQ(all_it_gets(""), 1u);
}

TEST_F(ThePlacesForUploads, MayBecomeFewerWhileTheyAreTaken) {
  ASSERT_EQ(all_it_gets("192.0.2.1"), 256u);
  EXPECT_FALSE(places_.has_room("192.0.2.2", 4));
  EXPECT_FALSE(places_.enter("192.0.2.2", 4));
}

}  // namespace
}  // namespace banyan::upstream

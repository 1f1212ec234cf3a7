// SPDX-License-Identifier: Apache-2.0
#include "application/names/freshness.hpp"

#include <gtest/gtest.h>

#include "persistence/memory_names.hpp"

namespace orders {
namespace {

using banyan::Timestamp;

constexpr Timestamp kEarly{1'000'000};
constexpr Timestamp kSoonAfter{kEarly.micros + 1'000'000};
constexpr Timestamp kLater{kEarly.micros + 60'000'000};

TEST(NamesFreshness, IsToBeWrittenDownUntilThatWasDoneAndThenSeldom) {
  NamesFreshness freshness;
  EXPECT_TRUE(freshness.heard("catalog", kEarly));
  EXPECT_TRUE(freshness.heard("catalog", kSoonAfter)) << "the first time it could not be written";
  freshness.wrote("catalog", kSoonAfter);
  EXPECT_FALSE(freshness.heard("catalog", kSoonAfter));
  EXPECT_TRUE(freshness.heard("catalog", kLater));
  EXPECT_TRUE(freshness.heard("customers", kEarly)) << "of each source for itself";
  EXPECT_EQ(freshness.known().at("catalog"), kLater);
}

// Another process may have heard later, and has written that down.
TEST(NamesFreshness, IsTheLaterOfWhatWasHeardHereAndWhatWasWrittenDown) {
  MemoryNames names;
  EXPECT_EQ(source_complete_until(names, "catalog", {}), std::nullopt);
  EXPECT_EQ(source_complete_until(names, "catalog", {{"catalog", kEarly}}), kEarly);
  names.set_complete_until("catalog", kSoonAfter);
  EXPECT_EQ(source_complete_until(names, "catalog", {}), kSoonAfter);
  EXPECT_EQ(source_complete_until(names, "catalog", {{"catalog", kEarly}}), kSoonAfter);
  EXPECT_EQ(source_complete_until(names, "catalog", {{"catalog", kLater}}), kLater);

  names.set({.served = 1, .building = 0});
  names.set_complete_until("customers", kLater);
  EXPECT_EQ(names_complete_until(names, {{"catalog", kEarly}}), kSoonAfter);
}

}  // namespace
}  // namespace orders

// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/listed.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace banyan {
namespace {

using Words = std::vector<std::string>;

TEST(WordsThatAreListed, AreNothingWhereThereIsNone) { EXPECT_EQ(listed(Words{}), ""); }

TEST(WordsThatAreListed, StandForThemselvesWhereThereIsOne) {
  EXPECT_EQ(listed(Words{"catalog"}), "catalog");
}

TEST(WordsThatAreListed, HaveAWordBeforeTheLastAndCommasBeforeTheOthers) {
  EXPECT_EQ(listed(Words{"catalog", "orders"}), "catalog and orders");
  EXPECT_EQ(listed(Words{"catalog", "orders", "warehouse"}), "catalog, orders and warehouse");
}

TEST(WordsThatAreListed, HaveWhatTheCallerSaysBeforeTheLast) {
  EXPECT_EQ(listed(Words{"new"}, "or"), "new");
  EXPECT_EQ(listed(Words{"new", "old"}, "or"), "new or old");
  EXPECT_EQ(listed(Words{"new", "old", "both"}, "or"), "new, old or both");
}

}  // namespace
}  // namespace banyan

// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/in_quotes.hpp"

#include <gtest/gtest.h>

namespace banyan {
namespace {

TEST(ANameInQuotes, IsAsItIsBetweenThem) {
  EXPECT_EQ(in_quotes("catalog"), R"("catalog")");
  EXPECT_EQ(in_quotes(""), R"("")") << "also where there is nothing";
  EXPECT_EQ(in_quotes(R"(a "b" \c)"), R"("a "b" \c")") << "a message is no program";
}

}  // namespace
}  // namespace banyan

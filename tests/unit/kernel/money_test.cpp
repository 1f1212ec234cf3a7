// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/money.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace banyan {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

TEST(Money, AddsAndMultiplies) {
  EXPECT_EQ(add({999, "EUR"}, {1, "EUR"}), (Money{1000, "EUR"}));
  EXPECT_EQ(times({999, "EUR"}, 3), (Money{2997, "EUR"}));
}

TEST(Money, RefusesToMixCurrencies) {
  EXPECT_EQ(add({1, "EUR"}, {1, "USD"}).error().rule, "banyan.currency_mismatch");
}

TEST(Money, RefusesToOverflow) {
  EXPECT_EQ(add({kMost, "EUR"}, {1, "EUR"}).error().rule, "banyan.money_overflow");
  EXPECT_EQ(times({kMost, "EUR"}, 2).error().rule, "banyan.money_overflow");
}

TEST(Money, ReadsLikeAPrice) {
  EXPECT_EQ(to_string(Money{999, "EUR"}), "9.99 EUR");
  EXPECT_EQ(to_string(Money{-5, "EUR"}), "-0.05 EUR");
  EXPECT_EQ(to_string(Money{std::numeric_limits<std::int64_t>::min(), "EUR"}),
            "-92233720368547758.08 EUR");
}

}  // namespace
}  // namespace banyan

// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/hex.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <string>

#include "banyan/kernel/random.hpp"

namespace banyan {
namespace {

std::string as_printf_has_it(std::uint64_t number) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016" PRIx64, number);
  return text.data();
}

TEST(Hex, IsWhatPrintfMakesOfTheSameNumber) {
  SeededRandom random(1);
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t number = random.next() >> (i % 64);
    std::string text;
    append_hex(text, number, 16);
    ASSERT_EQ(text, as_printf_has_it(number));
  }
}

TEST(Hex, HasEveryDigitInItsPlace) {
  std::string text;
  append_hex(text, 0x0123'4567'89AB'CDEF, 16);
  append_hex(text, 0xFEDC'BA98'7654'3210, 16);
  EXPECT_EQ(text, "0123456789abcdeffedcba9876543210");
}

TEST(Hex, TakesTheLowestDigitsWhenFewerAreAskedFor) {
  std::string text = "v";
  append_hex(text, 0xABCDE, 4);
  EXPECT_EQ(text, "vbcde");
}

}  // namespace
}  // namespace banyan

// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/utf8.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace banyan {
namespace {

using std::string_view_literals::operator""sv;

TEST(Utf8, TellsTheLengthOfACharacter) {
  EXPECT_EQ(utf8_length("a"), 1U);
  EXPECT_EQ(utf8_length("\0"sv), 1U);
  EXPECT_EQ(utf8_length("ü"), 2U);
  EXPECT_EQ(utf8_length("銀座"), 3U);
  EXPECT_EQ(utf8_length("\xF0\x9F\x8E\xB5"), 4U);
}

TEST(Utf8, KnowsWhatIsNone) {
  for (const std::string_view bytes :
       {""sv, "\x80"sv, "\xC0\x80"sv, "\xC3"sv, "\xE0\x80\x80"sv, "\xED\xA0\x80"sv, "\xE9\x8A"sv,
        "\xF0\x80\x80\x80"sv, "\xF4\x90\x80\x80"sv, "\xFF"sv}) {
    EXPECT_EQ(utf8_length(bytes), 0U);
  }
}

TEST(Utf8, OneLineHasNoControlCharacters) {
  for (const std::string_view line : {""sv, "rec_1"sv, "a b"sv, "Zoë, 銀座"sv}) {
    EXPECT_TRUE(is_line(line)) << line;
  }
  for (const std::string_view text :
       {"\0"sv, "a\0b"sv, "a\nb"sv, "\t"sv, "a\x7F"sv, "\xFF"sv, "ok\xC3"sv}) {
    EXPECT_FALSE(is_line(text));
  }
}

}  // namespace
}  // namespace banyan

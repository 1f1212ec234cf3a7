// SPDX-License-Identifier: Apache-2.0
#include "characters.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <string>

namespace banyan::http {
namespace {

/// What skip_visible() does eight bytes at a time, one at a time.
std::size_t visible_one_by_one(const std::string& text) {
  std::size_t at = 0;
  while (at != text.size() && text[at] >= 0x20 && text[at] != 0x7F) ++at;
  return at;
}

std::size_t visible(const std::string& text) {
  return static_cast<std::size_t>(skip_visible(text.data(), text.data() + text.size()) -
                                  text.data());
}

TEST(Characters, EveryByteIsSeenAtEveryPlaceOfTextsOfEveryLength) {
  for (std::size_t size = 0; size <= 34; ++size) {
    for (std::size_t place = 0; place < size; ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, 'a');
        text[place] = static_cast<char>(byte);
        ASSERT_EQ(visible(text), visible_one_by_one(text))
            << "byte " << byte << " at " << place << " of " << size;
      }
    }
  }
}

/// A borrow or a carry must not hide the first one, nor make one up before it.
TEST(Characters, NeighboursDoNotHideEachOther) {
  std::mt19937 random(7);
  constexpr std::string_view kBytes{"\x00\x1F\x20\x21\x7E\x7F\x80\xFF", 8};
  for (int round = 0; round < 200'000; ++round) {
    std::string text(random() % 20, 'a');
    for (char& c : text) {
      if (random() % 4 == 0) c = kBytes[random() % kBytes.size()];
    }
    ASSERT_EQ(visible(text), visible_one_by_one(text)) << testing::PrintToString(text);
  }
}

TEST(Characters, AValueGoesOnOverTabsAndTextThatIsNotAscii) {
  const std::string value = "caf\xC3\xA9\tau lait, and so on\r\n";
  const char* const stop = skip_value(value.data(), value.data() + value.size());
  EXPECT_EQ(stop - value.data(), static_cast<std::ptrdiff_t>(value.size() - 2));
}

}  // namespace
}  // namespace banyan::http

// SPDX-License-Identifier: Apache-2.0
#include "domain/source_text.hpp"

#include <gtest/gtest.h>

namespace pages {
namespace {

TEST(SourceText, KeepsUtf8AsItIs) {
  for (const char* const text :
       {"", "A heron.\n", "Gr\u00FC\u00DFe & <\u00FCmlauts>", "\u65E5\u672C\u8A9E", "\U0001F426",
        "\uFEFFwith a mark", "\t \n\n"}) {
    EXPECT_EQ(source_text(text), text);
  }
}

TEST(SourceText, EndsLinesInOneWay) {
  EXPECT_EQ(source_text("a\r\nb\rc\n\r\n\r"), "a\nb\nc\n\n\n");
}

TEST(SourceText, TakesWhatIsNoUtf8ForLatin1) {
  EXPECT_EQ(source_text("Gr\xFC\xDF"
                        "e\r\n"),
            "Gr\u00FC\u00DFe\n");
  EXPECT_EQ(source_text("\x80"), "\u0080");
  EXPECT_EQ(source_text("cut \xE6\x97"), "cut \u00E6\u0097");
  EXPECT_EQ(source_text("\xFF\xFE"), "\u00FF\u00FE");
}

TEST(SourceText, IsNoneWhereTheWikiTakesBytesForUtf8ThatAreNone) {
  for (const char* const bytes :
       {"\xC0\x80", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80",
        "\xFC\x84\x80\x80\x80\x80", "fine, and \xC1\xBF"}) {
    EXPECT_EQ(source_text(bytes), std::nullopt);
  }
}

}  // namespace
}  // namespace pages

// SPDX-License-Identifier: Apache-2.0
#include "domain/page_name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pages {
namespace {

TEST(PageName, IsWordsBetweenColons) {
  for (const char* const name :
       {"notes", "desk:prices", "a:b:c", "2026", "old_prices", "v1.2", "a..b", "x-y_z", "a-_b"}) {
    ASSERT_TRUE(PageName::parse(name)) << name;
    EXPECT_EQ(PageName::parse(name)->str(), name);
  }
}

TEST(PageName, IsNotWhatTheWikiWouldWriteInAnotherWay) {
  for (const char* const text :
       {"Notes", "desk:Prices", "old prices", "old__prices", "_notes", "notes_", ":notes",
        "desk:", "desk::prices", "desk:-prices", "desk-:prices", "notes.", "a;b", "a+b",
        "gr\u00FC\u00DFe", "\u65E5\u672C\u8A9E", ""}) {
    EXPECT_FALSE(PageName::parse(text)) << text;
  }
}

TEST(PageName, LeadsNowhereElse) {
  for (const char* const text : {"..", "../secret", "..:secret", "desk:..:secret", "desk/prices",
                                 "/etc/passwd", ".", "desk:.hidden", "a\\b", "a\nb"}) {
    EXPECT_FALSE(PageName::parse(text)) << text;
  }
  EXPECT_FALSE(PageName::parse(std::string_view("notes\0", 6)));
}

TEST(PageName, IsInScopesFromTheClosestToTheFarthest) {
  EXPECT_THAT(PageName::parse("notes")->scopes(), testing::ElementsAre("notes", "*"));
  EXPECT_THAT(PageName::parse("desk:old:prices")->scopes(),
              testing::ElementsAre("desk:old:prices", "desk:old:*", "desk:*", "*"));
}

}  // namespace
}  // namespace pages

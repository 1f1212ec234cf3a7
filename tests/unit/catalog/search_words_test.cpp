// SPDX-License-Identifier: Apache-2.0
#include "domain/search_words.hpp"

#include <gmock/gmock.h>

namespace catalog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SearchWords, AreLettersAndDigitsInLowerCase) {
  EXPECT_THAT(search_words("  Live at the   Blue-Station, 1999!"),
              ElementsAre("live", "at", "the", "blue", "station", "1999"));
}

TEST(SearchWords, LoseTheAccentsOfLatinLetters) {
  EXPECT_THAT(search_words("Zoë ÅNGSTRÖM señor Dvořák Ŝ"),
              ElementsAre("zoe", "angstrom", "senor", "dvorak", "s"));
  EXPECT_THAT(search_words("Zoe\u0308"), ElementsAre("zoe"));
}

TEST(SearchWords, KeepLettersThatAreNoAccentedOnes) {
  EXPECT_THAT(search_words("BLÅBÆR Øl Łódź"), ElementsAre("blabær", "øl", "łodz"));
  EXPECT_THAT(search_words("Кино ΟΔΟΣ 東京"), ElementsAre("кино", "οδοσ", "東京"));
}

TEST(SearchWords, HoldNothingThatMeansSomethingToADatabase) {
  EXPECT_THAT(search_words("\"a\" OR b* NEAR(c) ^d -e title:f 'g' & !h | (i):* \\j;"),
              ElementsAre("a", "or", "b", "near", "c", "d", "e", "title", "f", "g", "h", "i", "j"));
  EXPECT_THAT(search_words("“quoted” – dash… ♫"), ElementsAre("quoted", "dash"));
  EXPECT_THAT(search_words("!?*"), IsEmpty());
  EXPECT_THAT(search_words(""), IsEmpty());
}

TEST(SearchWords, PassOverBytesThatAreNoUtf8) {
  EXPECT_THAT(search_words("a\xFF\xC3(b\xE2\x82"), ElementsAre("a", "b"));
  EXPECT_THAT(search_words(std::string_view("a\0b", 3)), ElementsAre("a", "b"));
}

}  // namespace
}  // namespace catalog

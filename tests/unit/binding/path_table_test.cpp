// SPDX-License-Identifier: Apache-2.0
#include "binding/path_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace {

using banyan::ResourcePath;
using banyan::binding::decode_segment;
using banyan::binding::PathTable;
using Outcome = PathTable::Match::Outcome;

const PathTable& shop() {
  static const PathTable table({{"GET", "/tracks/{id}"},
                                {"GET", "/tracks"},
                                {"GET", "/tracks/new"},
                                {"PUT", "/tracks/{id}"},
                                {"POST", "/tracks/{id}/plays"},
                                {"GET", "/"}});
  return table;
}

TEST(PathTable, FindsTheEntryByMethodAndSegments) {
  EXPECT_EQ(shop().match("GET", "/tracks/7").entry, 0U);
  EXPECT_EQ(shop().match("GET", "/tracks?page=2").entry, 1U);
  EXPECT_EQ(shop().match("PUT", "/tracks/7").entry, 3U);
  EXPECT_EQ(shop().match("POST", "/tracks/7/plays").entry, 4U);
  EXPECT_EQ(shop().match("GET", "/").entry, 5U);
}

TEST(PathTable, PrefersTextsToParameters) {
  EXPECT_EQ(shop().match("GET", "/tracks/new").entry, 2U);
  EXPECT_EQ(shop().match("GET", "/tracks/%6Eew").entry, 2U) << "an escape is the same text";
}

TEST(PathTable, AnswersHeadWhereGetIs) {
  EXPECT_EQ(shop().match("HEAD", "/tracks/7").outcome, Outcome::Found);
}

TEST(PathTable, NamesTheMethodsThatThePathKnows) {
  const auto match = shop().match("DELETE", "/tracks/7");

  EXPECT_EQ(match.outcome, Outcome::MethodNotAllowed);
  EXPECT_EQ(match.detail, "GET, HEAD, PUT");
}

TEST(PathTable, KnowsNothingOfOtherPaths) {
  EXPECT_EQ(shop().match("GET", "/albums").outcome, Outcome::NotFound);
  EXPECT_EQ(shop().match("GET", "/tracks/7/plays/8").outcome, Outcome::NotFound);
  EXPECT_EQ(shop().match("GET", "/Tracks").outcome, Outcome::NotFound);
}

TEST(PathTable, RefusesPathsThatOthersCouldReadDifferently) {
  for (const char* target :
       {"/tracks/", "//tracks", "/tracks/%2F", "/tracks/%5c", "/tracks/%00", "/tracks/..",
        "/tracks/%2e%2E", "/tracks/%", "/tracks/%zz", "/tracks/%C3%28", "/tracks/."}) {
    EXPECT_EQ(shop().match("GET", target).outcome, Outcome::BadPath) << target;
  }
}

TEST(PathTable, DecodesEscapesOnce) {
  EXPECT_EQ(decode_segment("100%25%20a"), "100% a");
  EXPECT_EQ(decode_segment("%2541"), "%41");
  EXPECT_EQ(decode_segment("a+b"), "a+b");
}

std::string refusal(std::vector<ResourcePath> entries) {
  try {
    const PathTable table(std::move(entries));
  } catch (const std::invalid_argument& fault) {
    return fault.what();
  }
  return "";
}

TEST(PathTable, RefusesResourcesThatMeetAndNamesEachPair) {
  EXPECT_EQ(
      refusal({{"GET", "/a/{x}/c"},
               {"GET", "/a/b/{y}"},
               {"GET", "/t/{id}"},
               {"GET", "/t/{track}"},
               {"PUT", "/t/{track}"}}),
      "the resources cannot be served:\n"
      "\"GET /a/{x}/c\" and \"GET /a/b/{y}\" match the same requests: give one of them another"
      " path\n"
      "\"GET /t/{id}\" and \"GET /t/{track}\" match the same requests: give one of them"
      " another path\n");
}

TEST(PathTable, RefusesMalformedTemplates) {
  using testing::HasSubstr;
  EXPECT_THAT(refusal({{"GET", "tracks"}}), HasSubstr("the path must begin with /"));
  EXPECT_THAT(refusal({{"FETCH", "/tracks"}}), HasSubstr("the method must be"));
  EXPECT_THAT(refusal({{"GET", "/tracks/{id"}}), HasSubstr("neither a plain text nor a {param"));
  EXPECT_THAT(refusal({{"GET", "/tracks/x{id}"}}), HasSubstr("neither a plain text"));
  EXPECT_THAT(refusal({{"GET", "/tracks/{}"}}), HasSubstr("neither a plain text"));
  EXPECT_THAT(refusal({{"GET", "/a b"}}), HasSubstr("neither a plain text"));
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
#include "path_pattern_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banyan::strangler {
namespace {

Route route(std::string path, PathKind kind = PathKind::Template) {
  Route made;
  made.path = std::move(path);
  made.kind = kind;
  return made;
}

std::string plain(const Route& route) { return path_expression(route, PathParameters::TakenAway); }

TEST(ThePathOfARoute, IsAnExpression) {
  EXPECT_EQ(plain(route("/")), "/$");
  EXPECT_EQ(plain(route("/albums")), "/albums$");
  EXPECT_EQ(plain(route("/albums/")), "/albums/$");
  EXPECT_EQ(plain(route("/albums/{id}/tracks")), "/albums/[^/]+/tracks$");
  EXPECT_EQ(plain(route("/", PathKind::Prefix)), "/");
  EXPECT_EQ(plain(route("/albums", PathKind::Prefix)), "/albums(?:/|$)");
}

TEST(ThePathOfARoute, MayHaveParametersInEachSegment) {
  EXPECT_EQ(path_expression(route("/a/{id}"), PathParameters::There),
            "/a(?:;[^/]*)?/[^/;]+(?:;[^/]*)?$");
}

TEST(ThePathOfARoute, HasBothSpellingsOfWhatHasTwo) {
  EXPECT_EQ(plain(route("/a.b")), "/a[.]b$");
  EXPECT_EQ(plain(route("/a b~")), "/a(?:\\x20|%20)b(?:\\x7E|%7[Ee])$");
  EXPECT_EQ(plain(route("/\xC3\xA4")), "/(?:\\xC3|%[Cc]3)(?:\\xA4|%[Aa]4)$");
}

TEST(ThePathOfARoute, IsLooseWhereTheRouteIs) {
  Route loose = route("/albums/");
  loose.ignore_last_slash = true;
  EXPECT_EQ(plain(loose), "/albums/?$");
  loose.ignore_case = true;
  EXPECT_EQ(plain(loose), "(?i:/albums/?)$");
}

TEST(ATextOfOneSpelling, CanBeLookedUp) {
  EXPECT_TRUE(is_plain_text(route("/albums/new.html")));
  EXPECT_FALSE(is_plain_text(route("/albums/{id}")));
  EXPECT_FALSE(is_plain_text(route("/a~b")));
  EXPECT_FALSE(is_plain_text(route("/albums", PathKind::Prefix)));
}

}  // namespace
}  // namespace banyan::strangler

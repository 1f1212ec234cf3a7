// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/cookie.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace banyan::http {
namespace {

std::string session(const Fields& fields) { return std::string(cookie(fields, "session")); }

TEST(Cookie, IsFoundByExactlyItsName) {
  EXPECT_EQ(session({{"Cookie", "a=1; session=abc=d; b=2"}}), "abc=d");
  EXPECT_EQ(session({{"Cookie", "a=session=1; session=v"}}), "v");
  for (const char* none : {"xsession=1", "session2=1", "Session=1", "session", "session=", "",
                           "a=session=1", ";;;", "session =1"}) {
    EXPECT_EQ(session({{"Cookie", none}}), "") << none;
  }
}

TEST(Cookie, IsReadWithoutTheBlanksAroundIt) {
  EXPECT_EQ(session({{"Cookie", ";;; ;session=x"}}), "x");
  EXPECT_EQ(session({{"Cookie", "a=1;\t session=x \t; b=2"}}), "x");
}

TEST(Cookie, IsTheFirstThatHasAValueWhereverItStands) {
  EXPECT_EQ(session({{"Cookie", "a=1"}, {"cookie", "session=second field"}}), "second field");
  EXPECT_EQ(session({{"Cookie", "session=; session=x; session=y"}}), "x");
  EXPECT_EQ(session({{"Cookie", "session="}, {"Cookie", "session=x"}}), "x");
}

TEST(Cookie, IsTheFirstWhoseValueCounts) {
  const auto is_long = [](std::string_view value) { return value.size() > 2; };
  EXPECT_EQ(cookie({{"Cookie", "session=; session=x; a=long; session=first; session=second"}},
                   "session", is_long),
            "first");
  EXPECT_EQ(cookie({{"Cookie", "session=x"}, {"Cookie", "session=other"}}, "session", is_long),
            "other");
  EXPECT_EQ(cookie({{"Cookie", "session=x; session2=long"}}, "session", is_long), "");
}

TEST(WithoutACookie, TheOthersStayInTheirOrder) {
  EXPECT_EQ(without_cookie("a=1; session=x; b=2", "session"), "a=1; b=2");
  EXPECT_EQ(without_cookie("session=x;a=1 ;; session=y;b=2;", "session"), "a=1; b=2");
  EXPECT_EQ(without_cookie("a=session=1; session=", "session"), "a=session=1");
}

TEST(WithoutACookie, NothingIsLeftWhereThereWasNoOther) {
  EXPECT_EQ(without_cookie("session=x", "session"), "");
  EXPECT_EQ(without_cookie(" ; session=x ;", "session"), "");
}

TEST(WithoutACookie, AFieldThatHasNoneOfThatNameIsNotTouched) {
  for (const char* none : {"", "a=1;  b=2", "xsession=1", "session2=1", "Session=1", "session"}) {
    EXPECT_EQ(without_cookie(none, "session"), std::nullopt) << none;
  }
}

}  // namespace
}  // namespace banyan::http

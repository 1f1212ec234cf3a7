// SPDX-License-Identifier: Apache-2.0
#include "domain/everybody.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pages {
namespace {

AccessRule all(std::string scope, bool may_read) {
  return {.scope = std::move(scope), .for_everybody = true, .may_read = may_read};
}
AccessRule some(std::string scope, bool may_read) {
  return {.scope = std::move(scope), .may_read = may_read};
}
AccessRule theirs(std::string scope, bool may_read) {
  return {.scope = std::move(scope), .may_read = may_read, .scope_is_theirs = true};
}

bool open(const std::string& name, const std::vector<AccessRule>& rules) {
  return everybody_may_read(*PageName::parse(name), rules);
}

TEST(Everybody, MayReadWhatIsOpenToAll) {
  EXPECT_TRUE(open("desk:prices", {all("*", true)}));
  EXPECT_TRUE(open("desk:prices", {all("*", false), all("desk:*", true)}));
  EXPECT_TRUE(open("desk:prices", {all("desk:*", false), all("desk:prices", true)}));
  EXPECT_TRUE(open("desk:prices", {all("*", true), some("*", false)}))
      << "the most generous of a scope";
}

TEST(Everybody, MayNotReadWhatIsClosedToVisitors) {
  EXPECT_FALSE(open("desk:prices", {}));
  EXPECT_FALSE(open("desk:prices", {all("*", true), all("desk:*", false), some("desk:*", true)}));
  EXPECT_FALSE(open("desk:prices", {all("*", true), all("desk:prices", false)}));
  EXPECT_FALSE(open("desk:prices", {some("*", true)}));
  EXPECT_FALSE(open("desk:prices", {all("des:*", true), all("prices", true), all("desk", true)}));
}

TEST(Everybody, MayNotReadWhatIsClosedToSomebodyOnly) {
  EXPECT_FALSE(open("desk:prices", {all("*", true), some("desk:*", false)}));
  EXPECT_FALSE(open("desk:prices", {all("desk:*", true), some("desk:prices", false)}));
  EXPECT_FALSE(open("notes", {all("*", true), theirs("%GROUP%:*", false)}))
      << "whose group is called what?";
}

TEST(Everybody, MayReadBesideWhatSomebodyHasOfTheirOwn) {
  EXPECT_TRUE(open("notes", {all("*", true), theirs("home:%USER%:*", true)}));
  EXPECT_TRUE(open("desk:prices", {all("*", true), some("desk:*", true)}));
  EXPECT_FALSE(open("notes", {theirs("*%USER%", true)}));
}

}  // namespace
}  // namespace pages

// SPDX-License-Identifier: Apache-2.0
#include "dokuwiki/access_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wiki::dokuwiki {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Rule = pages::AccessRule;

TEST(AccessFile, HasARuleALine) {
  EXPECT_THAT(access_rules_in("# acl.auth.php\n"
                              "# <?php exit()?>\n"
                              "\n"
                              "*\t@ALL\t1\n"
                              "desk:*  @user \t 8\r\n"
                              "  desk:prices ada 0 # not before Monday"),
              ElementsAre(Rule{"*", true, true, false}, Rule{"desk:*", false, true, false},
                          Rule{"desk:prices", false, false, false}));
}

TEST(AccessFile, HasScopesThatDependOnWhoAsks) {
  EXPECT_THAT(
      access_rules_in("home:%USER%:* %USER% 16\n%GROUP%:* %GROUP% 0\n"),
      ElementsAre(Rule{"home:%USER%:*", false, true, true}, Rule{"%GROUP%:*", false, false, true}));
}

TEST(AccessFile, LetsNobodyReadByWhatIsNoLevel) {
  EXPECT_THAT(access_rules_in("* @ALL read\n* @ALL -1\n* @ALL 99999999999999\n"),
              testing::Each(testing::Field(&Rule::may_read, false)));
}

TEST(AccessFile, HasNoRuleInALineWithoutALevel) {
  EXPECT_THAT(access_rules_in("*\n* @ALL\n* @ALL # 1\n   \n"), IsEmpty());
}

}  // namespace
}  // namespace wiki::dokuwiki

// SPDX-License-Identifier: Apache-2.0
#include "banyan/succession/introduction.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "messages.hpp"

namespace banyan::succession {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const Introduction kRunning{
    "shop", "1", {{"database", "a.db"}}, {{"127.0.0.1", 80}, {"::1", 80}}, 7};

TEST(Introduction, LetsAnotherVersionFollow) {
  Introduction next = kRunning;
  next.version = "2";
  next.listen = {{"0:0::1", 80}, {"127.0.0.1", 80}};
  next.facts["something new"] = "that the running one has never heard of";
  EXPECT_EQ(why_not(kRunning, next), "");
}

TEST(Introduction, SaysWhatIsNotTheSame) {
  Introduction next = kRunning;
  next.program = "bank";
  EXPECT_THAT(why_not(kRunning, next), AllOf(HasSubstr("shop 1 (process 7) is not a bank"),
                                             HasSubstr("without --take-over")));
  next = kRunning;
  next.facts["database"] = "b.db";
  EXPECT_THAT(why_not(kRunning, next),
              HasSubstr("has the database 'a.db', and this one has 'b.db'"));
  next = kRunning;
  next.listen.pop_back();
  EXPECT_THAT(why_not(kRunning, next),
              HasSubstr("listens on 127.0.0.1:80, [::1]:80, and this one shall listen on "
                        "127.0.0.1:80"));
}

TEST(Introduction, IsReadAsItWasSaidWhateverElseThereIs) {
  nlohmann::json text = parsed(introduction("hello", kRunning));
  text["newer"] = {1, 2};
  text["facts"]["odd"] = 7;
  const Introduction read = introduction_of(text);
  EXPECT_EQ(read.program, "shop");
  EXPECT_EQ(read.version, "1");
  EXPECT_EQ(read.process, 7);
  EXPECT_EQ(read.facts, kRunning.facts);
  EXPECT_EQ(read.listen, kRunning.listen);
  EXPECT_EQ(introduction_of(parsed("no JSON")).program, "");
  EXPECT_FALSE(is(parsed("[1]"), "hello"));
}

}  // namespace
}  // namespace banyan::succession

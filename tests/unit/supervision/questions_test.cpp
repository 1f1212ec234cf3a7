// SPDX-License-Identifier: Apache-2.0
#include "questions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace banyan::supervision {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class QuestionsTest : public testing::Test {
 protected:
  static Deployment with_a_shop() {
    Deployment deployment;
    Program program;
    program.name = "shop";
    deployment.programs.push_back(std::move(program));
    return deployment;
  }
  std::optional<Questions::Json> ask(const std::string& text) {
    auto question = Questions::Json::parse(text);
    return questions_.answer(question, true);
  }

  Deployment deployment_ = with_a_shop();
  Fleet fleet_{deployment_};
  std::vector<std::string> said_;
  Questions questions_{deployment_, fleet_, system_clock(),
                       [this](const std::string& line) { said_.push_back(line); }};
};

TEST_F(QuestionsTest, ThatAreNotOfTheirFormAreRefusedAndEndNothing) {
  for (const char* const each :
       {"{}", R"({"ask":7})", R"({"ask":null})", R"({"ask":["stop"]})", R"({"ask":"cook"})"}) {
    const auto answer = ask(each);
    ASSERT_TRUE(answer) << each;
    EXPECT_EQ(answer->at("rule"), "supervision.unknown_question") << each;
  }
  const auto restart = ask(R"({"ask":"restart","program":7})");
  ASSERT_TRUE(restart);
  EXPECT_EQ(restart->at("rule"), "supervision.unknown_program");
  EXPECT_THAT(restart->at("detail").get<std::string>(), HasSubstr("Known: shop"));
  EXPECT_FALSE(fleet_.stopping());
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(QuestionsTest, ToStopAreOrdersOnceAndAnsweredWhenAllHasEnded) {
  fleet_.started(0, 100, system_clock().steady());
  auto question = Questions::Json::parse(R"({"ask":"stop"})");
  EXPECT_FALSE(questions_.answer(question, true));
  EXPECT_TRUE(fleet_.stopping());
  EXPECT_FALSE(questions_.answer(question, false));
  fleet_.ended(0, {}, system_clock().steady());
  EXPECT_TRUE(questions_.answer(question, false));
  EXPECT_THAT(said_, ElementsAre(HasSubstr("was told to stop")));
}

}  // namespace
}  // namespace banyan::supervision

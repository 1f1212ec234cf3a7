// SPDX-License-Identifier: Apache-2.0
#include "signed_question.hpp"

#include <gtest/gtest.h>

#include <expected>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>

#include "banyan/kernel/executor.hpp"
#include "shared_keys.hpp"

namespace banyan::host {
namespace {

class ASignedQuestion : public testing::Test {
 protected:
  http::Request asked(const SharedKeys& keys) const {
    return question_at("/_facts/demo", keys, environment_);
  }
  http::Response told(const http::Request& question, const SharedKeys& keys) const {
    return signed_report({{"sky", "blue"}}, question, keys, now_);
  }
  std::expected<std::string_view, NoDocument> read(const http::Response& answer,
                                                   const http::Request& question) const {
    return document_in(answer, question, shared_keys(), now_);
  }

  const std::unique_ptr<Scheduler> scheduler_ = make_thread_scheduler();
  const Environment environment_{system_clock(), system_random(), *scheduler_};
  const Timestamp now_ = system_clock().now();
};

TEST_F(ASignedQuestion, IsReadInTheAnswerToItAndInNoOther) {
  const http::Request question = asked(shared_keys());
  const http::Response answer = told(question, shared_keys());
  EXPECT_EQ(read(answer, question), "{\"sky\":\"blue\"}\n");
  EXPECT_EQ(read(answer, asked(shared_keys())), std::unexpected(NoDocument::Unsigned))
      << "an answer from before";
}

TEST_F(ASignedQuestion, IsNotReadInAnAnswerThatNobodyWithAKeyHasGiven) {
  const http::Request question = asked(shared_keys());
  http::Response changed = told(question, shared_keys());
  changed.body = "{\"sky\":\"grey\"}\n";
  for (const http::Response& answer :
       {told(question, {}), told(question, strange_keys()), changed}) {
    EXPECT_EQ(read(answer, question), std::unexpected(NoDocument::Unsigned));
  }
}

TEST_F(ASignedQuestion, IsRefusedToWhoeverHasNoKey) {
  EXPECT_FALSE(refusal_for(asked(shared_keys()), shared_keys(), now_));
  for (const SharedKeys& keys : {SharedKeys(), SharedKeys(strange_keys())}) {
    const auto refused = refusal_for(asked(keys), shared_keys(), now_);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->head.status, 401U);
    EXPECT_EQ(read(*refused, asked(keys)), std::unexpected(NoDocument::Refused));
  }
}

TEST_F(ASignedQuestion, IsAnyonesToAskAndToAnswerWhereNoKeysAreShared) {
  const http::Request question = asked({});
  EXPECT_FALSE(refusal_for(question, {}, now_));
  EXPECT_TRUE(document_in(told(question, {}), question, {}, now_));
}

TEST_F(ASignedQuestion, HasReportsThatAreKeptByNobodyOnTheWay) {
  const http::Response answer = told(asked({}), {});
  EXPECT_EQ(answer.head.fields.find("Cache-Control"), "no-store");
  EXPECT_EQ(answer.head.fields.find("Content-Type"), "application/json");
}

}  // namespace
}  // namespace banyan::host

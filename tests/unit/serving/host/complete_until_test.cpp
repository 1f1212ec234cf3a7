// SPDX-License-Identifier: Apache-2.0
#include "complete_until.hpp"

#include <gmock/gmock.h>

#include <utility>
#include <vector>

#include "banyan/binding/problem.hpp"
#include "banyan/kernel/executor.hpp"
#include "shared_keys.hpp"

namespace banyan::host {
namespace {

using testing::IsEmpty;

/// Keeps what it is told.
class Told final : public ReadModel {
 public:
  std::vector<std::pair<std::string, Timestamp>> all;

  ReadModelReport read_model(const Context& /*context*/) override { return {}; }
  Result<std::int64_t> rebuild_read_model(const Asked& /*asked*/,
                                          const Context& /*context*/) override {
    return 1;
  }
  Result<void> read_model_complete(const std::string& source, Timestamp until,
                                   const Context& /*context*/) override {
    if (source != "customers") return fail(ErrorCode::InvalidArgument, "test.no_source", "no");
    all.emplace_back(source, until);
    return {};
  }
};

class CompleteUntilTest : public testing::Test {
 protected:
  using Keys = std::optional<security::WebhookKeys>;

  http::Request said_with(const Keys& keys, const std::string& follower = "orders",
                          const std::string& source = "customers") const {
    return complete_request({source, follower, now_}, keys, environment_);
  }
  http::Response answer(const http::Request& request, const Keys& keys) {
    return answer_complete(told_, "orders", keys, request,
                           Context::begin(std::chrono::seconds(5), system_clock(), system_random()),
                           now_);
  }
  std::string refusal(const http::Request& request, const Keys& keys, unsigned status) {
    const http::Response response = answer(request, keys);
    EXPECT_EQ(response.head.status, status);
    return binding::error_from(response).rule;
  }

  const std::unique_ptr<Scheduler> scheduler_ = make_thread_scheduler();
  const Environment environment_{system_clock(), system_random(), *scheduler_};
  const Timestamp now_ = system_clock().now();
  Told told_;
};

TEST_F(CompleteUntilTest, WhatIsSignedForThisModuleIsTaken) {
  EXPECT_EQ(answer(said_with(shared_keys()), shared_keys()).head.status, 204U);
  ASSERT_EQ(told_.all.size(), 1U);
  EXPECT_EQ(told_.all.front(), std::pair(std::string("customers"), now_));
}

TEST_F(CompleteUntilTest, WhatIsNotSignedWithAKnownKeyIsRefusedAsEventsAre) {
  EXPECT_EQ(refusal(said_with({}), shared_keys(), 401), "banyan.unsigned_message");
  EXPECT_EQ(refusal(said_with(strange_keys()), shared_keys(), 401), "banyan.bad_signature");
  http::Request changed = said_with(shared_keys());
  changed.body.replace(changed.body.find("customers"), 9, "catalogue");
  EXPECT_EQ(refusal(changed, shared_keys(), 401), "banyan.bad_signature");
  EXPECT_THAT(told_.all, IsEmpty());
}

// Whoever has seen it could say it to another module, whose events have not come.
TEST_F(CompleteUntilTest, WhatWasSaidToAnotherModuleIsRefused) {
  EXPECT_EQ(refusal(said_with(shared_keys(), "shipping"), shared_keys(), 401),
            "banyan.wrong_recipient");
  EXPECT_EQ(refusal(said_with({}, "shipping"), {}, 401), "banyan.wrong_recipient");
  EXPECT_THAT(told_.all, IsEmpty());
}

TEST_F(CompleteUntilTest, WhereNothingIsSignedStrangersMaySayItWithoutARecipient) {
  http::Request request;
  request.body = R"({"source":"customers","until":")" + to_string(now_) + "\"}";
  EXPECT_EQ(answer(request, {}).head.status, 204U);
  EXPECT_EQ(told_.all.size(), 1U);
}

TEST_F(CompleteUntilTest, WhatTheModuleRefusesIsRefused) {
  EXPECT_EQ(refusal(said_with(shared_keys(), "orders", "nobody"), shared_keys(), 400),
            "test.no_source");
}

// The question of a follower's process, which has no body.
class Progress : public CompleteUntilTest {
 protected:
  http::Request question(const Keys& keys) const {
    return progress_question("customers", "orders", keys, environment_);
  }
  http::Response answered(const http::Request& question, const Keys& keys) const {
    return answer_progress("customers", "orders", now_, keys, question, now_);
  }
  std::optional<Timestamp> read(const http::Response& answer, const http::Request& question,
                                const Keys& keys, const std::string& follower = "orders") const {
    return progress_in(answer, question, "customers", follower, keys, now_);
  }
};

TEST_F(Progress, IsToldToWhoeverHasAKey) {
  for (const Keys& keys : {Keys(), Keys(shared_keys())}) {
    const http::Request asked = question(keys);
    EXPECT_EQ(asked.head.target, "/_events/customers/lanes/orders");
    EXPECT_EQ(read(answered(asked, keys), asked, keys), now_);
  }
}

TEST_F(Progress, IsToldToNobodyElse) {
  const auto refused = [&](const http::Request& asked) {
    const http::Response answer = answered(asked, shared_keys());
    EXPECT_EQ(answer.head.status, 401U);
    return binding::error_from(answer).rule;
  };
  EXPECT_EQ(refused(question({})), "banyan.unsigned_message");
  EXPECT_EQ(refused(question(strange_keys())), "banyan.bad_signature");
  // The signature is of this question, and of no other.
  http::Request another = question(shared_keys());
  another.head.target = progress_path("customers", "shipping");
  EXPECT_EQ(refused(another), "banyan.bad_signature");
}

TEST_F(Progress, IsBelievedOnlyFromWhomHasAKeyAndAsAnAnswerToThisQuestion) {
  const http::Request asked = question(shared_keys());
  EXPECT_FALSE(read(answered(question({}), {}), asked, shared_keys()));
  const http::Response good = answered(asked, shared_keys());
  EXPECT_FALSE(read(good, question(shared_keys()), shared_keys())) << "an answer from before";
  EXPECT_FALSE(read(good, asked, shared_keys(), "shipping")) << "an answer to somebody else";
  http::Response changed = good;
  changed.body.replace(changed.body.find("customers"), 9, "catalogue");
  EXPECT_FALSE(read(changed, asked, shared_keys()));
  EXPECT_EQ(read(good, asked, shared_keys()), now_);
}

TEST_F(Progress, ThatIsNotKnownIsNotSaid) {
  const http::Request asked = question(shared_keys());
  const http::Response answer =
      answer_progress("customers", "orders", std::nullopt, shared_keys(), asked, now_);
  EXPECT_EQ(answer.head.status, 204U);
  EXPECT_FALSE(read(answer, asked, shared_keys()));
}

}  // namespace
}  // namespace banyan::host

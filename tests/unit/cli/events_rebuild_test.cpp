// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "admin_server.hpp"
#include "banyan_process.hpp"

namespace banyan::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

constexpr int kNumber = 7;

Json model(int rebuilt, bool ended) {
  Json model{{"served", rebuilt - 1}, {"rebuilt", rebuilt},
             {"rebuilding", !ended},  {"rows", 14},
             {"reading", ""},         {"sources", Json::array()}};
  if (ended) model["ended_at"] = "2026-11-29T12:00:00.000000Z";
  return model;
}

Json models(const Json& of_orders) {
  return {{"models", {{{"module", "orders"}, {"model", of_orders}}}}};
}

/// A process that says one thing after the other of the read models, the last one again and again.
class RebuildCommand : public testing::Test {
 protected:
  Outcome rebuild(std::vector<Json> says, const std::string& module = "orders") {
    says_ = std::move(says);
    return run_banyan({"events", "rebuild", module, "--why", "a test", "--url", server_.url()});
  }

 private:
  std::vector<Json> says_;
  std::size_t asked_ = 0;
  AdminServer server_{[this](const std::string& method, const std::string& /*target*/,
                             const std::string& /*body*/) -> std::pair<unsigned, std::string> {
    if (method == "POST") return {200, Json{{"module", "orders"}, {"rebuild", kNumber}}.dump()};
    const std::size_t at = std::min(asked_++, says_.size() - 1);
    return {200, says_[at].dump()};
  }};
};

TEST_F(RebuildCommand, IsDoneWhenThatRebuildHasEnded) {
  const Outcome done = rebuild(
      {models(model(6, true)), models(model(kNumber, false)), models(model(kNumber, true))});
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("14 rows"));
}

TEST_F(RebuildCommand, IsNoSuccessWhenAnotherRebuildTookItsPlace) {
  const Outcome replaced = rebuild({models(model(6, true)), models(model(kNumber + 1, true))});
  EXPECT_EQ(replaced.exit_code, 1);
  EXPECT_THAT(replaced.err, HasSubstr("asked for another rebuild since"));
  EXPECT_THAT(replaced.err, HasSubstr("wait for it"));
}

// As from another process, or from a database that was put back.
TEST_F(RebuildCommand, IsNoSuccessWhenWhoeverAnswersKnowsOnlyAnOlderOne) {
  const Outcome forgotten = rebuild({models(model(6, true))});
  EXPECT_EQ(forgotten.exit_code, 1);
  EXPECT_THAT(forgotten.err, HasSubstr("knows nothing of rebuild 7"));
  EXPECT_THAT(forgotten.out, Not(HasSubstr("read anew")));
}

TEST_F(RebuildCommand, SaysHowTheRightProcessIsNamedWhereSomethingElseAnswers) {
  const Outcome other = rebuild({Json::array()});
  EXPECT_EQ(other.exit_code, 69);
  EXPECT_THAT(other.err, HasSubstr("--url http://HOST:PORT"));
}

TEST_F(RebuildCommand, IsNoSuccessWhenTheModelIsGoneOrWasNeverThere) {
  const Json none{{"models", Json::array()}};
  const Outcome gone = rebuild({models(model(6, true)), none});
  EXPECT_EQ(gone.exit_code, 1);
  EXPECT_THAT(gone.err, HasSubstr("the module 'orders' keeps no copy"));
  EXPECT_EQ(rebuild({none}).err, gone.err);
}

}  // namespace
}  // namespace banyan::test

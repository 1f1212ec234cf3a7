// SPDX-License-Identifier: Apache-2.0
// Testers who choose a side at a running proxy, with real sockets.
#include <gmock/gmock.h>

#include <sstream>

#include "banyan/kernel/routing.hpp"
#include "support/secret_file.hpp"
#include "two_sides_fixture.hpp"

namespace banyan::serving {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

constexpr const char* kWithSecret =
    "[rollouts.catalog.testers]\nheader = \"X-Side\"\nsecret_file = \"testers.secret\"\n"
    "new = [\"ada\"]\n";
// Who a request is from is told by a field here, so its copies are made in somebody's name.
constexpr const char* kCopies =
    "[rollouts.catalog.shadow]\nshare = \"100%\"\nnoise = \"0%\"\ncredentials = \"pass\"\n";
constexpr const char* kNew = "X-Side: new 0123456789abcdef\r\n";
constexpr const char* kOld = "X-Side: old 0123456789abcdef\r\n";

class ATester : public TwoSides {
 protected:
  void SetUp() override { keep_secret("0123456789abcdef"); }
  void keep_secret(const std::string& secret) const {
    test::write_secret(folder_.path() / "testers.secret", secret + '\n');
  }
  void let(const std::string& more = "") {
    between(old_side_.port(), new_side_.port(), kWithSecret + more);
  }
  test::Seen get(const std::string& fields) const { return test::get(port_, "/albums/1", fields); }
  double forced(const std::string& side) const {
    return value_in(metrics(),
                    R"(banyan_forced_requests_total{rollout="catalog",side=")" + side + "\"}");
  }
  double refused(const std::string& reason) const {
    return value_in(
        metrics(),
        R"(banyan_forced_requests_refused_total{rollout="catalog",reason=")" + reason + "\"}");
  }
  std::string content_of(const std::string& name) const {
    std::ifstream in(folder_.path() / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// Of the access log, as far as they are written.
  std::vector<Json> lines() const {
    std::istringstream in(content_of("access.log"));
    std::vector<Json> all;
    for (std::string line; std::getline(in, line) && !in.eof();) all.push_back(Json::parse(line));
    return all;
  }
  static std::string field(const http::RequestHead& head, std::string_view name) {
    return std::string(head.fields.find(name).value_or("(none)"));
  }

  ToldServer old_side_{says("old", 200, "text/plain")};
  ToldServer new_side_{says("new", 200, "text/plain")};
};

TEST_F(ATester, IsWhereHeChoosesWhateverThePercentageIs) {
  let();
  EXPECT_EQ(get("").body, "old");
  EXPECT_EQ(get(kNew).body, "new") << "before anybody else";
  ASSERT_EQ(shift("100%"), 200u);
  EXPECT_EQ(get("").body, "new");
  EXPECT_EQ(get(kOld).body, "old");
  EXPECT_EQ(forced("remote"), 1);
  EXPECT_EQ(forced("local"), 1);
}

TEST_F(ATester, MayBeListedByWhatUsersAreKnownBy) {
  let();
  EXPECT_EQ(get("Cookie: session=ada\r\n").body, "new");
  EXPECT_EQ(get("Cookie: session=bob\r\n").body, "old");
}

TEST_F(ATester, IsToldToTheApplicationAndTheProofEndsHere) {
  let();
  EXPECT_EQ(get(kNew).body, "new");
  EXPECT_EQ(get("Cookie: session=ada\r\n").body, "new");
  ASSERT_EQ(new_side_.asked().size(), 2u);
  for (const http::RequestHead& head : new_side_.asked()) {
    EXPECT_THAT(field(head, "Banyan-Routing"), HasSubstr("catalog=remote;rev="));
    EXPECT_EQ(field(head, "Banyan-Forced"), "catalog");
  }
  const auto said = new_side_.asked();
  EXPECT_EQ(field(said[0], "X-Side"), "new") << "for whoever is asked next";
  EXPECT_EQ(said[0].fields.count("X-Side"), 1u);
  EXPECT_EQ(field(said[1], "X-Side"), "(none)") << "who is listed has said nothing";
  EXPECT_EQ(test::get(port_, "/shop", kNew).body, "old") << "which moves nowhere";
  EXPECT_EQ(field(old_side_.asked().front(), "X-Side"), "new");
  EXPECT_EQ(field(old_side_.asked().front(), "Banyan-Forced"), "(none)");
}

// What the one in front passes on, the word without the secret, is looked at above.
TEST_F(ATester, StaysOnHisSideThroughAProxyThatBelievesTheOneInFront) {
  test::TemporaryFolder folder;
  ProxyOptions options;
  options.config_file = (folder.path() / "banyan.toml").string();
  options.log_file = (folder.path() / "log.json").string();
  options.loops = 1;
  options.trusted_peers = {"127.0.0.1"};
  write(options.config_file, shop_configuration(old_side_.port(), new_side_.port(),
                                                "[rollouts.catalog.testers]\nheader = \"X-Side\"\n"
                                                "from_trusted_peers = true\n"));
  const auto second = Proxy::make(options);
  ASSERT_TRUE(second.has_value()) << second.error();
  (*second)->start();
  const std::uint16_t behind = (*second)->listening().front().port;
  EXPECT_EQ(test::get(behind, "/albums/1", "X-Side: new\r\n").body, "new");
  ASSERT_EQ(new_side_.asked().size(), 1u);
  EXPECT_EQ(field(new_side_.asked().front(), "Banyan-Forced"), "catalog");
  EXPECT_EQ(test::get(behind, "/albums/1", "").body, "old");
}

TEST_F(ATester, WithoutProofIsOneOfAll) {
  let("[access_log]\nfile = \"access.log\"\n");
  for (const char* said : {"X-Side: new\r\n", "X-Side: new 0123456789abcdee\r\n",
                           "X_Side: new 0123456789abcdef\r\n"}) {
    EXPECT_EQ(get(said).body, "old") << said;
    EXPECT_FALSE(old_side_.asked().back().fields.contains("X-Side")) << "it does not go on";
    EXPECT_FALSE(old_side_.asked().back().fields.contains(std::string_view("X_Side")))
        << "nor what CGI reads so";
  }
  EXPECT_EQ(new_side_.asked().size(), 0u);
  EXPECT_EQ(refused("proof"), 2);
  EXPECT_EQ(forced("remote"), -1);
  until("the lines", [&] { return lines().size() >= 3; });
  EXPECT_THAT(content_of("access.log") + log(), Not(HasSubstr("0123456789abcde")));
}

TEST_F(ATester, IsWrittenDown) {
  let("[access_log]\nfile = \"access.log\"\n");
  EXPECT_EQ(get(kNew).body, "new");
  EXPECT_EQ(get("X-Side: new guessed\r\n").body, "old");
  EXPECT_EQ(get("").body, "old");
  until("the lines", [&] { return lines().size() == 3; });
  EXPECT_THAT(content_of("access.log") + log(), Not(HasSubstr("0123456789abcdef")));
  EXPECT_EQ(lines()[0].at("forced"), true);
  EXPECT_EQ(lines()[0].at("side"), "remote");
  EXPECT_EQ(lines()[1].at("not_forced"), "proof");
  EXPECT_FALSE(lines()[1].contains("forced"));
  EXPECT_FALSE(lines()[2].contains("forced") || lines()[2].contains("not_forced"));
  const Json rollout =
      Json::parse(test::get(port_, "/_banyan/api/status").body).at("rollouts").at(0);
  EXPECT_EQ(rollout.at("testers"), Json::parse(R"({"old_side":0,"new_side":1,"refused":1})"));
}

TEST_F(ATester, DoesNotGetWhatTheMatrixForbids) {
  let();
  EXPECT_EQ(post("/albums", "{}", kNew).body, "old") << "a write goes where the writes are";
  EXPECT_EQ(refused("writes"), 1);
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200u);
  EXPECT_EQ(get(kOld).body, "new") << "the old side's data is old by now";
  EXPECT_EQ(post("/albums", "{}", kOld).body, "new");
  EXPECT_EQ(refused("stage"), 1);
  EXPECT_EQ(refused("writes"), 2);
  EXPECT_EQ(get(kNew).body, "new");
  EXPECT_EQ(post("/albums", "{}", kNew).body, "new") << "which is where they are";
  EXPECT_EQ(forced("remote"), 2);
}

TEST_F(ATester, IsNeverCopiedAndInNoWindowOfASide) {
  let(kCopies);
  begin_canary();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(get(kNew).body, "new");
  EXPECT_EQ(get("X-User: bob\r\n").body, "old");
  until("the copy of the other one", [&] { return compared() == 1; });
  EXPECT_EQ(old_side_.copies(), 0u);
  EXPECT_EQ(new_side_.copies(), 1u);
  EXPECT_EQ(new_side_.asked().size(), 6u);
  EXPECT_EQ(
      value_in(metrics(), R"(banyan_rollout_recent_requests{rollout="catalog",side="remote"})"), 0);
  EXPECT_EQ(
      value_in(metrics(), R"(banyan_rollout_recent_requests{rollout="catalog",side="local"})"), 1);
}

TEST_F(ATester, TakesNoHeaderToACopyEither) {
  let(kCopies);
  begin_canary();
  EXPECT_EQ(get("X-User: bob\r\nX-Side: new guessed\r\n").body, "old");
  until("the copy", [&] { return new_side_.copies() == 1; });
  EXPECT_EQ(field(new_side_.asked().front(), "X-Side"), "(none)");
}

// One failure after the other, which would be a burst twice over.
TEST_F(ATester, IsNoEvidenceForOrAgainstTheNewSide) {
  ToldServer failing(says("broken", 500, "text/plain"));
  between(old_side_.port(), failing.port(),
          std::string(kWithSecret) + "[rollouts.catalog.plan]\nsteps = [\"1%\", \"100%\"]\n");
  ASSERT_EQ(
      post("/_banyan/api/rollouts/catalog/plan", R"({"action":"start","who":"ann","why":"a test"})")
          .status,
      200u);
  const auto plan = [&] {
    return Json::parse(test::get(port_, "/_banyan/api/plans").body).at("plans").at(0);
  };
  until("the evidence counts", [&] { return plan().at("reason") != "the plan begins"; });
  for (int i = 0; i < 100; ++i) ASSERT_GE(get(kNew).status, 500u);
  std::string of_new;
  for (int i = 0; of_new.empty(); ++i) {
    const std::string user = "user" + std::to_string(i);
    if (sticky_bucket("catalog", user) < 100) of_new = user;
  }
  EXPECT_GE(get("X-User: " + of_new + "\r\n").status, 500u);
  until("a verdict that knows of one", [&] {
    const auto verdicts = plan().at("verdicts");
    return !verdicts.empty() && verdicts.at(0).at("samples") == 1;
  });
  EXPECT_EQ(plan().at("state"), "running") << plan().dump(1);
}

TEST_F(ATester, HasAnotherSecretOnceTheFileIsReadAgain) {
  let();
  keep_secret("fedcba9876543210");
  ASSERT_TRUE(proxy_->reload().has_value());
  EXPECT_EQ(get(kNew).body, "old");
  EXPECT_EQ(get("X-Side: new fedcba9876543210\r\n").body, "new");
  keep_secret("short");
  EXPECT_FALSE(proxy_->reload().has_value()) << "the old one stays in force";
  EXPECT_EQ(get("X-Side: new fedcba9876543210\r\n").body, "new");
}

}  // namespace
}  // namespace banyan::serving

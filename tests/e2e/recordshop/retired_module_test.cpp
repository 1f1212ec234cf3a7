// SPDX-License-Identifier: Apache-2.0
// A module of the shop leaves for good: its tables move and the move is completed, its traffic
// moves, and that nothing uses its old side any more is proven and written down.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "banyan/http/client.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "support/becomes_true.hpp"
#include "support/child_process.hpp"
#include "support/raw_sqlite.hpp"

namespace banyan::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

class AModuleThatLeavesForGood : public testing::Test {
 protected:
  void SetUp() override {
    const Ran filled = run_program({BANYAN_BIN "/recordshop-data", "generate", "--tracks", "20",
                                    "--database", file("shop.db")});
    ASSERT_EQ(filled.exit_code, 0) << filled.output;
    track_ = RawSqlite(file("shop.db")).run("SELECT min(id) FROM tracks");
    shop_ = started("shop", {BANYAN_BIN "/flavours/routed-catalog/recordshop", "--port",
                             std::to_string(here_.port), "--internal-address",
                             "unix:" + file("inside.sock"), "--at", "catalog=" + to_string(there_),
                             "--database", file("shop.db"), "--control", file("control.db")});
    service_ = started("service", {BANYAN_BIN "/recordshop-catalog", "--internal", "--listen",
                                   to_string(there_), "--database", file("shop.db")});
    ASSERT_TRUE(service_ && shop_);
  }

  std::string file(const std::string& name) const { return (folder_.path() / name).string(); }

  std::unique_ptr<ChildProcess> started(const std::string& name, std::vector<std::string> words) {
    words.insert(words.end(), {"--loops", "1", "--ready-file", file(name + ".ready")});
    auto process = std::make_unique<ChildProcess>(words, file(name + ".log"));
    return await_file(file(name + ".ready"), *process).empty() ? nullptr : std::move(process);
  }

  static Ran banyan(std::vector<std::string> words, const std::vector<std::string>& more) {
    words.insert(words.begin(), BANYAN_BIN "/banyan");
    words.insert(words.end(), more.begin(), more.end());
    return run_program(words);
  }
  Ran ask(const std::vector<std::string>& words) const {
    return banyan(words, {"--url", "http://127.0.0.1:" + std::to_string(here_.port)});
  }
  json told(std::vector<std::string> words) const {
    words.emplace_back("--json");
    return json::parse(ask(words).output, nullptr, false);
  }
  Ran schema(std::vector<std::string> words) const {
    words.insert(words.begin(), "schema");
    return banyan(words, {"--database", file("shop.db")});
  }

  /// What ties the catalog to others goes, on the side of whoever has the tie.
  bool is_untied(std::set<std::string>& decoupled) const {
    const json report = json::parse(schema({"report", "--json"}).output, nullptr, false);
    bool untied = report.is_object();
    for (const json& each : report.value("violations", json::array())) {
      const auto owner = each.at("module").get<std::string>();
      if (owner != "catalog" && each.at("other") != "catalog") continue;
      untied = false;
      if (decoupled.insert(owner).second) schema({"decouple", owner});
      if (each.at("kind") == "statement") schema({"dismiss", owner});
    }
    return untied;
  }

  unsigned track_is_answered() const {
    http::Request request;
    request.head.method = "GET";
    request.head.target = "/tracks/" + track_;
    const auto answer =
        http::Client(here_).exchange(request, system_clock().steady() + std::chrono::seconds(20));
    return answer ? answer->head.status : 0;
  }
  json rollout() const {
    const json status = told({"status"});
    for (const json& each : status.value("rollouts", json::array())) {
      if (each.at("module") == "catalog") return each;
    }
    return json::object();
  }
  /// Where the tables are, as the process has noted it for those who come past it.
  std::string noted() const {
    return RawSqlite(file("control.db")).run("SELECT data FROM sightings WHERE module = 'catalog'");
  }
  std::vector<std::string> hindrances() const {
    std::vector<std::string> rules;
    const json said = told({"retire", "catalog", "--quiet-for", "0s"});
    for (const json& each : said.value("hindrances", json::array())) {
      rules.push_back(each.at("rule"));
    }
    return rules;
  }

  template <class Condition>
  static void until(const std::string& what, Condition condition) {
    ASSERT_TRUE(becomes_true(condition, {.pause = std::chrono::milliseconds(50)}))
        << "waited for: " << what;
  }

  const TemporaryFolder folder_;
  const http::Endpoint here_{"127.0.0.1", free_port()};
  const http::Endpoint there_{"127.0.0.1", free_port()};
  std::string track_;
  std::unique_ptr<ChildProcess> service_;
  std::unique_ptr<ChildProcess> shop_;
};

TEST_F(AModuleThatLeavesForGood, IsMovedCompletedAndRetired) {
  std::set<std::string> decoupled;
  until("catalog to be tied to nobody", [&] { return is_untied(decoupled); });
  ASSERT_EQ(ask({"shift", "catalog", "100%", "--writes", "remote", "--why", "all of it"}).exit_code,
            0);
  EXPECT_THAT(hindrances(), Contains("tables_shared"));

  Ran done = schema({"move", "catalog"});
  ASSERT_EQ(done.exit_code, 0) << done.output;
  EXPECT_EQ(rollout().value("data", ""), "switched") << "the matrix goes by the fence's stage";
  EXPECT_THAT(hindrances(), Contains("move_not_over"));
  // Nothing is written down while something is in the way, whatever the reason.
  const Ran early = ask({"retire", "catalog", "--quiet-for", "0s", "--why", "in a hurry"});
  EXPECT_EQ(early.exit_code, 1) << early.output;
  EXPECT_THAT(early.output, HasSubstr("banyan schema move catalog --complete"));
  EXPECT_EQ(rollout().value("stage", ""), "moved");

  done = schema({"move", "catalog", "--complete", "--dry-run", "--json"});
  EXPECT_EQ(done.exit_code, 0) << done.output;
  EXPECT_EQ(json::parse(done.output)["already_complete"], false);
  EXPECT_EQ(rollout().value("data", ""), "switched") << "a dry run changes nothing";
  done = schema({"move", "catalog", "--complete"});
  ASSERT_EQ(done.exit_code, 0) << done.output;
  EXPECT_EQ(rollout().value("data", ""), "separate");
  EXPECT_EQ(
      RawSqlite(file("shop.db")).run("SELECT count(*) FROM sqlite_master WHERE name = 'tracks'"),
      "0");
  EXPECT_EQ(track_is_answered(), 200U);

  const json dead = told({"retire", "catalog", "--quiet-for", "0s"});
  EXPECT_EQ(dead.value("dead", false), true) << dead.dump(2);
  EXPECT_EQ(rollout().value("stage", ""), "moved") << "without a reason it only judges";
  done = ask({"retire", "catalog", "--quiet-for", "0s", "--why", "nobody has asked it"});
  EXPECT_EQ(done.exit_code, 0) << done.output;
  EXPECT_THAT(done.output, HasSubstr("moved -> retired"));
  EXPECT_EQ(rollout().value("stage", ""), "retired");
  const Ran shown = ask({"status"});
  EXPECT_THAT(shown.output, HasSubstr("retired"));
  const json line = told({"log", "--module", "catalog", "--limit", "1"})["entries"][0];
  EXPECT_EQ(line["why"], "nobody has asked it");
  EXPECT_EQ(line["after"]["stage"], "retired");
  EXPECT_THAT(line["evidence"].dump(),
              AllOf(HasSubstr("\"judged\":\"banyan retire\""), HasSubstr("separate")));
  EXPECT_EQ(track_is_answered(), 200U);
  EXPECT_EQ(ask({"log", "verify"}).exit_code, 0);

  EXPECT_THAT(ask({"back", "catalog", "--why", "one more look"}).output,
              HasSubstr("retired -> moved"));
  EXPECT_EQ(rollout().value("stage", ""), "moved");
  EXPECT_EQ(track_is_answered(), 200U);
}

TEST_F(AModuleThatLeavesForGood, IsRetiredPastItsProcessOnlyByForceAndWhereTheMatrixLetsIt) {
  const auto past = [&](std::vector<std::string> more) {
    std::vector<std::string> words = {"retire", "catalog", "--why", "the process is gone"};
    words.insert(words.end(), more.begin(), more.end());
    return banyan(words, {"--store", file("control.db")});
  };
  EXPECT_THAT(past({}).output, HasSubstr("only a running process knows"));
  const Ran early = past({"--force"});
  EXPECT_EQ(early.exit_code, 1);
  EXPECT_THAT(early.output, HasSubstr("catalog is at legacy"));

  std::set<std::string> decoupled;
  until("catalog to be tied to nobody", [&] { return is_untied(decoupled); });
  ASSERT_EQ(ask({"shift", "catalog", "100%", "--writes", "remote", "--why", "all of it"}).exit_code,
            0);
  ASSERT_EQ(schema({"move", "catalog"}).exit_code, 0);
  until("the process to have noted that the tables are switched",
        [&] { return noted() == "switched"; });
  EXPECT_THAT(past({"--force"}).output, HasSubstr("on the move (switched)"));
  EXPECT_EQ(rollout().value("stage", ""), "moved");
  ASSERT_EQ(schema({"move", "catalog", "--complete"}).exit_code, 0);
  until("the process to have noted that they are separate", [&] { return noted() == "separate"; });
  const Ran forced = past({"--force"});
  EXPECT_EQ(forced.exit_code, 0) << forced.output;
  const json line = told({"log", "--module", "catalog", "--limit", "1"})["entries"][0];
  EXPECT_EQ(line["after"]["stage"], "retired");
  EXPECT_THAT(line["evidence"].dump(), HasSubstr("nobody has judged"));
}

}  // namespace
}  // namespace banyan::test

// SPDX-License-Identifier: Apache-2.0
// Commands about stages and the switch log, by the file of the control store and through a process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admin_server.hpp"
#include "banyan/binding/problem.hpp"
#include "banyan/control/admin_api.hpp"
#include "banyan/stages/witness.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "banyan_process.hpp"
#include "support/raw_sqlite.hpp"

namespace banyan::test {
namespace {

using strangler::AdminApi;
using strangler::ControlStore;
using strangler::Switchboard;
using testing::HasSubstr;
using testing::StartsWith;

class StoreCommands : public testing::Test {
 protected:
  void SetUp() override {
    auto store = ControlStore::open(file_, system_clock());
    ASSERT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
    ASSERT_TRUE(store_->enlist({"catalog", "orders"}));
  }

  Outcome banyan(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--store", file_});
    return run_banyan(arguments);
  }

  TemporaryFolder folder_;
  std::string file_ = folder_.file("control.db");
  std::unique_ptr<ControlStore> store_;
};

TEST_F(StoreCommands, ShiftShowsWhatChangedAndStatusWhereItStands) {
  const Outcome shifted = banyan({"shift", "catalog", "--force", "25%", "--why", "first canary"});
  EXPECT_EQ(shifted.exit_code, 0) << shifted.err;
  EXPECT_EQ(shifted.out, "catalog: legacy -> canary 25%  (revision 1)\n");

  const Outcome status = banyan({"status"});
  EXPECT_EQ(status.exit_code, 0) << status.err;
  EXPECT_THAT(status.out, StartsWith("MODULE   STAGE   READS  WRITES  DATA    NEXT        BACK\n"
                                     "catalog  canary  25%    old     shared  canary 50%  legacy\n"
                                     "orders   legacy  0%     old     shared  canary 1%   -\n\n"
                                     "revision 1, log head "));
  const auto log = store_->log(1);
  ASSERT_TRUE(log && log->size() == 1);
  EXPECT_THAT(log->front().who, StartsWith("ann@"));
  EXPECT_EQ(log->front().why, "first canary");
}

TEST_F(StoreCommands, WalkOnAndBackAndShowTheLog) {
  EXPECT_EQ(banyan({"next", "catalog", "--force"}).out,
            "catalog: legacy -> canary 1%  (revision 1)\n");
  EXPECT_EQ(
      banyan({"shift", "catalog", "--force", "100", "--writes", "new", "--why", "take over"}).out,
      "catalog: canary 1% -> moved  (revision 2)\n");
  EXPECT_EQ(banyan({"back", "catalog", "--force", "--why", "too slow", "--who", "bob"}).out,
            "catalog: moved -> canary 100%  (revision 3)\n");
  const Outcome log = banyan({"log", "--limit", "2", "--module", "catalog"});
  EXPECT_EQ(log.exit_code, 0);
  EXPECT_THAT(log.out, HasSubstr("catalog  moved      canary 100%  bob"));
  EXPECT_THAT(log.out, HasSubstr("too slow\n"));
  EXPECT_EQ(log.out.find("the next step"), std::string::npos);
}

TEST_F(StoreCommands, ShowLinesOfPlansAndRoutesBesideThoseOfStages) {
  banyan({"next", "catalog", "--force"});
  ASSERT_TRUE(store_->walk("catalog", {"plan (ann@desk)", "the new side is slow"},
                           [](const strangler::Traffic& before,
                              strangler::StoredPlan& plan) -> Result<strangler::Traffic> {
                             plan.document = R"({"state":"needs_person","step":1,"steps":[1,2]})";
                             return before;
                           }));
  ASSERT_TRUE(store_->note_table({{"route a", "1"}}, {"proxy (root@here)", "it started"}));
  const Outcome log = banyan({"log"});
  EXPECT_EQ(log.exit_code, 0) << log.err;
  EXPECT_THAT(log.out, HasSubstr("+route a"));
  EXPECT_THAT(log.out, HasSubstr("needs person, step 2 of 2"));
  EXPECT_THAT(log.out, HasSubstr("1/2 "));
  EXPECT_THAT(log.out, HasSubstr("stage   catalog  legacy"));
  const Outcome plans = banyan({"log", "--kind", "plan"});
  EXPECT_THAT(plans.out, HasSubstr("the new side is slow"));
  EXPECT_EQ(plans.out.find("route"), std::string::npos);
  EXPECT_EQ(banyan({"log", "--kind", "stages"}).exit_code, 64);
  EXPECT_THAT(banyan({"log", "verify"}).out, StartsWith("intact: 3 lines"));
  test::RawSqlite(file_).run("UPDATE plans SET document = '{}'");
  const Outcome found = banyan({"log", "verify"});
  EXPECT_EQ(found.exit_code, 1);
  EXPECT_THAT(found.out, HasSubstr("the plan of catalog is not what note 1 says"));
}

TEST_F(StoreCommands, ShowInTheLogWhatWasForced) {
  banyan({"shift", "catalog", "25%", "--force", "--why", "it is known better here"});
  banyan({"back", "catalog", "--why", "home"});
  const Outcome log = banyan({"log"});
  EXPECT_THAT(log.out, HasSubstr("(forced) it is known better here\n"));
  EXPECT_EQ(log.out.find("(forced) home"), std::string::npos) << log.out;
}

TEST_F(StoreCommands, SayThatNothingChanged) {
  banyan({"shift", "catalog", "--force", "25", "--why", "x"});
  const Outcome again = banyan({"shift", "catalog", "25", "--why", "x"});
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_EQ(again.out, "catalog is at canary 25% already; nothing was changed\n");
}

TEST_F(StoreCommands, PrintTheDocumentWithJson) {
  const auto status = nlohmann::json::parse(banyan({"--json", "status"}).out);
  EXPECT_EQ(status["rollouts"][0]["module"], "catalog");
  const Outcome refused = banyan({"back", "catalog", "--why", "x", "--json"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_EQ(nlohmann::json::parse(refused.out)["rule"], "banyan.no_step_back");
}

TEST_F(StoreCommands, RefuseWithTheReason) {
  const Outcome illegal =
      banyan({"shift", "catalog", "--force", "25", "--writes", "remote", "--why", "impatience"});
  EXPECT_EQ(illegal.exit_code, 1);
  EXPECT_THAT(
      illegal.err,
      StartsWith("banyan: refused: the writes of catalog may only be on the new side while"));
  const Outcome unknown = banyan({"shift", "catalgo", "25", "--why", "x"});
  EXPECT_EQ(unknown.exit_code, 69);
  EXPECT_EQ(unknown.err, "banyan: there is no rollout \"catalgo\". Did you mean \"catalog\"?\n");
  EXPECT_EQ(store_->stand()->revision, 0U);
}

TEST_F(StoreCommands, EndAlikeWhenThereIsNoSuchRolloutAndSayHowOneBegins) {
  const std::vector<std::vector<std::string>> all = {
      {"log", "--module", "nosuch"},
      {"next", "nosuch", "--force"},
      {"back", "nosuch", "--why", "x"},
      {"shift", "nosuch", "1%", "--force", "--why", "x"},
      {"shadow", "nosuch", "--force", "--why", "x"},
      {"plan", "nosuch"},
      {"plan", "nosuch", "start", "--force", "--why", "x"},
      {"retire", "nosuch", "--force", "--why", "x"}};
  for (const std::vector<std::string>& each : all) {
    const Outcome outcome = banyan(each);
    SCOPED_TRACE(each.front());
    EXPECT_EQ(outcome.exit_code, 69) << outcome.out;
    EXPECT_THAT(outcome.err, HasSubstr("there is no rollout \"nosuch\". Known: catalog, orders."));
    EXPECT_THAT(outcome.err, HasSubstr("[rollouts.nosuch]"));
  }
  const Outcome quiet = banyan({"log", "--module", "orders"});
  EXPECT_EQ(quiet.exit_code, 0) << "nothing has happened to it yet";
}

TEST_F(StoreCommands, SendMoreToANewSideThatNobodyHasAskedOnlyByForce) {
  const Outcome refused = banyan({"shift", "catalog", "25", "--why", "x"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("--store goes past the process that could (--url)"));
  EXPECT_THAT(refused.err, HasSubstr("--force"));
  EXPECT_EQ(banyan({"next", "catalog"}).exit_code, 1);
  EXPECT_EQ(banyan({"next", "catalog", "--force"}).exit_code, 0);
  EXPECT_EQ(store_->log(1)->front().evidence, "forced, and nobody could say whether it is legal");
  EXPECT_EQ(banyan({"back", "catalog", "--why", "less is always possible"}).exit_code, 0);
}

TEST_F(StoreCommands, AreToldWhatAProcessThatRunsWouldSay) {
  strangler::Witness process(
      *store_, [](std::string_view) { return strangler::Topology{.both_reach_data = false}; });
  process.look();
  for (const char* verb : {"shift", "next"}) {
    std::vector<std::string> order{verb, "catalog", "--force", "--why", "x"};
    if (order.front() == "shift") order.emplace_back("50%");
    const Outcome refused = banyan(order);
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.err, StartsWith("banyan: refused: the tables of catalog are in the shared "
                                        "database, which its service cannot open"));
    EXPECT_THAT(refused.err, HasSubstr("Legal now: legacy."));
  }
  EXPECT_EQ(store_->stand()->revision, 0U);
}

TEST_F(StoreCommands, GoNoStepBackToWhereTwoSidesWouldWriteDifferentRows) {
  Switchboard board(*store_);
  ASSERT_TRUE(board.shift("catalog", {strangler::Percent::all(), Side::Remote}, {"ann", "moved"}));
  strangler::Witness process(*store_, [](std::string_view) {
    return strangler::Topology{.data = strangler::DataStage::Separate, .both_reach_data = false};
  });
  process.look();
  const Outcome back = banyan({"back", "catalog", "--why", "slow"});
  EXPECT_EQ(back.exit_code, 1);
  EXPECT_THAT(back.err, HasSubstr("its traffic moves as a whole"));
  const Outcome half = banyan({"shift", "catalog", "50", "--writes", "local", "--why", "slow"});
  EXPECT_EQ(half.exit_code, 1);
  EXPECT_EQ(banyan({"shift", "catalog", "0", "--writes", "local", "--why", "slow"}).exit_code, 0);
}

TEST_F(StoreCommands, SayThatNobodyKnowsWhatIsLegalWhereNothingRuns) {
  Switchboard board(*store_);
  ASSERT_TRUE(board.shift("catalog", {strangler::Percent::all(), Side::Remote}, {"ann", "moved"}));
  const Outcome unsure = banyan({"back", "catalog", "--why", "slow", "--json"});
  EXPECT_EQ(unsure.exit_code, 1);
  EXPECT_EQ(nlohmann::json::parse(unsure.out)["rule"], "banyan.legality_unknown");
  EXPECT_EQ(banyan({"back", "catalog", "--force", "--why", "slow"}).exit_code, 0);
  EXPECT_EQ(store_->log(1)->front().evidence, "forced, and nobody could say whether it is legal");
  EXPECT_EQ(banyan({"goto", "0", "--why", "to legacy is legal anywhere"}).exit_code, 0);
}

TEST_F(StoreCommands, FindTheHeadOfALogThatWasEmptyWhenItWasNoted) {
  const std::string noted = store_->stand()->head;
  EXPECT_EQ(banyan({"verify", "--head", noted}).exit_code, 0) << "it still is";
  banyan({"next", "catalog", "--force"});
  EXPECT_EQ(banyan({"verify", "--head", noted}).exit_code, 0) << "every log begins there";
}

TEST_F(StoreCommands, VerifyFindsTamperingAndSaysSoByItsExitCode) {
  banyan({"next", "catalog", "--force"});
  banyan({"next", "catalog", "--force"});
  const Outcome intact = banyan({"log", "verify", "--head", store_->stand()->head});
  EXPECT_EQ(intact.exit_code, 0) << intact.err;
  EXPECT_THAT(intact.out, StartsWith("intact: 2 lines, head " + store_->stand()->head));

  test::RawSqlite(file_).run(
      "DROP TRIGGER switch_log_keeps_lines; UPDATE switch_log SET who = 'eve' WHERE seq = 1");

  const Outcome found = banyan({"log", "verify"});
  EXPECT_EQ(found.exit_code, 1);
  EXPECT_THAT(found.out, HasSubstr("NOT intact: 2 lines were read\n  line 1 was changed"));
  EXPECT_THAT(found.out, HasSubstr("sqlite3 " + file_ + " \".backup tampered.db\""));
  EXPECT_THAT(found.out, HasSubstr("banyan log verify --store COPY"));
  EXPECT_THAT(found.out, HasSubstr("\"Back up the control store\""));
  EXPECT_THAT(intact.out, testing::Not(HasSubstr("what to do")));
  EXPECT_EQ(banyan({"log", "verify", "--json"}).exit_code, 1);
  EXPECT_EQ(banyan({"verify"}).exit_code, 1) << "its former name";
}

class ServerCommands : public StoreCommands {
 protected:
  void SetUp() override {
    StoreCommands::SetUp();
    board_ = std::make_unique<Switchboard>(*store_);
    AdminApi::Parts parts;
    parts.live.tunnels = [this](std::string_view module) {
      const std::size_t behind = module == "catalog" ? behind_.load() : 0;
      return strangler::TunnelCounts{.old_side = behind, .pinned = behind};
    };
    api_ = std::make_unique<AdminApi>(*board_, std::move(parts));
    server_ = std::make_unique<AdminServer>(
        [this](const std::string& method, const std::string& target, const std::string& body) {
          constexpr std::string_view kRoot = "/_banyan/api";
          EXPECT_THAT(target, StartsWith(std::string(kRoot)));
          const std::string rest = target.substr(kRoot.size());
          const std::size_t query = std::min(rest.find('?'), rest.size());
          const std::string path = rest.substr(0, query);
          const std::string after = query < rest.size() ? rest.substr(query + 1) : "";
          const auto answer =
              api_->answer({method, path, after, method == "POST" ? "application/json" : "", body});
          if (answer) return std::pair(200U, *answer);
          http::Response problem = binding::problem(answer.error().error, "");
          return std::pair(problem.head.status, std::move(problem.body));
        });
  }

  std::atomic<std::size_t> behind_ = 0;  ///< WebSockets on catalog's old side
  std::unique_ptr<Switchboard> board_;
  std::unique_ptr<AdminApi> api_;
  std::unique_ptr<AdminServer> server_;
};

TEST_F(ServerCommands, DoTheSameThroughARunningProcess) {
  const Outcome shifted =
      run_banyan({"--url", server_->url(), "shift", "catalog", "10%", "--why", "first canary"});
  EXPECT_EQ(shifted.exit_code, 0) << shifted.err;
  EXPECT_EQ(shifted.out, "catalog: legacy -> canary 10%  (revision 1)\n");
  EXPECT_THAT(run_banyan({"status", "--url", server_->url() + '/'}).out,
              HasSubstr("catalog  canary  10%"));
  EXPECT_THAT(run_banyan({"log", "--url", server_->url()}).out, HasSubstr("first canary"));
  EXPECT_EQ(run_banyan({"verify", "--url", server_->url()}).exit_code, 0);
  const Outcome refused = run_banyan({"back", "orders", "--why", "x", "--url", server_->url()});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_EQ(refused.err,
            "banyan: orders is at legacy: all of its traffic is on the old side already.\n");
}

TEST_F(ServerCommands, SayWithTheFiguresThatTheNewSideAnswersOtherwiseUnlessThatIsSaid) {
  const std::string figures = "catalog.read 40 of the last 40";
  board_->heed([&figures](std::string_view) {
    return std::optional(strangler::Objection{figures, "Mend it"});
  });
  const std::vector<std::vector<std::string>> moves = {
      {"shift", "catalog", "10%", "--why", "first canary"}, {"next", "catalog"}};
  for (std::vector<std::string> words : moves) {
    words.insert(words.end(), {"--url", server_->url()});
    const Outcome refused = run_banyan(words);
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_EQ(refused.err, "banyan: refused: " + figures +
                               ". Mend it. Or do it all the same: --despite-differences\n");
    words.emplace_back("--force");
    EXPECT_EQ(run_banyan(words).exit_code, 1) << "that is another word";
    words.back() = "--despite-differences";
    EXPECT_EQ(run_banyan(words).exit_code, 0);
    EXPECT_EQ(store_->log(1)->front().evidence, "despite differences: " + figures);
    EXPECT_THAT(run_banyan({"log", "--url", server_->url()}).out,
                HasSubstr("(despite differences) "));
    EXPECT_EQ(run_banyan({"back", "catalog", "--why", "home", "--url", server_->url()}).exit_code,
              0);
  }
}

TEST_F(ServerCommands, DoNotShowAShareAsWholeWhileWebSocketsStayBehind) {
  run_banyan({"--url", server_->url(), "shift", "catalog", "100%", "--why", "all of them"});
  behind_ = 2;
  const std::string shown = run_banyan({"status", "--url", server_->url()}).out;
  EXPECT_THAT(shown, HasSubstr("catalog  canary  100%, 2 behind"));
  EXPECT_THAT(shown, HasSubstr("attention: of catalog, WebSockets live on the side from which"));
  EXPECT_EQ(shown.find("of orders"), std::string::npos);
}

TEST_F(StoreCommands, EndAlikeWhenTheRevisionIsNotThere) {
  const Outcome outcome = banyan({"goto", "5", "--why", "x"});
  EXPECT_EQ(outcome.exit_code, 69) << outcome.out;
  EXPECT_THAT(outcome.err, HasSubstr("5"));
}

}  // namespace
}  // namespace banyan::test

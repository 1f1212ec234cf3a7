// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "admin_server.hpp"
#include "banyan/binding/problem.hpp"
#include "banyan/control/admin_api.hpp"
#include "banyan/serving/proxy.hpp"
#include "banyan/stages/witness.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "banyan_process.hpp"
#include "support/nobody.hpp"
#include "support/raw_sqlite.hpp"
#include "support/secret_file.hpp"

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

TEST(AProxyWithAToken, TakesOrdersOfWhoBringsItThoughItListensOnThisMachineOnly) {
  const TemporaryFolder folder;
  write_secret(folder.file("operators.token"), "the secret of operators\n");
  std::ofstream(folder.file("banyan.toml"))
      << "[proxy]\nlisten = [\"127.0.0.1:0\"]\noperators_token_file = \"operators.token\"\n"
         "[upstreams.shop]\ninstances = [\"127.0.0.1:1\"]\n"
         "[[routes]]\nname = \"rest\"\nprefix = \"/\"\nmethods = [\"*\"]\nlegacy = \"shop\"\n";
  serving::ProxyOptions options;
  options.config_file = folder.file("banyan.toml");
  options.log_file = folder.file("log.json");
  options.loops = 1;
  const auto proxy = serving::Proxy::make(options);
  ASSERT_TRUE(proxy) << proxy.error();
  (*proxy)->start();
  const std::string url = "http://127.0.0.1:" + std::to_string((*proxy)->listening().front().port);
  const Outcome refused = run_banyan({"status", "--url", url});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("--token-file FILE"));
  EXPECT_EQ(run_banyan({"log", "verify", "--url", url}).exit_code, 69)
      << "nobody has looked at the log, which is no tampering";
  const Outcome told =
      run_banyan({"status", "--url", url, "--token-file", folder.file("operators.token")});
  EXPECT_EQ(told.exit_code, 0) << told.err;
  std::filesystem::permissions(folder.file("operators.token"), std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const Outcome open =
      run_banyan({"status", "--url", url, "--token-file", folder.file("operators.token")});
  EXPECT_EQ(open.exit_code, 1);
  EXPECT_EQ(
      run_banyan({"log", "verify", "--url", url, "--token-file", folder.file("operators.token")})
          .exit_code,
      78)
      << "nor is that";
  EXPECT_THAT(open.err, HasSubstr("operators.token is open to everybody on this machine (mode "
                                  "0604), and has a secret; close it with: chmod o= "));
}

TEST(Unreachable, NobodyListens) {
  const Outcome outcome = run_banyan({"status", "--url", "http://127.0.0.1:1"});
  EXPECT_EQ(outcome.exit_code, 69);
  EXPECT_THAT(outcome.err, StartsWith("banyan: no answer from http://127.0.0.1:1: "));
  EXPECT_THAT(outcome.err, HasSubstr("Is it running? Name another with --url http://HOST:PORT"));
}

TEST(Unreachable, TheVariableSaysWhereWhenNoOptionDoes) {
  ::setenv("BANYAN_URL", "http://127.0.0.1:1", 1);
  const Outcome asked = run_banyan({"status"});
  const Outcome by_option = run_banyan({"status", "--url", "http://127.0.0.1:2"});
  const Outcome of_nobody = run_banyan({"status", "--store", "/nowhere/control.db"});
  ::setenv("BANYAN_URL", "127.0.0.1:1", 1);
  const Outcome wrong = run_banyan({"status"});
  ::unsetenv("BANYAN_URL");
  EXPECT_THAT(asked.err, StartsWith("banyan: no answer from http://127.0.0.1:1 (BANYAN_URL): "));
  EXPECT_THAT(by_option.err, StartsWith("banyan: no answer from http://127.0.0.1:2: "));
  EXPECT_THAT(of_nobody.err, StartsWith("banyan: there is no control store"))
      << "the variable is no option that goes ill with --store";
  EXPECT_EQ(wrong.exit_code, 64);
  EXPECT_THAT(wrong.err, HasSubstr("BANYAN_URL is \"127.0.0.1:1\", expected http://HOST:PORT"));
}

TEST(Unreachable, AnAddressOfClientsIsToldAsOne) {
  TemporaryFolder folder;
  std::ofstream(folder.file("banyan.toml"))
      << "[proxy]\nlisten = [\"127.0.0.1:0\"]\noperators = \"127.0.0.1:0\"\n"
         "[upstreams.shop]\ninstances = [\"127.0.0.1:1\"]\n"
         "[[routes]]\nname = \"rest\"\nprefix = \"/\"\nmethods = [\"*\"]\nlegacy = \"shop\"\n";
  serving::ProxyOptions options;
  options.config_file = folder.file("banyan.toml");
  options.log_file = folder.file("log.json");
  options.loops = 1;
  const auto proxy = serving::Proxy::make(options);
  ASSERT_TRUE(proxy) << proxy.error();
  (*proxy)->start();
  const std::string url = "http://127.0.0.1:" + std::to_string((*proxy)->listening().front().port);
  const Outcome refused = run_banyan({"status", "--url", url});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("That is " + url + " (--url), an address of clients"));
  EXPECT_THAT(refused.err, HasSubstr("export BANYAN_URL=http://HOST:PORT"));
}

TEST(Unreachable, ATokenFileThatIsNotThere) {
  const Outcome outcome = run_banyan({"status", "--token-file", "/nowhere/operators.token"});
  EXPECT_EQ(outcome.exit_code, 69);
  EXPECT_THAT(outcome.err, HasSubstr("/nowhere/operators.token cannot be read: No such file"));
}

TEST(Unreachable, ATokenFileThatMayNotBeRead) {
  const TemporaryFolder folder;
  const std::string file = folder.file("operators.token");
  std::ofstream(file) << "0123456789abcdef\n";
  using std::filesystem::perms;
  std::filesystem::permissions(file, perms::none);
  std::filesystem::permissions(folder.path(),
                               perms::owner_all | perms::group_exec | perms::others_exec);
  const Nobody nobody;
  const Outcome outcome = run_banyan({"status", "--token-file", file});
  EXPECT_EQ(outcome.exit_code, 69);
  EXPECT_THAT(outcome.err,
              HasSubstr(file +
                        " cannot be read: Permission denied; let this process read it, as "
                        "its owner: chgrp " +
                        std::to_string(::getegid()) + ' ' + file + " && chmod 640 " + file));
}

TEST(Unreachable, SomebodyElseAnswers) {
  const AdminServer other([](const std::string&, const std::string&, const std::string&) {
    return std::pair(404U, std::string("<h1>Not Found</h1>"));
  });
  const Outcome outcome = run_banyan({"status", "--url", other.url()});
  EXPECT_EQ(outcome.exit_code, 69);
  EXPECT_THAT(outcome.err, HasSubstr("answers, but not as Banyan does (status 404)"));
}

TEST(Unreachable, NoSuchStoreOrDatabase) {
  const Outcome store = run_banyan({"status", "--store", "/nowhere/control.db"});
  EXPECT_EQ(store.exit_code, 69);
  EXPECT_THAT(store.err, StartsWith("banyan: there is no control store /nowhere/control.db."));
  const Outcome database = run_banyan({"schema", "report", "--database", "/nowhere/shop.db"});
  EXPECT_EQ(database.exit_code, 69);
  EXPECT_EQ(database.err,
            "banyan: there is no database /nowhere/shop.db; name the application's database with "
            "--database FILE\n");
}

TEST_F(StoreCommands, EndAlikeWhenTheRevisionIsNotThere) {
  const Outcome outcome = banyan({"goto", "5", "--why", "x"});
  EXPECT_EQ(outcome.exit_code, 69) << outcome.out;
  EXPECT_THAT(outcome.err, HasSubstr("5"));
}

TEST(Refused, AStoreThatIsNone) {
  const TemporaryFolder folder;
  std::ofstream(folder.file("notes.txt")) << "no database\n";
  const Outcome outcome = run_banyan({"status", "--store", folder.file("notes.txt")});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("is not a SQLite database"));
}

struct RefusedCommand {
  const char* name;
  std::vector<std::string> arguments;
  int exit_code;
};

TEST(Documents, AreWhatEveryRefusalIsWithJson) {
  const TemporaryFolder folder;
  const std::string good = folder.file("banyan.toml");
  std::ofstream(good) << "[proxy]\nlisten = [\"127.0.0.1:8080\"]\n"
                         "[upstreams.shop]\ninstances = [\"127.0.0.1:1\"]\n"
                         "[[routes]]\nprefix = \"/\"\nmethods = [\"*\"]\nlegacy = \"shop\"\n";
  const std::string bad = folder.file("bad.toml");
  std::ofstream(bad) << "[proxy\n";
  const std::string none = folder.file("none");
  const std::string out = folder.file("out");
  const std::vector<RefusedCommand> cases = {
      {"an unknown command", {"shfit", "catalog"}, 64},
      {"an unknown option", {"status", "--jsno"}, 64},
      {"a bad value", {"shift", "catalog", "101%", "--why", "x"}, 64},
      {"a useless option", {"check", good, "--url", "http://127.0.0.1:1"}, 64},
      {"a bad address", {"status", "--url", "nowhere"}, 64},
      {"nobody", {"status", "--url", "http://127.0.0.1:1"}, 69},
      {"no store", {"status", "--store", none}, 69},
      {"watch", {"watch", "--url", "http://127.0.0.1:1"}, 69},
      {"differences of a store", {"differences", "--store", none}, 64},
      {"replay by a store", {"replay", "catalog:1", "--store", none}, 64},
      {"replay with no field", {"replay", "catalog:1", "--header", "nonsense"}, 64},
      {"replay with no file", {"replay", "catalog:1", "--body", none}, 64},
      {"check of a bad request", {"check", good, "--request", "nonsense"}, 64},
      {"check of a bad file", {"check", bad}, 78},
      {"check of no file", {"check", none}, 78},
      {"export of a bad file", {"export", "haproxy", "--config", bad, "--out", out}, 78},
      {"export to a bad address",
       {"export", "nginx", "--config", good, "--listen", "here", "--out", out},
       64},
      {"proxy with a bad file", {"proxy", "--config", bad}, 78},
      {"proxy with no file", {"proxy", "--config", none}, 78},
      {"up with a bad file", {"up", bad}, 78},
      {"up with no file", {"up", none}, 78},
      {"ps of nobody", {"ps", none}, 69},
      {"no database", {"schema", "report", "--database", none}, 69},
      {"no description", {"map", none}, 69},
  };
  for (const RefusedCommand& each : cases) {
    SCOPED_TRACE(each.name);
    const Outcome people = run_banyan(each.arguments);
    EXPECT_EQ(people.exit_code, each.exit_code) << people.err;
    EXPECT_EQ(people.out, "");
    std::vector<std::string> words = each.arguments;
    words.emplace_back("--json");
    const Outcome programs = run_banyan(words);
    EXPECT_EQ(programs.exit_code, each.exit_code) << programs.err;
    const auto document = nlohmann::json::parse(programs.out, nullptr, false);
    ASSERT_TRUE(document.is_object()) << programs.out << programs.err;
    for (const char* member : {"code", "rule", "detail"}) {
      ASSERT_TRUE(document.contains(member)) << programs.out;
      EXPECT_NE(document[member], "") << member;
    }
  }
}

TEST(Documents, EndWithTheCodeThatPeopleGet) {
  const AdminServer differs([](const std::string&, const std::string&, const std::string&) {
    return std::pair(200U, std::string(R"({"example":"catalog:1","request":"GET /a",
        "old":{"status":200},"new":{"status":200},
        "comparison":{"differences":[{"path":"/a","kind":"value","old":"1","new":"2"}]}})"));
  });
  const std::vector<std::string> replay{"replay", "catalog:1", "--url", differs.url()};
  EXPECT_EQ(run_banyan(replay).exit_code, 1);
  std::vector<std::string> document = replay;
  document.emplace_back("--json");
  EXPECT_EQ(run_banyan(document).exit_code, 1);
}

TEST(AReplay, SaysWhatWasHiddenToTheProcessAndToNobodyElse) {
  const TemporaryFolder folder;
  const std::string fields = folder.file("fields.txt");
  std::ofstream(fields) << "Cookie: session=of-ada; a=b:c\r\n\nUser-Agent:\tBrowser\n";
  const std::string body = folder.file("body.json");
  std::ofstream(body) << R"({"who":"ada"})";
  std::string posted;
  Outcome outcome;
  {  // its thread ends with it
    const AdminServer alike([&](const std::string&, const std::string&, const std::string& said) {
      posted = said;
      return std::pair(200U, std::string(R"({"example":"catalog:3","request":"GET /albums/aaa",
          "old":{"status":200},"new":{"status":200},
          "comparison":{"same":true,"differences":[]}})"));
    });
    outcome = run_banyan({"replay", "catalog:3", "--target", "/albums/ada?q=blue", "--header",
                          "Authorization: Bearer of-ada", "--header", '@' + fields, "--body", body,
                          "--who", "ann", "--why", "ticket 47", "--url", alike.url()});
  }
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(nlohmann::json::parse(posted),
            nlohmann::json::parse(R"({"example":"catalog:3","target":"/albums/ada?q=blue",
                "headers":{"Authorization":"Bearer of-ada","Cookie":"session=of-ada; a=b:c",
                           "User-Agent":"Browser"},"body":"{\"who\":\"ada\"}",
                "who":"ann","why":"ticket 47"})"));
  EXPECT_THAT(outcome.out, HasSubstr("catalog:3, GET /albums/aaa"));
  EXPECT_THAT(outcome.out + outcome.err, testing::Not(HasSubstr("ada")));
}

TEST(AReplay, ThatTheOldSideAnswersOtherwiseThanThenIsNoSuccess) {
  const AdminServer over([](const std::string&, const std::string&, const std::string&) {
    return std::pair(200U, std::string(R"({"example":"catalog:3","request":"GET /albums/aaa",
        "old":{"status":401},"new":{"status":401},"old_then":{"status":200},
        "comparison":{"same":true,"differences":[]}})"));
  });
  const Outcome outcome = run_banyan({"replay", "catalog:3", "--url", over.url()});
  EXPECT_EQ(outcome.exit_code, 1) << outcome.out;
  EXPECT_THAT(outcome.out, HasSubstr("the old side answered 200 then and 401 now"));
}

TEST(AReplay, OfAnExampleThatIsNotThereIsNoDifference) {
  const AdminServer forgets([](const std::string&, const std::string&, const std::string&) {
    return std::pair(404U, std::string(R"({"code":"not_found","rule":"banyan.no_such_example",
        "detail":"no example is called catalog:3 any more"})"));
  });
  const Outcome outcome = run_banyan({"replay", "catalog:3", "--url", forgets.url()});
  EXPECT_EQ(outcome.exit_code, 69) << outcome.out;
}

TEST(Differences, SendNothingToATerminalThatItWouldObey) {
  const AdminServer differs([](const std::string&, const std::string&, const std::string&) {
    return std::pair(200U, std::string(R"({"modules":[{"module":"catalog","copies":{"sent":1},
        "report":{"operations":[],"fields":[{"operation":"getPage","path":"",
        "opinion":"difference","old_new":{"pairs":1,"differing":1},"kinds":{"bytes":1},
        "examples":[{"number":1,"request":"GET /pages?\u009bJ=1","replayable":true,
        "old":{"value":"<p>\u001b[2Jada"},"new":{"value":"<p>eve"}}]}]}}]})"));
  });
  const Outcome outcome = run_banyan({"differences", "--url", differs.url()});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("GET /pages???J=1  old <p>?[2Jada, new <p>eve"));
  EXPECT_FALSE(outcome.out.contains('\x1b'));
  EXPECT_FALSE(outcome.out.contains("\xc2\x9b"));
}

TEST(AReplay, SaysNothingOfAFieldThatIsWrittenWrongly) {
  const Outcome nameless = run_banyan({"replay", "catalog:3", "--header", "session=of-ada"});
  EXPECT_EQ(nameless.exit_code, 64);
  EXPECT_THAT(nameless.err, HasSubstr("NAME: VALUE"));
  EXPECT_THAT(nameless.err, testing::Not(HasSubstr("of-ada")));
  const Outcome twice = run_banyan(
      {"replay", "catalog:3", "--header", "Cookie: of=ada", "--header", "Cookie: of=eve"});
  EXPECT_EQ(twice.exit_code, 64);
  EXPECT_THAT(twice.err, HasSubstr("--header says Cookie twice"));
}

TEST(AReplay, TakesNothingThatCannotBeSaidAsItIs) {
  const TemporaryFolder folder;
  const std::string latin = folder.file("latin.txt");
  std::ofstream(latin) << "caf\xe9";
  const Outcome odd = run_banyan({"replay", "catalog:3", "--body", latin});
  EXPECT_EQ(odd.exit_code, 64);
  EXPECT_THAT(odd.err, HasSubstr("no UTF-8"));
  const Outcome twice = run_banyan({"replay", "catalog:3", "--header", "@-", "--body", "-"});
  EXPECT_EQ(twice.exit_code, 64);
  EXPECT_THAT(twice.err, HasSubstr("standard input is named twice"));
}

TEST(AReplay, ReadsItsTargetFromAFileTooWhichIsInNoHistory) {
  const TemporaryFolder folder;
  const std::string target = folder.file("target.txt");
  std::ofstream(target) << "/albums/ada?q=blue\n";
  std::string posted;
  {  // its thread ends with it
    const AdminServer alike([&](const std::string&, const std::string&, const std::string& said) {
      posted = said;
      return std::pair(200U, std::string(R"({"example":"catalog:3","request":"GET /albums/aaa",
          "old":{"status":200},"new":{"status":200},
          "comparison":{"same":true,"differences":[]}})"));
    });
    EXPECT_EQ(run_banyan({"replay", "catalog:3", "--target", '@' + target, "--url", alike.url()})
                  .exit_code,
              0);
  }
  EXPECT_EQ(nlohmann::json::parse(posted).at("target"), "/albums/ada?q=blue");
}

TEST(TheListOfDifferences, SaysWhatAnExampleNeedsToBeAskedAgain) {
  const AdminServer lists([](const std::string&, const std::string&, const std::string&) {
    return std::pair(200U, std::string(R"({"modules":[{"module":"catalog","copies":{},"report":{
        "operations":[],"fields":[{"operation":"get_album","path":"/t","opinion":"difference",
        "old_new":{"differing":1,"pairs":1},"examples":[
          {"number":1,"request":"GET /albums/aaa","replayable":false,"old":{},"new":{},
           "needs":{"target":"/albums/…","headers":["cookie"],"body":true}},
          {"number":2,"request":"GET /albums","replayable":true,"old":{},"new":{}}]}]}}]})"));
  });
  const Outcome outcome = run_banyan({"differences", "--url", lists.url()});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("catalog:1  GET /albums/aaa  old nothing, new nothing  (to "
                                     "replay: --target, --header cookie, --body)\n"));
  EXPECT_THAT(outcome.out, HasSubstr("catalog:2  GET /albums  old nothing, new nothing\n"));
}

TEST(Help, TeachesWithExamplesAndExitCodes) {
  const Outcome all = run_banyan({"--help"});
  EXPECT_EQ(all.exit_code, 0);
  for (const char* text :
       {"status", "shift", "back", "next", "log", "goto", "plan", "watch", "proxy", "schema",
        "migrate", "init", "check", "Exit codes:\n  0   done", "Examples:"}) {
    EXPECT_THAT(all.out, HasSubstr(text));
  }
  const Outcome shift = run_banyan({"shift", "--help"});
  EXPECT_EQ(shift.exit_code, 0);
  EXPECT_THAT(shift.out, HasSubstr("banyan shift catalog 0.5% --why \"first canary\""));
  EXPECT_EQ(run_banyan({"--version"}).out, "banyan 0.1.0\n");
  EXPECT_EQ(run_banyan({"-V"}).out, "banyan 0.1.0\n");
  EXPECT_EQ(run_banyan({"help"}).out, all.out);
  EXPECT_EQ(run_banyan({"help", "shift"}).out, shift.out);
}

TEST(Completion, IsPrintedForEachShell) {
  const Outcome bash = run_banyan({"completion", "bash"});
  EXPECT_EQ(bash.exit_code, 0) << bash.err;
  EXPECT_THAT(bash.out, HasSubstr("complete -F _banyan banyan\n"));
  EXPECT_THAT(run_banyan({"completion", "zsh"}).out, StartsWith("#compdef banyan\n"));
  EXPECT_THAT(run_banyan({"completion", "fish"}).out, HasSubstr("complete -c banyan"));
  EXPECT_EQ(run_banyan({"completion", "csh"}).exit_code, 64);
}

}  // namespace
}  // namespace banyan::test

// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "admin_server.hpp"
#include "banyan/control/admin_api.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "banyan_process.hpp"

namespace banyan::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Json = nlohmann::json;

/// A control store, and a process that serves it.
class Plans : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(store_->enlist({"catalog", "orders"})); }

  std::pair<unsigned, std::string> answer(const std::string& method, const std::string& target,
                                          const std::string& body) {
    const std::string rest = target.substr(std::string("/_banyan/api").size());
    if (rest == "/live") {
      return {200, R"({"modules":[{"name":"catalog","recent":{
               "local":{"requests":990,"failures":1,"mean_seconds":0.0081},
               "remote":{"requests":10,"failures":0,"mean_seconds":0.0074}}}]})"};
    }
    const auto said =
        api_.answer({method, rest, {}, method == "POST" ? "application/json" : "", body});
    if (said) return {200, *said};
    const Error& error = said.error().error;
    return {error.code == ErrorCode::NotFound ? 404 : 422,
            Json{{"code", to_string(error.code)}, {"rule", error.rule}, {"detail", error.message}}
                .dump()};
  }

  Outcome banyan(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--url", server_.url()});
    return run_banyan(arguments);
  }

  TemporaryFolder folder_;
  std::string file_ = folder_.file("control.db");
  std::unique_ptr<strangler::ControlStore> store_ =
      strangler::ControlStore::open(file_, system_clock()).value();
  strangler::Switchboard board_{*store_};
  strangler::AdminApi api_{board_};
  AdminServer server_{[this](const std::string& method, const std::string& target,
                             const std::string& body) { return answer(method, target, body); }};
};

TEST_F(Plans, AreStartedShownPausedResumedAndAborted) {
  EXPECT_THAT(banyan({"plan"}).out, HasSubstr("no rollout has a plan"));
  const Outcome none = banyan({"plan", "catalog"});
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_THAT(none.err, HasSubstr("`banyan plan catalog start --why …` begins one"));

  const Outcome started = banyan({"plan", "catalog", "start", "--steps", "1%,25%,100%", "--dwell",
                                  "10m", "--samples", "50", "--why", "all is quiet"});
  EXPECT_EQ(started.exit_code, 0) << started.err;
  EXPECT_EQ(started.out,
            "catalog: the plan is running, 1% of the reads on the new side (the plan begins)\n"
            "catalog: legacy -> canary 1%  (revision 1)\n");

  const Outcome shown = banyan({"plan", "catalog"});
  EXPECT_THAT(shown.out, StartsWith("catalog: running, step 1 of 3 (1%), 1% of the reads"));
  EXPECT_THAT(shown.out, HasSubstr("last order by ann@"));
  EXPECT_THAT(shown.out, HasSubstr(": all is quiet"));
  EXPECT_THAT(banyan({"plan"}).out, HasSubstr("catalog  running  1 of 3 (1%)"));
  const Json document = Json::parse(banyan({"plan", "catalog", "--json"}).out);
  EXPECT_EQ(document["steps"][1]["dwell_seconds"], 600);
  EXPECT_EQ(document["steps"][1]["samples"], 50);

  EXPECT_EQ(banyan({"plan", "catalog", "pause", "--why", "lunch"}).exit_code, 0);
  const Outcome refused = banyan({"plan", "catalog", "start", "--why", "again"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_EQ(refused.err, "banyan: the plan of catalog is paused. Possible now: resume, abort\n");
  EXPECT_EQ(banyan({"plan", "catalog", "resume", "--why", "lunch is over"}).exit_code, 0);
  const Outcome aborted = banyan({"plan", "catalog", "abort", "--why", "not this week"});
  EXPECT_THAT(aborted.out, HasSubstr("catalog: canary 1% -> legacy"));
  EXPECT_EQ(Json::parse(banyan({"plan", "--json"}).out)["plans"][0]["state"], "aborted");
}

TEST_F(Plans, MayEndWithAStepThatMovesTheWrites) {
  const Outcome started =
      banyan({"plan", "catalog", "start", "--steps", "100%,writes", "--why", "all of it"});
  EXPECT_EQ(started.exit_code, 0) << started.err;
  EXPECT_THAT(banyan({"plan"}).out, HasSubstr("catalog  running  1 of 2 (100%)"));
  const Json steps = Json::parse(banyan({"plan", "catalog", "--json"}).out)["steps"];
  EXPECT_EQ(steps[1]["writes"], "remote");
  const Outcome early =
      banyan({"plan", "orders", "start", "--steps", "50%,writes", "--why", "too early"});
  EXPECT_EQ(early.exit_code, 1);
  EXPECT_THAT(early.err, HasSubstr("a step of 100% comes before them, and not 50%"));
  const Outcome misspelled =
      banyan({"plan", "orders", "start", "--steps", "100%,wirtes", "--why", "x"});
  EXPECT_THAT(misspelled.err, HasSubstr("or \"writes\", after 100%"));
}

TEST_F(Plans, CanBeOrderedWhereNothingRuns) {
  const auto banyan = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--store", file_});
    return run_banyan(arguments);
  };
  EXPECT_EQ(banyan({"plan", "catalog", "start", "--why", "x"}).exit_code, 1)
      << "nobody has asked the new side";
  EXPECT_EQ(banyan({"plan", "catalog", "start", "--force", "--why", "x"}).exit_code, 0);
  EXPECT_EQ(banyan({"plan", "catalog", "abort", "--gradually", "--why", "x"}).exit_code, 0);
  EXPECT_THAT(banyan({"plan"}).out, HasSubstr("returning"));
}

TEST_F(Plans, TrafficGoesBackGraduallyWithoutOne) {
  banyan({"shift", "orders", "50", "--why", "by hand"});
  const Outcome back = banyan({"back", "orders", "--gradually", "--why", "the sale"});
  EXPECT_EQ(back.exit_code, 0) << back.err;
  EXPECT_THAT(back.out, StartsWith("orders: the plan is returning, 25% of the reads"));
}

TEST_F(Plans, TheTableOfARevisionIsGoneBackToAndTheDryRunTells) {
  banyan({"shift", "catalog", "25", "--why", "x"});
  banyan({"shift", "orders", "50", "--why", "x"});
  const Outcome dry = banyan({"goto", "0", "--dry-run", "--why", "what if"});
  EXPECT_EQ(dry.exit_code, 0) << dry.err;
  EXPECT_EQ(dry.out,
            "catalog: canary 25% -> legacy\norders: canary 50% -> legacy\n"
            "nothing was changed; without --dry-run this would be\n");
  EXPECT_EQ(store_->stand()->revision, 2U);
  EXPECT_EQ(banyan({"goto", "1", "--why", "before orders"}).out,
            "orders: canary 50% -> legacy  (revision 3)\n");
  EXPECT_EQ(banyan({"goto", "2", "--why", "and forth"}).out,
            "orders: legacy -> canary 50%  (revision 4)\n");
  EXPECT_EQ(banyan({"goto", "2", "--why", "again"}).out,
            "all traffic is as it was at revision 2; nothing to change\n");
  const Outcome far = banyan({"goto", "9", "--why", "x"});
  EXPECT_EQ(far.exit_code, 69);
  EXPECT_THAT(far.err, HasSubstr("there is no revision 9 yet: the last is 4"));
}

TEST_F(Plans, AreWatchedAsOneDocumentALine) {
  banyan({"plan", "catalog", "start", "--why", "x"});
  const Outcome seen = banyan({"watch", "--json", "--count", "2", "--interval", "0.1"});
  EXPECT_EQ(seen.exit_code, 0) << seen.err;
  std::istringstream lines(seen.out);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const Json document = Json::parse(line);
    EXPECT_EQ(document["rollouts"][0]["module"], "catalog");
    EXPECT_EQ(document["rollouts"][0]["recent"]["remote"]["requests"], 10);
    EXPECT_EQ(document["plans"][0]["state"], "running");
    EXPECT_FALSE(document["time"].get<std::string>().empty());
  }
  EXPECT_EQ(count, 2);
}

TEST_F(Plans, AreWatchedLineByLineWhereNobodyLooksAtAPicture) {
  const Outcome seen = banyan({"watch", "--count", "3", "--interval", "0.1"});
  EXPECT_EQ(seen.exit_code, 0) << seen.err;
  EXPECT_EQ(std::ranges::count(seen.out, '\n'), 2) << "a line for each rollout, once: " << seen.out;
  EXPECT_THAT(seen.out, HasSubstr("catalog: legacy, writes old\n"));
  EXPECT_THAT(seen.out, Not(HasSubstr("\x1b"))) << "no terminal, no colours";
  EXPECT_EQ(run_banyan({"watch", "--store", file_, "--count", "1"}).exit_code, 0);
  EXPECT_EQ(run_banyan({"watch", "--url", "http://127.0.0.1:1"}).exit_code, 69);
}

TEST_F(Plans, AreOfARolloutWithoutAWriteShownWithNone) {
  AdminServer without(
      [&](const std::string& method, const std::string& target, const std::string& body) {
        auto said = answer(method, target, body);
        if (!target.ends_with("/status")) return said;
        Json document = Json::parse(said.second);
        for (Json& each : document["rollouts"]) each["has_writes"] = each["module"] != "catalog";
        return std::pair(said.first, document.dump());
      });
  const Outcome status = run_banyan({"status", "--url", without.url()});
  EXPECT_EQ(status.exit_code, 0) << status.err;
  EXPECT_THAT(status.out, testing::ContainsRegex("catalog  legacy  0% +none "));
  EXPECT_THAT(status.out, Not(testing::ContainsRegex("orders  +legacy  0% +none ")));
  const Outcome seen =
      run_banyan({"watch", "--count", "1", "--interval", "0.1", "--url", without.url()});
  EXPECT_THAT(seen.out, HasSubstr("catalog: legacy, writes none\n"));
}

TEST_F(Plans, AreWatchedWithWhatHasToBeLookedAfter) {
  std::atomic<int> looks = 0;
  AdminServer ill(
      [&](const std::string& method, const std::string& target, const std::string& body) {
        auto said = answer(method, target, body);
        if (!target.ends_with("/status")) return said;
        Json status = Json::parse(said.second);
        status["attention"] = Json::array();
        if (++looks < 3) {
          status["attention"].push_back(
              Json{{"about", "upstreams"}, {"message", "no healthy instance in books"}});
        }
        status["rollouts"][0]["fallbacks"] = 3;
        said.second = status.dump();
        return said;
      });
  const Outcome seen =
      run_banyan({"watch", "--url", ill.url(), "--count", "4", "--interval", "0.1"});
  EXPECT_EQ(seen.exit_code, 0) << seen.err;
  EXPECT_THAT(seen.out, HasSubstr("attention: upstreams: no healthy instance in books\n"));
  EXPECT_THAT(seen.out, HasSubstr("upstreams: is well again\n"));
  EXPECT_THAT(seen.out, HasSubstr("3 requests of catalog were answered by the old side"));
  EXPECT_EQ(std::ranges::count(seen.out, '\n'), 5) << "each once: " << seen.out;
}

TEST_F(Plans, AreWatchedOnOverARestartThatTakesAWhile) {
  std::atomic<int> looks = 0;
  AdminServer restarting(
      [&](const std::string& method, const std::string& target, const std::string& body) {
        const bool away = target.ends_with("/status") && ++looks == 2;
        if (!away) return answer(method, target, body);
        return std::pair(503U, Json{{"code", to_string(ErrorCode::Unavailable)},
                                    {"rule", "test.restarting"},
                                    {"detail", "it comes back"}}
                                   .dump());
      });
  const std::vector<std::string> words{"watch",      "--url", restarting.url(), "--count", "3",
                                       "--interval", "0.1"};
  std::vector<std::string> json_words = words;
  json_words.emplace_back("--json");
  const Outcome documents = run_banyan(json_words);
  EXPECT_EQ(documents.exit_code, 0) << documents.err;
  std::vector<Json> seen;
  std::istringstream lines(documents.out);
  for (std::string line; std::getline(lines, line);) seen.push_back(Json::parse(line));
  ASSERT_EQ(seen.size(), 3U) << documents.out;
  EXPECT_EQ(seen[1]["problem"]["rule"], "test.restarting");
  EXPECT_EQ(seen[2]["rollouts"][0]["module"], "catalog");

  looks = 0;
  const Outcome told = run_banyan(words);
  EXPECT_EQ(told.exit_code, 0) << told.err;
  EXPECT_THAT(told.out, HasSubstr("it is asked again: it comes back\n"));
  EXPECT_THAT(told.out, HasSubstr("Z  it answers again, after "));
}

TEST_F(Plans, AreWatchedUntilCtrlCAlsoWhileNobodyAnswers) {
  std::atomic<bool> asked = false;
  std::atomic<bool> over = false;
  AdminServer silent([&](const std::string&, const std::string&, const std::string&) {
    asked = true;
    while (!over) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return std::pair(503U, std::string());
  });
  const std::string url = silent.url();
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::execl(BANYAN_PROGRAM, BANYAN_PROGRAM, "watch", "--url", url.c_str(), nullptr);
    ::_exit(127);
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!asked && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ::kill(child, SIGINT);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  over = true;
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0) << "not 69, which it says when its patience is over";
}

TEST_F(Plans, AreWatchedUntilCtrlC) {
  const std::string out = folder_.file("out");
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::dup2(::open(out.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600), STDOUT_FILENO);
    ::execl(BANYAN_PROGRAM, BANYAN_PROGRAM, "watch", "--store", file_.c_str(), nullptr);
    ::_exit(127);
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::ifstream(out).peek() == std::ifstream::traits_type::eof() &&
         std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ::kill(child, SIGINT);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace banyan::test

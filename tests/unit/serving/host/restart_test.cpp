// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "banyan/http/client.hpp"
#include "banyan/http/instance_lock.hpp"
#include "banyan/http/run_folder.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "support/becomes_true.hpp"
#include "support/child_process.hpp"
#include "support/raw_sqlite.hpp"
#include "unit/http/sockets.hpp"

namespace banyan::host {
namespace {

using namespace std::chrono_literals;
using test::ChildProcess;
using testing::AllOf;
using testing::HasSubstr;

class ARestart : public testing::Test {
 protected:
  std::vector<std::string> command(const std::string& version,
                                   const std::vector<std::string>& more) const {
    std::vector<std::string> words{HOST_UNDER_TEST,       version,      "--port",
                                   std::to_string(port_), "--log-file", file("log.json").string()};
    if (std::ranges::find(more, "--database") == more.end()) {
      words.insert(words.end(), {"--database", file("shop.db").string()});
    }
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  ChildProcess start(const std::string& version, std::vector<std::string> more = {}) {
    const auto ready = file("ready-" + version);
    more.insert(more.end(), {"--ready-file", ready.string()});
    ChildProcess process(command(version, more), file("output-" + version));
    EXPECT_NE(test::await_file(ready, process), "") << text("output-" + version);
    return process;
  }
  std::filesystem::path file(const std::string& name) const { return folder_.path() / name; }
  std::string text(const std::string& name) const {
    std::ifstream in(file(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// Of whoever answers.
  std::string version() const {
    http::Request request;
    request.head.method = "GET";
    request.head.target = "/openapi.json";
    const auto answer =
        http::Client({"127.0.0.1", port_}).exchange(request, system_clock().steady() + 5s);
    if (!answer || answer->head.status != 200) return "nobody";
    return nlohmann::json::parse(answer->body).at("info").value("version", "");
  }
  /// Whether a process has a signal that it has not taken.
  static bool waits(int signal, pid_t process) {
    std::ifstream status("/proc/" + std::to_string(process) + "/status");
    std::string line;
    while (std::getline(status, line)) {
      if (!line.starts_with("ShdPnd:")) continue;
      return ((std::stoull(line.substr(7), nullptr, 16) >> (signal - 1)) & 1U) != 0;
    }
    return false;
  }
  int scripts_applied() const {
    return std::stoi(
        test::RawSqlite(file("shop.db")).run("SELECT count(*) FROM banyan_migrations"));
  }

  const test::TemporaryFolder folder_;
  const std::uint16_t port_ = test::free_port();
};

TEST_F(ARestart, BringsANewerVersionWhoseMigrationsTheRunningOneCanLiveWith) {
  ChildProcess first = start("1");
  EXPECT_EQ(version(), "1");
  std::atomic<bool> ended = false;
  std::atomic<int> failures = 0;
  std::jthread load([&] {
    while (!ended) failures += version() == "nobody" ? 1 : 0;
  });
  ChildProcess second = start("2", {"--take-over"});
  EXPECT_EQ(first.wait(20s), 0) << text("output-1");
  EXPECT_EQ(version(), "2");
  ended = true;
  load.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(scripts_applied(), 2);
  EXPECT_THAT(text("log.json"), AllOf(HasSubstr("takes_over"), HasSubstr("taken_over")));
  EXPECT_EQ(second.stop(), 0);
}

TEST_F(ARestart, IsRefusedBeforeAnythingChangesWhenNobodyPromisesThatTheMigrationsAreHarmless) {
  ChildProcess running = start("2");
  const test::Ran refused = test::run_program(command("3", {"--take-over"}));
  EXPECT_EQ(refused.exit_code, 78);
  EXPECT_THAT(refused.output,
              AllOf(HasSubstr("migrations/demo/0003_narrow.sql"), HasSubstr("-- banyan: expand"),
                    HasSubstr("without --take-over")));
  EXPECT_EQ(scripts_applied(), 2);
  EXPECT_EQ(version(), "2");
  EXPECT_EQ(running.stop(), 0);
}

// The old side of a rollout that crashes, or that one goes back to.
TEST_F(ARestart, OfAnOlderVersionGoesOnWhereTheNewerOneHasOnlyExpanded) {
  ChildProcess newer = start("2");
  EXPECT_EQ(newer.stop(), 0);
  ChildProcess older = start("1");
  EXPECT_EQ(version(), "1");
  EXPECT_THAT(text("log.json"), AllOf(HasSubstr("migration_newer"), HasSubstr("0002_note.sql")));
  EXPECT_THAT(text("shop.db.manifest.json"), HasSubstr("0002_note.sql")) << "tools know it still";
  EXPECT_EQ(older.stop(), 0);
  EXPECT_EQ(scripts_applied(), 2);
}

TEST_F(ARestart, OfAServiceHasADatabaseAndItsFirstStartSaysThatItIsNew) {
  constexpr const char* kNew = "A new database, with nothing in it: ";
  ChildProcess first = start("1", {"--internal"});
  EXPECT_THAT(text("output-1"),
              HasSubstr(kNew + std::filesystem::canonical(file("shop.db")).string()));
  EXPECT_EQ(first.stop(), 0);
  EXPECT_THAT(text("log.json"), HasSubstr("database_made_for_a_service"));
  std::filesystem::remove(file("log.json"));
  ChildProcess second = start("2", {"--internal"});
  EXPECT_THAT(text("output-2"), testing::Not(HasSubstr(kNew)));
  EXPECT_EQ(second.stop(), 0);
  EXPECT_THAT(text("log.json"), testing::Not(HasSubstr("database_made_for_a_service")));
}

/// Whether that process waits for its turn at what lies in the folder.
bool waits_for(const std::filesystem::path& folder, pid_t process) {
  struct stat known{};
  if (::stat(folder.c_str(), &known) != 0) return false;
  std::ifstream locks("/proc/locks");
  std::string line;
  while (std::getline(locks, line)) {
    if (line.contains("-> FLOCK") && line.contains(' ' + std::to_string(process) + ' ') &&
        line.contains(':' + std::to_string(known.st_ino) + ' ')) {
      return true;
    }
  }
  return false;
}

TEST_F(ARestart, OfTwoVersionsAtOnceForgetsNothingOfWhatTheNewerOneHasApplied) {
  std::filesystem::create_directory(file("ahead"));
  ChildProcess ahead = start("2", {"--database", file("ahead/shop.db").string()});
  EXPECT_EQ(ahead.stop(), 0);
  ChildProcess first = start("1");
  EXPECT_EQ(first.stop(), 0);

  const int turn = ::open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ASSERT_EQ(::flock(turn, LOCK_EX), 0);
  std::filesystem::remove(file("ready-1"));
  ChildProcess older(command("1", {"--ready-file", file("ready-1").string()}), file("output-1"));
  ASSERT_TRUE(test::becomes_true(
      [&] { return waits_for(folder_.path(), older.id()) || older.wait(0ms).has_value(); }));
  // What the newer one does, which has the turn: it applies, and writes down what it knows.
  test::RawSqlite(file("shop.db"))
      .run("ATTACH '" + file("ahead/shop.db").string() +
           "' AS ahead;"
           "INSERT OR IGNORE INTO main.banyan_migrations SELECT * FROM ahead.banyan_migrations;"
           "CREATE TABLE IF NOT EXISTS main.banyan_expansions AS"
           " SELECT * FROM ahead.banyan_expansions WHERE 0;"
           "INSERT OR IGNORE INTO main.banyan_expansions SELECT * FROM ahead.banyan_expansions");
  std::filesystem::copy_file(file("ahead/shop.db.manifest.json"), file("shop.db.manifest.json"),
                             std::filesystem::copy_options::overwrite_existing);
  ::close(turn);

  EXPECT_NE(test::await_file(file("ready-1"), older), "") << text("output-1");
  EXPECT_THAT(text("shop.db.manifest.json"), HasSubstr("0002_note.sql")) << "tools know it still";
  EXPECT_EQ(older.stop(), 0);
}

TEST_F(ARestart, OfAnOlderVersionIsRefusedWhereTheNewerOneHasTakenSomethingAway) {
  ChildProcess running = start("3");
  const test::Ran older = test::run_program(command("2", {"--take-over"}));
  EXPECT_EQ(older.exit_code, 78);
  EXPECT_THAT(older.output, HasSubstr("the database is newer than the program"));
  EXPECT_EQ(version(), "3");
  EXPECT_EQ(running.stop(), 0);
}

TEST_F(ARestart, IsNoSecondApplicationOnTheDatabaseWhichIsToldOf) {
  ChildProcess first = start("1");
  ChildProcess second = start("2", {"--take-over"});
  EXPECT_EQ(first.wait(20s), 0) << text("output-1");
  ChildProcess other({HOST_UNDER_TEST, "2", "--port", std::to_string(test::free_port()),
                      "--log-file", file("other.json").string(), "--database",
                      file("shop.db").string(), "--ready-file", file("other").string()},
                     file("output-other"));
  EXPECT_NE(test::await_file(file("other"), other), "") << text("output-other");
  EXPECT_EQ(other.stop(), 0);
  EXPECT_EQ(second.stop(), 0);
  EXPECT_THAT(text("other.json"), HasSubstr("database_shared"));
  EXPECT_THAT(text("log.json"), testing::Not(HasSubstr("database_shared")));
}

TEST_F(ARestart, IsRefusedOnAnotherDatabase) {
  ChildProcess running = start("1");
  const test::Ran refused =
      test::run_program(command("2", {"--take-over", "--database", file("other.db").string()}));
  EXPECT_EQ(refused.exit_code, 78);
  EXPECT_THAT(refused.output, AllOf(HasSubstr("has the database '"), HasSubstr("other.db")));
  EXPECT_FALSE(std::filesystem::exists(file("other.db")));
  EXPECT_EQ(version(), "1");
  EXPECT_EQ(running.stop(), 0);
}

TEST_F(ARestart, FindsTheDatabaseThatTheRunningOneHasMadeAtARelativePath) {
  // Nothing of the path is there when the first one starts.
  const std::string relative = "not-there-yet-" + std::to_string(port_) + "/shop.db";
  const auto database = std::filesystem::current_path() / relative;
  ASSERT_FALSE(std::filesystem::exists(database.parent_path()));
  {
    ChildProcess first = start("1", {"--database", relative});
    ChildProcess second = start("2", {"--database", relative, "--take-over"});
    EXPECT_EQ(first.wait(20s), 0) << text("output-1");
    EXPECT_EQ(second.stop(), 0) << text("output-2");
  }
  std::filesystem::remove_all(database.parent_path());
}

TEST_F(ARestart, IsRefusedWhereSomebodyListensWhoseFilesAreGone) {
  ChildProcess running = start("1");
  std::filesystem::remove(http::run_file({"127.0.0.1", port_}, "takeover"));
  std::filesystem::remove(http::run_file({"127.0.0.1", port_}, "lock"));
  const test::Ran refused = test::run_program(command("3", {"--take-over"}));
  EXPECT_EQ(refused.exit_code, 69);
  EXPECT_THAT(refused.output,
              AllOf(HasSubstr("something listens on 127.0.0.1:"), HasSubstr("without the lock")));
  EXPECT_EQ(test::run_program(command("3", {})).exit_code, 69) << "nor without --take-over";
  EXPECT_EQ(scripts_applied(), 1) << "nothing has been migrated beside it";
  EXPECT_EQ(version(), "1");
}

TEST_F(ARestart, WaitsForOneThatEndsAndHasTheAddressesStill) {
  std::optional<http::InstanceLock> ending = http::InstanceLock::for_endpoint({"127.0.0.1", port_});
  const auto ready = file("ready-1");
  ChildProcess next(command("1", {"--take-over", "--ready-file", ready.string()}),
                    file("output-1"));
  const auto waits = [&] { return text("log.json").find("waits_for_the_addresses"); };
  while (waits() == std::string::npos) ASSERT_FALSE(next.wait(5ms)) << text("output-1");
  EXPECT_FALSE(std::filesystem::exists(ready));
  ending.reset();
  EXPECT_NE(test::await_file(ready, next), "") << text("output-1");
  EXPECT_EQ(version(), "1");
  EXPECT_EQ(next.stop(), 0);
}

// Found by an operator: "stop it first" was said of one that had been stopped.
TEST_F(ARestart, IsToldWhenWhoeverHasTheAddressIsEnding) {
  {
    const auto ending = http::InstanceLock::for_endpoint({"127.0.0.1", port_});
    const test::Ran refused = test::run_program(command("1", {}));
    EXPECT_EQ(refused.exit_code, 69);
    EXPECT_THAT(refused.output, AllOf(HasSubstr("most likely ending already"),
                                      HasSubstr("with --take-over, which waits for that")));
  }
  ChildProcess running = start("1");
  const test::Ran refused = test::run_program(command("2", {}));
  EXPECT_EQ(refused.exit_code, 69);
  EXPECT_THAT(refused.output, AllOf(HasSubstr("follow it without a gap with --take-over"),
                                    testing::Not(HasSubstr("most likely ending"))));
  EXPECT_EQ(running.stop(), 0);
}

TEST_F(ARestart, LeavesTheRunningOneAloneWhenTheNewOneIsToldToEndWhileItWaits) {
  const auto held = http::InstanceLock::for_endpoint({"127.0.0.1", port_});
  ChildProcess next(command("1", {"--take-over"}), file("output-1"));
  const auto waits = [&] { return text("log.json").find("waits_for_the_addresses"); };
  while (waits() == std::string::npos) ASSERT_FALSE(next.wait(5ms)) << text("output-1");
  next.signal(SIGTERM);
  EXPECT_EQ(next.wait(20s), 69);
}

TEST_F(ARestart, SaysThatItCannotWriteTheReadyFileWhileTheRunningOneStillServes) {
  ChildProcess running = start("1");
  const test::Ran failed = test::run_program(
      command("2", {"--take-over", "--ready-file", file("nowhere/ready").string()}));
  EXPECT_EQ(failed.exit_code, 78);
  EXPECT_THAT(failed.output, HasSubstr("cannot write the file"));
  EXPECT_EQ(version(), "1");
  EXPECT_FALSE(running.wait(0ms));
  EXPECT_EQ(running.stop(), 0);
}

TEST_F(ARestart, TakesTheFirstSignalFromOutsideForTheFirst) {
  ChildProcess first = start("1");
  // A client that asks for nothing keeps it until the last second of its drain.
  http::RawSocket client(port_);
  const auto ask = [&] {
    client.send("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n");
    return client.read_until("\r\n\r\n");
  };
  EXPECT_THAT(ask(), HasSubstr("HTTP/1.1 200 "));
  ChildProcess second = start("2", {"--take-over"});
  const auto goes = [&] { return text("log.json").find("taken_over"); };
  while (goes() == std::string::npos) ASSERT_FALSE(first.wait(5ms));
  first.signal(SIGTERM);
  while (waits(SIGTERM, first.id()) && !first.wait(1ms)) {
  }
  EXPECT_THAT(ask(), HasSubstr("HTTP/1.1 200 "));
  client.close();
  EXPECT_EQ(first.wait(20s), 0) << "it was not cut";
}

TEST_F(ARestart, NeedsToKnowThePort) {
  const test::Ran refused = test::run_program({HOST_UNDER_TEST, "1", "--port", "0", "--take-over"});
  EXPECT_EQ(refused.exit_code, 64);
  EXPECT_THAT(refused.output, HasSubstr("--take-over: say where the running process listens"));
}

TEST_F(ARestart, IsOfAProgramWhoseOptionsComeFromEveryLayer) {
  const std::string settings = file("demo.properties").string();
  std::ofstream(settings) << "port = 1\ndatabase = " << file("shop.db").string()
                          << "\nlog-file = " << file("log.json").string() << '\n';
  const auto with = [&](const std::vector<std::string>& variables,
                        const std::vector<std::string>& options) {
    std::vector<std::string> words{"/usr/bin/env", "DEMO_SETTINGS=" + settings};
    words.insert(words.end(), variables.begin(), variables.end());
    words.insert(words.end(), {HOST_UNDER_TEST, "1"});
    words.insert(words.end(), options.begin(), options.end());
    return words;
  };
  const auto ready = file("ready");
  ChildProcess process(with({"DEMO_PORT=0", "DEMO_READY_FILE=" + ready.string(), "DEMO_PROT=1"},
                            {"--port", std::to_string(port_)}),
                       file("output"));
  EXPECT_EQ(test::await_file(ready, process), std::to_string(port_) + "\n");
  EXPECT_EQ(version(), "1");
  EXPECT_EQ(process.stop(), 0);
  EXPECT_TRUE(std::filesystem::exists(file("log.json")));
  EXPECT_THAT(text("output"),
              HasSubstr("DEMO_PROT is no variable of demo; did you mean DEMO_PORT"));

  const auto refused = test::run_program(with({"DEMO_LOOPS=0", "DEMO_DRAIN=soon"}, {}));
  EXPECT_EQ(refused.exit_code, 78);
  EXPECT_THAT(refused.output, AllOf(HasSubstr("demo: DEMO_LOOPS: '0' is not a whole number"),
                                    HasSubstr("demo: DEMO_DRAIN: 'soon' is not")));
  std::ofstream(settings) << "loop = 2\n";
  const auto usage = test::run_program(with({}, {"--drain", "soon"}));
  EXPECT_EQ(usage.exit_code, 64) << "what somebody has typed comes first";
  EXPECT_THAT(usage.output,
              AllOf(HasSubstr(settings + ": there is no option 'loop'; did you mean loops?"),
                    HasSubstr("--drain: 'soon'")));
}

}  // namespace
}  // namespace banyan::host

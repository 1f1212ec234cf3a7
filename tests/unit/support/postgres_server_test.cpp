// SPDX-License-Identifier: Apache-2.0
#include "support/postgres_server.hpp"

#include <gmock/gmock.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "support/child_process.hpp"

using namespace banyan::test;
using testing::HasSubstr;

namespace {

/// One connection, and the first value of what it is asked for; nothing when it is not answered.
class Asking {
 public:
  explicit Asking(const std::string& url) : connection_(PQconnectdb(url.c_str()), &PQfinish) {}

  std::optional<std::string> ask(const std::string& sql) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexec(connection_.get(), sql.c_str()), &PQclear);
    if (PQresultStatus(result.get()) == PGRES_COMMAND_OK) return "";
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK || PQntuples(result.get()) == 0) return {};
    return PQgetvalue(result.get(), 0, 0);
  }

 private:
  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

std::optional<std::string> ask(const std::string& url, const std::string& sql) {
  return Asking(url).ask(sql);
}

std::filesystem::path data_folder(PostgresServer& server) {
  return ask(server.url(), "SHOW data_directory").value_or("/nowhere");
}

/// The processes that a server has for as long as it runs. Those of connections and of a vacuum
/// come and go: also that of this question has ended before its answer is looked at.
std::vector<pid_t> processes_of(const std::string& url) {
  std::istringstream answer(
      ask(url,
          "SELECT string_agg(pid::text, ' ') FROM (SELECT pid FROM pg_stat_activity"
          " WHERE backend_type NOT IN ('client backend', 'autovacuum worker') UNION"
          " SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int) AS all_of_them")
          .value_or(""));
  return {std::istream_iterator<pid_t>(answer), {}};
}

/// Nobody may have waited for one that has ended.
bool runs(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string status;
  std::getline(file, status);  // which may end while it is read
  const std::size_t name_ends = status.rfind(") ");
  return name_ends != std::string::npos && status.at(name_ends + 2) != 'Z';
}

TEST(PostgresServer, GivesEachTestADatabaseOfItsOwn) {
  PostgresDatabase one = PostgresServer::shared().make_database();
  PostgresDatabase other = PostgresServer::shared().make_database();
  EXPECT_EQ(ask(one.url(), "CREATE TABLE mine (id int)"), "");
  EXPECT_EQ(ask(one.url(), "SELECT count(*) FROM mine"), "0");
  EXPECT_EQ(ask(other.url(), "SELECT count(*) FROM mine"), std::nullopt);
  EXPECT_EQ(ask(other.url(), "SELECT current_database()"), other.name());
}

TEST(PostgresServer, ComparesTextByItsBytes) {
  PostgresDatabase database = PostgresServer::shared().make_database();
  EXPECT_EQ(ask(database.url(), "SHOW server_encoding"), "UTF8");
  EXPECT_EQ(ask(database.url(), "SELECT 'Z' < 'a' AND 'z' < 'ä' AND 'a b' < 'a-a'"), "t");
}

TEST(PostgresServer, DropsADatabaseAlthoughSomebodyIsConnected) {
  std::string name;
  std::optional<Asking> connected;
  {
    PostgresDatabase database = PostgresServer::shared().make_database();
    name = database.name();
    connected.emplace(database.url());
    ASSERT_EQ(connected->ask("SELECT 1"), "1");
  }
  EXPECT_EQ(connected->ask("SELECT 1"), std::nullopt);
  EXPECT_EQ(ask(PostgresServer::shared().url(),
                "SELECT count(*) FROM pg_database WHERE datname = '" + name + "'"),
            "0");
}

TEST(PostgresServer, CopiesADatabaseWithAllThatIsInIt) {
  PostgresServer& server = PostgresServer::shared();
  const PostgresDatabase filled = server.make_database();
  ASSERT_EQ(ask(filled.url(), "CREATE TABLE kept AS SELECT 7 AS id"), "");
  const PostgresDatabase copy = server.make_copy_of(filled);
  ASSERT_EQ(ask(copy.url(), "UPDATE kept SET id = 8"), "");
  EXPECT_EQ(ask(copy.url(), "SELECT id FROM kept"), "8");
  EXPECT_EQ(ask(filled.url(), "SELECT id FROM kept"), "7");
}

TEST(PostgresServer, ConnectsAsWhoeverATestAsksFor) {
  PostgresDatabase database = PostgresServer::shared().make_database();
  const std::string role = database.name() + "_clerk";
  ASSERT_EQ(ask(database.url(), "CREATE ROLE " + role + " LOGIN"), "");
  EXPECT_EQ(ask(database.url_as(role), "SELECT current_user"), role);
  EXPECT_EQ(ask(database.url(), "DROP ROLE " + role), "");
}

TEST(PostgresServer, EndsTheConnectionsOfOneDatabase) {
  PostgresDatabase database = PostgresServer::shared().make_database();
  PostgresDatabase other = PostgresServer::shared().make_database();
  Asking cut(database.url());
  Asking spared(other.url());
  PostgresServer::shared().kill_backends(database.name());
  EXPECT_EQ(cut.ask("SELECT 1"), std::nullopt);
  EXPECT_EQ(spared.ask("SELECT 1"), "1");
}

TEST(PostgresServer, TheSharedOneIsNotKilled) {
  if (std::getenv("BANYAN_TEST_POSTGRES_FOLDER") == nullptr)
    GTEST_SKIP() << "it is this test's own";
  EXPECT_THROW(PostgresServer::shared().kill_9(), std::runtime_error);
}

TEST(PostgresServer, KeepsWhatWasCommittedWhenItIsKilled) {
  for (const auto sync : {PostgresServer::Sync::On, PostgresServer::Sync::Off}) {
    PostgresServer server(sync);
    EXPECT_EQ(ask(server.url(), "SHOW fsync"), sync == PostgresServer::Sync::On ? "on" : "off");
    PostgresDatabase database = server.make_database();
    ASSERT_EQ(ask(database.url(), "CREATE TABLE kept (id int)"), "");
    ASSERT_EQ(ask(database.url(), "INSERT INTO kept VALUES (1)"), "");
    Asking open(database.url());
    ASSERT_EQ(open.ask("BEGIN"), "");
    ASSERT_EQ(open.ask("INSERT INTO kept VALUES (2)"), "");
    const auto processes = processes_of(server.url());
    ASSERT_GT(processes.size(), 3U);
    ASSERT_TRUE(std::ranges::all_of(processes, runs));

    server.kill_9();
    EXPECT_TRUE(std::ranges::none_of(processes, runs));
    EXPECT_EQ(open.ask("COMMIT"), std::nullopt);
    EXPECT_EQ(ask(database.url(), "SELECT 1"), std::nullopt);

    server.restart();
    EXPECT_EQ(ask(database.url(), "SELECT count(*) FROM kept"), "1");
  }
}

TEST(PostgresServer, SeveralRunAtOnceAndLeaveNothingBehind) {
  std::filesystem::path data_of_one, data_of_other;
  std::vector<pid_t> processes;
  {
    PostgresServer one, other;
    processes = processes_of(other.url());
    ASSERT_GT(processes.size(), 3U);
    data_of_one = data_folder(one);
    data_of_other = data_folder(other);
    EXPECT_NE(one.url(), other.url());
    EXPECT_NE(data_of_one, data_of_other);
    one.kill_9();
    EXPECT_EQ(ask(other.url(), "SELECT 1"), "1");
  }
  EXPECT_TRUE(std::ranges::none_of(processes, runs));
  for (const auto& data : {data_of_one, data_of_other}) {
    EXPECT_FALSE(std::filesystem::exists(data)) << data;
  }
}

TEST(PostgresServer, OpensNoPortAndNoDoorToOthers) {
  EXPECT_EQ(ask(PostgresServer::shared().url(), "SHOW listen_addresses"), "");
  const auto home = data_folder(PostgresServer::shared()).parent_path();
  EXPECT_EQ(std::filesystem::status(home).permissions(), std::filesystem::perms::owner_all);
}

/// The program by itself, in a folder that goes with the test.
class PostgresCluster : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "banyan-cluster-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    std::filesystem::permissions(folder_, std::filesystem::perms(0711));
  }
  void TearDown() override {
    call({"stop", folder_, "--discard"});
    std::filesystem::remove_all(folder_);
  }

  Ran call(std::vector<std::string> words) {
    words.insert(words.begin(), BANYAN_POSTGRES_CLUSTER);
    return run_program(words);
  }
  bool is_there() const { return std::filesystem::exists(folder_ + "/server/.s.PGSQL.5432"); }
  std::vector<pid_t> processes() const {
    std::ifstream file(folder_ + "/url");
    std::string url;
    std::getline(file, url);
    return processes_of(url);
  }
  static bool all_end(const std::vector<pid_t>& processes) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::ranges::any_of(processes, runs)) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }

  std::string folder_;
};

TEST_F(PostgresCluster, RunsACommandAndStopsWithIt) {
  const Ran ran = call({"run", folder_, "--no-sync", "--", "sh", "-c",
                        "psql \"$BANYAN_POSTGRES_URL\" -Atc 'SELECT 40 + 2'; exit 7"});
  EXPECT_EQ(ran.exit_code, 7);
  EXPECT_THAT(ran.output, HasSubstr("42"));
  EXPECT_FALSE(is_there());
}

TEST_F(PostgresCluster, StopsAlsoWhenWhoRunsTheCommandIsKilled) {
  const std::string begun = folder_ + "/begun";
  ChildProcess running({BANYAN_POSTGRES_CLUSTER, "run", folder_, "--no-sync", "--", "sh", "-c",
                        "echo > $0.new; mv $0.new $0; exec tail --pid=$PPID -f /dev/null", begun},
                       folder_ + "/output");
  ASSERT_NE(await_file(begun, running), "");
  const auto of_server = processes();
  ASSERT_GT(of_server.size(), 3U);
  running.kill();
  EXPECT_TRUE(all_end(of_server));
}

TEST_F(PostgresCluster, KeepsItsDataUntilItIsToldToBeginAnew) {
  const auto psql = [this](const std::string& sql, const std::vector<std::string>& options) {
    std::vector<std::string> words = {"run", folder_, "--no-sync"};
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), {"--", "sh", "-c", "psql \"$BANYAN_POSTGRES_URL\" -Atc \"$0\"", sql});
    return call(words).output;
  };
  psql("CREATE DATABASE mine", {});
  const std::string count = "SELECT count(*) FROM pg_database WHERE datname = 'mine'";
  EXPECT_EQ(psql(count, {}), "1\n");
  EXPECT_EQ(psql(count, {"--fresh"}), "0\n");
}

TEST_F(PostgresCluster, StopsOneThatWasLeftBehindWhenItBeginsAnew) {
  ASSERT_EQ(call({"start", folder_, "--no-sync"}).exit_code, 0);
  const auto left_behind = processes();
  ASSERT_GT(left_behind.size(), 3U);
  EXPECT_EQ(call({"start", folder_, "--no-sync"}).exit_code, 0);
  EXPECT_TRUE(std::ranges::all_of(left_behind, runs)) << "without --fresh it goes on";
  ASSERT_EQ(call({"start", folder_, "--no-sync", "--fresh"}).exit_code, 0);
  EXPECT_TRUE(std::ranges::none_of(left_behind, runs));
}

TEST_F(PostgresCluster, TakesNobodyForItsServerWhoHasTheNumberOfAKilledOne) {
  ASSERT_EQ(call({"start", folder_, "--no-sync"}).exit_code, 0);
  ASSERT_EQ(call({"kill", folder_}).exit_code, 0);
  const std::string pid_file = folder_ + "/server/data/postmaster.pid";
  std::ifstream before(pid_file);
  std::string text{std::istreambuf_iterator<char>(before), {}};
  text.replace(0, text.find('\n'), std::to_string(getpid()));
  std::ofstream(pid_file) << text;
  EXPECT_EQ(call({"stop", folder_}).exit_code, 0);
  EXPECT_EQ(call({"start", folder_, "--no-sync"}).exit_code, 0);
}

TEST_F(PostgresCluster, GoesElsewhereWhenItsUserCannotReachTheFolderAndSaysSo) {
  if (geteuid() != 0) GTEST_SKIP() << "one's own folders can be reached";
  std::filesystem::permissions(folder_, std::filesystem::perms(0700));
  const Ran ran = call({"run", folder_, "--no-sync", "--discard", "--", "sh", "-c",
                        "psql \"$BANYAN_POSTGRES_URL\" -Atc 'SELECT 40 + 2'"});
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_THAT(ran.output, HasSubstr("cannot reach " + folder_));
  EXPECT_THAT(ran.output, HasSubstr("42"));
}

TEST_F(PostgresCluster, IsInMemoryWhereItIsAskedToBe) {
  std::error_code none;
  const auto memory = std::filesystem::space("/dev/shm", none);
  if (none || memory.available < (2ULL << 30U)) GTEST_SKIP() << "there is no room";
  ASSERT_EQ(call({"start", folder_, "--no-sync", "--in-memory"}).exit_code, 0);
  EXPECT_EQ(std::filesystem::read_symlink(folder_ + "/server").parent_path(), "/dev/shm");
  const std::string there = std::filesystem::read_symlink(folder_ + "/server");
  ASSERT_EQ(call({"stop", folder_, "--discard"}).exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(there));
}

TEST_F(PostgresCluster, TellsWhyAServerDoesNotStart) {
  ASSERT_EQ(call({"start", folder_, "--no-sync"}).exit_code, 0);
  ASSERT_EQ(call({"stop", folder_}).exit_code, 0);
  std::filesystem::remove(folder_ + "/server/data/global/pg_control");
  const Ran ran = call({"start", folder_, "--no-sync"});
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.output, HasSubstr("PostgreSQL did not start"));
  EXPECT_THAT(ran.output, HasSubstr("pg_control"));
}

}  // namespace

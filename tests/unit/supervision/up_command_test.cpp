// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "banyan/test/temporary_folder.hpp"
#include "support/becomes_true.hpp"
#include "support/child_process.hpp"

/// `banyan up` and the commands that ask it, with programs that are shell scripts.
namespace banyan::supervision {
namespace {

using namespace std::chrono_literals;
using test::becomes_true;
using test::ChildProcess;
using test::Ran;
using test::run_program;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;
namespace fs = std::filesystem;

std::string content(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// Whether nothing of it runs: what nobody has reaped yet does not.
bool is_gone(pid_t process) {
  const std::string status = content("/proc/" + std::to_string(process) + "/stat");
  const auto name_end = status.rfind(')');
  return name_end == std::string::npos || status[name_end + 2] == 'Z';
}

class Up : public testing::Test {
 protected:
  fs::path file(const std::string& name) const { return folder_.path() / name; }
  std::string read(const std::string& name) const { return content(file(name)); }

  void write(const std::string& programs) {
    std::ofstream(file("all.toml")) << "[supervisor]\nrestart_first = \"20ms\"\n" << programs;
  }

  /// Of a script: `[programs.NAME]` with `sh -c`, and what else the lines say.
  static std::string program(const std::string& name, const std::string& script,
                             const std::string& lines = "") {
    return "[programs." + name + "]\ncommand = [\"sh\", \"-c\", '''" + script + "''']\n" + lines +
           '\n';
  }

  ChildProcess start() {
    return ChildProcess({BANYAN_PROGRAM, "up", file("all.toml").string()}, file("output"));
  }

  Ran banyan(std::vector<std::string> words) {
    words.insert(words.begin(), BANYAN_PROGRAM);
    return run_program(words);
  }

  Json programs() {
    const Ran ran = banyan({"ps", file("all.toml").string(), "--json"});
    const Json json = Json::parse(ran.output, nullptr, false);
    return json.is_object() && json.contains("programs") ? json["programs"] : Json::array();
  }

  /// A member of a program in `ps`; null when nobody answers.
  Json now(const std::string& program, const std::string& member) {
    for (const Json& each : programs()) {
      if (each["name"] == program) return each[member];
    }
    return nullptr;
  }

  bool is_ready(const std::string& program) { return now(program, "state") == "ready"; }

  test::TemporaryFolder folder_;
};

TEST_F(Up, StartsInTheOrderOfTheNeedsAndStopsInTheOther) {
  const std::string script = R"(
    echo "$0 begins" >> order
    trap 'echo "$0 ends" >> order; exit 0' TERM
    echo > $0.ready
    while :; do sleep 0.01; done)";
  std::string all;
  for (const auto& [name, needs] :
       {std::pair("shop", "needs = [\"ware\"]"), {"ware", "needs = [\"store\"]"}, {"store", ""}}) {
    all += "[programs." + std::string(name) + "]\ncommand = [\"sh\", \"-c\", '''" + script +
           "''', \"" + name + "\"]\nready_file = \"" + name + ".ready\"\n" + needs + '\n';
  }
  write(all);
  ChildProcess up = start();
  ASSERT_TRUE(becomes_true([&] { return is_ready("shop"); })) << read("output");
  EXPECT_EQ(up.stop(), 0);
  EXPECT_EQ(read("order"),
            "store begins\nware begins\nshop begins\nshop ends\nware ends\nstore ends\n");
  EXPECT_THAT(read("output"), HasSubstr("banyan | all programs have ended\n"));
}

TEST_F(Up, RunsAProgramAsTheFileSays) {
  write(program("shop", "echo in $PWD as $MODE; read line || echo no input; env | grep -c ^PATH=",
                "environment = { MODE = \"test\" }\ndirectory = \"made/for/it\"\n"));
  ChildProcess up = start();
  EXPECT_EQ(up.wait(60s), 0) << "nothing is left to run, and nothing has failed";
  EXPECT_THAT(read("output"),
              HasSubstr("shop   | in " + file("made/for/it").string() + " as test\n"));
  EXPECT_THAT(read("output"), HasSubstr("shop   | no input\nshop   | 1\n"));
}

TEST_F(Up, WaitsForAnAddressThatAnswers) {
  const std::string port = std::to_string(test::free_port());
  std::ofstream(file("banyan.toml")) << "[proxy]\nlisten = [\"127.0.0.1:" << port
                                     << "\"]\n[upstreams.old]\ninstances = [\"127.0.0.1:1\"]\n"
                                        "[[routes]]\nprefix = \"/\"\nmethods = [\"*\"]\n"
                                        "legacy = \"old\"\n";
  write("[programs.proxy]\ncommand = [\"" BANYAN_PROGRAM
        "\", \"proxy\"]\nready = \"http://127.0.0.1:" +
        port + "/health/ready\"\n" + program("after", "echo after", "needs = [\"proxy\"]"));
  ChildProcess up = start();
  ASSERT_TRUE(becomes_true([&] { return now("after", "state") == "done"; })) << read("output");
  EXPECT_TRUE(is_ready("proxy"));
  EXPECT_EQ(up.stop(), 0);
}

TEST_F(Up, StartsAgainWhatCrashesUntilItStays) {
  write(program("shop", R"(
    echo x >> starts
    test $(wc -l < starts) -gt 3 || exit 7
    echo > ready
    while :; do sleep 1; done)",
                "ready_file = \"ready\"\n"));
  ChildProcess up = start();
  ASSERT_TRUE(becomes_true([&] { return is_ready("shop"); })) << read("output");
  EXPECT_EQ(now("shop", "restarts"), 3);
  EXPECT_EQ(now("shop", "last_end")["code"], 7);
  EXPECT_THAT(read("output"),
              HasSubstr("shop ended before it was ready, code 7; it is started again in 0.1 s"));
  EXPECT_EQ(up.stop(), 0);
}

TEST_F(Up, KillsWhatACrashedProgramHasLeftBeforeItStartsItAgain) {
  write(program("shop", R"(
    test -e child || { sleep 1000 & echo $! > child; exit 7; }
    echo > ready
    while :; do sleep 1; done)",
                "ready_file = \"ready\"\n"));
  ChildProcess up = start();
  ASSERT_TRUE(becomes_true([&] { return is_ready("shop"); })) << read("output");
  EXPECT_TRUE(is_gone(std::stoi(read("child"))));
  EXPECT_EQ(up.stop(), 0);
}

/// Three generations, and one that has turned away from its parent.
constexpr const char* kFamily = R"(
    trap '' TERM HUP INT
    sh -c 'sleep 1000 & echo $! > grandchild; wait' &
    echo $! > child
    (sleep 1000 & echo $! > orphan)
    echo $$ > self
    while ! test -s grandchild; do sleep 0.01; done
    echo > ready
    while :; do sleep 1; done)";

TEST_F(Up, LeavesNoProcessWhenItIsKilled) {
  write(program("shop", kFamily, "ready_file = \"ready\"\n"));
  ChildProcess up = start();
  ASSERT_TRUE(becomes_true([&] { return is_ready("shop"); })) << read("output");
  up.kill();
  for (const char* each : {"self", "child", "grandchild", "orphan"}) {
    const pid_t process = std::stoi(read(each));
    EXPECT_TRUE(becomes_true([&] { return is_gone(process); })) << each;
  }
  // And the next one starts over, where the lock and the socket of the killed one still lie.
  fs::remove(file("ready"));
  ChildProcess next = start();
  EXPECT_TRUE(becomes_true([&] { return is_ready("shop"); })) << read("output");
}

/// 0: it has none.
pid_t guard_of(const ChildProcess& up) {
  const std::string supervisor = std::to_string(up.id());
  std::ifstream children("/proc/" + supervisor + "/task/" + supervisor + "/children");
  pid_t guard = 0;
  for (pid_t child = 0; children >> child;) {
    if (content("/proc/" + std::to_string(child) + "/comm") == "banyan-guard\n") guard = child;
  }
  return guard;
}

TEST_F(Up, HasAnotherGuardWhenItsGuardIsKilled) {
  write(program("shop", kFamily, "ready_file = \"ready\"\n"));
  ChildProcess up = start();
  ASSERT_TRUE(becomes_true([&] { return is_ready("shop"); })) << read("output");
  for (int i = 1; i <= 2; ++i) {
    pid_t guard = 0;
    ASSERT_TRUE(becomes_true([&] { return (guard = guard_of(up)) != 0; }))
        << "it names itself first";
    ::kill(guard, SIGKILL);
    const std::string another = "has another guard, process ";
    ASSERT_TRUE(becomes_true([&] {
      const std::string output = read("output");
      std::size_t told = 0;
      for (std::size_t at = 0; (at = output.find(another, at)) != std::string::npos; ++at) ++told;
      return told == static_cast<std::size_t>(i);
    })) << read("output");
    EXPECT_THAT(read("output"), HasSubstr("its guard has ended, signal 9 (SIGKILL)"));
    EXPECT_FALSE(is_gone(std::stoi(read("self")))) << "programs go on";
  }
  up.kill();
  for (const char* each : {"self", "child", "grandchild", "orphan"}) {
    const pid_t process = std::stoi(read(each));
    EXPECT_TRUE(becomes_true([&] { return is_gone(process); })) << each;
  }
  // The lock was the new guard's, too.
  fs::remove(file("ready"));
  ChildProcess next = start();
  EXPECT_TRUE(becomes_true([&] { return is_ready("shop"); })) << read("output");
}

TEST_F(Up, GoesOnAskingWhatIsNotReadyYetWhenItHasAnotherGuard) {
  const std::string port = std::to_string(test::free_port());
  std::ofstream(file("banyan.toml")) << "[proxy]\nlisten = [\"127.0.0.1:" << port
                                     << "\"]\n[upstreams.old]\ninstances = [\"127.0.0.1:1\"]\n"
                                        "[[routes]]\nprefix = \"/\"\nmethods = [\"*\"]\n"
                                        "legacy = \"old\"\n";
  write(program("proxy", "while ! test -e go; do sleep 0.01; done; exec " BANYAN_PROGRAM " proxy",
                "ready = \"http://127.0.0.1:" + port + "/health/ready\"\n"));
  ChildProcess up = start();
  pid_t guard = 0;
  ASSERT_TRUE(becomes_true([&] {
    guard = guard_of(up);
    return guard != 0 && now("proxy", "state") == "starting";
  })) << read("output");
  ::kill(guard, SIGKILL);
  ASSERT_TRUE(becomes_true([&] { return read("output").contains("has another guard, process "); }))
      << read("output");
  std::ofstream(file("go")) << "go";
  EXPECT_TRUE(becomes_true([&] { return is_ready("proxy"); })) << read("output");
  EXPECT_EQ(up.stop(), 0);
}

TEST_F(Up, LeavesNoProgramWhenItIsKilledAfterItsGuard) {
  write(program("shop", kFamily, "ready_file = \"ready\"\n"));
  ChildProcess up = start();
  ASSERT_TRUE(becomes_true([&] { return is_ready("shop"); })) << read("output");
  const pid_t guard = guard_of(up);
  ASSERT_NE(guard, 0);
  ::kill(guard, SIGKILL);
  ASSERT_TRUE(becomes_true([&] { return is_gone(guard); }));
  up.kill();
  const pid_t shop = std::stoi(read("self"));
  EXPECT_TRUE(becomes_true([&] { return is_gone(shop); })) << "by the death signal";
  for (const char* each : {"child", "grandchild", "orphan"}) ::kill(std::stoi(read(each)), SIGKILL);
}

TEST_F(Up, KillsWhatDoesNotEndInTime) {
  write(program("shop", kFamily, "ready_file = \"ready\"\nstop_timeout = \"50ms\"\n"));
  ChildProcess up = start();
  ASSERT_TRUE(becomes_true([&] { return is_ready("shop"); })) << read("output");
  EXPECT_EQ(up.stop(), 0);
  EXPECT_THAT(read("output"), HasSubstr("shop has not ended within 50ms, and is killed\n"));
  for (const char* each : {"self", "child", "grandchild", "orphan"}) {
    EXPECT_TRUE(is_gone(std::stoi(read(each)))) << each;
  }
}

TEST_F(Up, EndsAtOnceAtTheSecondSignal) {
  write(program("shop", kFamily, "ready_file = \"ready\"\nstop_timeout = \"60m\"\n"));
  ChildProcess up = start();
  ASSERT_TRUE(becomes_true([&] { return is_ready("shop"); })) << read("output");
  up.signal(SIGINT);
  ASSERT_TRUE(becomes_true([&] { return now("shop", "state") == "stopping"; }));
  up.signal(SIGINT);
  EXPECT_EQ(up.wait(60s), 70);
  for (const char* each : {"self", "child", "grandchild", "orphan"}) {
    EXPECT_TRUE(is_gone(std::stoi(read(each)))) << each;
  }
}

TEST_F(Up, IsOneForAFile) {
  write(program("shop", "while :; do sleep 1; done"));
  ChildProcess up = start();
  ASSERT_TRUE(becomes_true([&] { return is_ready("shop"); })) << read("output");
  const Ran second = banyan({"up", file("all.toml").string()});
  EXPECT_EQ(second.exit_code, 69) << second.output;
  EXPECT_THAT(second.output, HasSubstr(std::to_string(up.id())));
  EXPECT_THAT(second.output, HasSubstr("banyan down"));
  EXPECT_EQ(up.stop(), 0);
}

TEST_F(Up, IsAskedFromOutside) {
  const std::string all = file("all.toml").string();
  write(program("shop", "echo one; echo two >&2; while :; do sleep 1; done") +
        program("ware", "echo ware $$; echo > ware.ready; while :; do sleep 1; done",
                "ready_file = \"ware.ready\"\n") +
        program("bad", "exit 78", "ready_file = \"bad.ready\"\n"));
  ChildProcess up = start();
  ASSERT_TRUE(becomes_true([&] {
    return is_ready("shop") && is_ready("ware") && now("bad", "state") == "failed";
  })) << read("output");

  const Ran table = banyan({"ps", all});
  EXPECT_EQ(table.exit_code, 0);
  EXPECT_THAT(table.output, HasSubstr("PROGRAM  STATE   PID"));
  EXPECT_THAT(table.output, testing::ContainsRegex("bad      failed  -  .* 0         code 78\n"));

  const Json before = now("ware", "pid");
  const Ran restarted = banyan({"restart", "ware", all});
  EXPECT_EQ(restarted.exit_code, 0) << restarted.output;
  EXPECT_NE(now("ware", "pid"), before);
  const Ran failing = banyan({"restart", "bad", all});
  EXPECT_EQ(failing.exit_code, 1) << failing.output;
  EXPECT_THAT(failing.output, HasSubstr("bad is failed: code 78; `banyan logs` says more"));
  EXPECT_THAT(banyan({"restart", "none", all}).output,
              HasSubstr("there is no program \"none\". Known: shop, ware, bad"));

  EXPECT_EQ(banyan({"logs", all, "shop"}).output, "one\ntwo\n") << "as it wrote them";
  EXPECT_THAT(banyan({"logs", all}).output, HasSubstr("shop   | one\nshop   | two\n"));
  EXPECT_THAT(banyan({"logs", all, "shop", "--json", "--lines", "1"}).output,
              testing::MatchesRegex(R"(\{"time":"20[^"]*Z","program":"shop","text":"two"\}.)"));
  const Ran unknown = banyan({"logs", all, "shpo"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.output, HasSubstr("Did you mean \"shop\"?"));
  EXPECT_THAT(banyan({"logs", all, "none"}).output, HasSubstr(". Known: "));

  const Ran down = banyan({"down", all});
  EXPECT_EQ(down.exit_code, 0) << down.output;
  EXPECT_EQ(up.wait(60s), 0);
  EXPECT_EQ(banyan({"logs", all, "shop"}).output, "one\ntwo\n") << "also afterwards";
  const Ran nobody = banyan({"ps", all});
  EXPECT_EQ(nobody.exit_code, 69);
  EXPECT_THAT(nobody.output, HasSubstr("start it with `banyan up`"));
}

TEST_F(Up, ObeysWhileNobodyReadsWhatItPrints) {
  const fs::path pipe = file("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int nobody = ::open(pipe.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(nobody, 0);
  const std::string much(4096, 'x');
  while (::write(nobody, much.data(), much.size()) > 0) {
  }
  ASSERT_EQ(errno, EAGAIN) << "the pipe is full";
  const std::string quiet = "trap 'exit 0' TERM; while :; do sleep 0.01; done";
  write(program("shop", quiet) + program("ware", quiet));
  ChildProcess up({BANYAN_PROGRAM, "up", file("all.toml").string()}, pipe);
  ASSERT_TRUE(becomes_true([&] { return is_ready("shop") && is_ready("ware"); }));
  const Ran restarted = run_program({BANYAN_PROGRAM, "restart", "shop", file("all.toml").string()});
  EXPECT_EQ(restarted.exit_code, 0) << restarted.output;
  const Ran down = banyan({"down", file("all.toml").string()});
  EXPECT_EQ(down.exit_code, 0) << down.output;
  EXPECT_EQ(up.wait(60s), 0);
  ::close(nobody);
}

TEST_F(Up, IsNotWaitedForWhenItDoesNotRunOn) {
  write(program("shop", "sleep 1000"));
  ChildProcess up = start();
  ASSERT_TRUE(becomes_true([&] { return is_ready("shop"); })) << read("output");
  up.signal(SIGSTOP);
  const Ran asked = banyan({"ps", file("all.toml").string()});
  up.signal(SIGCONT);
  EXPECT_EQ(asked.exit_code, 69);
  EXPECT_THAT(asked.output, HasSubstr("is there and has not answered for 5 s"));
  EXPECT_TRUE(becomes_true([&] { return is_ready("shop"); })) << "nothing else has happened to it";
}

TEST_F(Up, DoesNotTakeAProgramThatEndsAtOnceForReady) {
  write(program("ware", "exit 0", "ready_file = \"never\"\nrestart = \"never\"\n") +
        program("shop", "echo sold", "needs = [\"ware\"]"));
  ChildProcess up = start();
  EXPECT_EQ(up.wait(60s), 69);
  EXPECT_THAT(read("output"), HasSubstr("ware ended before it was ready, code 0"));
  EXPECT_THAT(read("output"), Not(HasSubstr("sold")));
}

TEST_F(Up, TakesAProgramThatWritesItsFileAndEndsForDone) {
  write(program("maker", "echo made > done.txt", "ready_file = \"done.txt\"\n"));
  ChildProcess up = start();
  EXPECT_EQ(up.wait(60s), 0) << read("output");
  EXPECT_THAT(read("output"), HasSubstr("maker is ready"));
  EXPECT_THAT(read("output"), Not(HasSubstr("ended before it was ready")));
  EXPECT_THAT(read("output"), Not(HasSubstr("it is started again")));
}

TEST_F(Up, FollowsTheLogsWhileTheyAreWritten) {
  write(program("shop", "while ! test -e go; do sleep 0.01; done; echo gone; sleep 1000"));
  ChildProcess up = start();
  ASSERT_TRUE(becomes_true([&] { return is_ready("shop"); })) << read("output");
  ChildProcess logs({BANYAN_PROGRAM, "logs", file("all.toml").string(), "--follow"},
                    file("followed"));
  ASSERT_TRUE(becomes_true([&] { return read("followed").contains("shop is started"); }));
  std::ofstream(file("go")) << 'x';
  EXPECT_TRUE(becomes_true([&] { return read("followed").contains("shop   | gone\n"); }));
  EXPECT_EQ(up.stop(), 0);
}

TEST_F(Up, EndsWhenNothingIsLeftToRunAndSaysThatItFailed) {
  write(program("shop", "exit 64", "ready = \"exit\"\n") +
        program("page", "echo never", "needs = [\"shop\"]\n"));
  ChildProcess up = start();
  EXPECT_EQ(up.wait(60s), 69) << read("output");
  EXPECT_THAT(read("output"), HasSubstr("shop ended, code 64; it is not started again"));
  EXPECT_THAT(read("output"), Not(HasSubstr("page   | never")));
}

TEST_F(Up, ExplainsAFileWithoutStartingIt) {
  write(program("shop", "touch started", "needs = [\"ware\"]\n") + program("ware", "true"));
  const Ran ran = banyan({"up", "--check", file("all.toml").string()});
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("1  ware            as soon as it runs"));
  EXPECT_THAT(ran.output, HasSubstr("2  shop     ware   as soon as it runs"));
  EXPECT_FALSE(fs::exists(file("started")));
  EXPECT_FALSE(fs::exists(file("all.up")));
  const Json json =
      Json::parse(banyan({"up", "--check", "--json", file("all.toml").string()}).output);
  EXPECT_EQ(json["programs"][1]["needs"], Json({"ware"}));
}

TEST_F(Up, RefusesABadFileAndOneThatIsNotThere) {
  write(program("shop", "true", "nedds = [\"ware\"]\n"));
  const Ran bad = banyan({"up", file("all.toml").string()});
  EXPECT_EQ(bad.exit_code, 78);
  EXPECT_THAT(bad.output, HasSubstr("all.toml:5:1: unknown key \"nedds\" in [programs.shop]. Did "
                                    "you mean \"needs\"?\n"));
  EXPECT_THAT(bad.output, HasSubstr("nothing of " + file("all.toml").string() + " is started"));
  const Ran none = banyan({"up", file("none.toml").string()});
  EXPECT_EQ(none.exit_code, 78);
  EXPECT_THAT(none.output, HasSubstr("banyan up --help"));
}

}  // namespace
}  // namespace banyan::supervision

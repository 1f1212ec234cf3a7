// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "banyan/http/instance_lock.hpp"
#include "banyan/http/run_folder.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "support/child_process.hpp"
#include "unit/http/sockets.hpp"

namespace banyan::succession {
namespace {

using namespace std::chrono_literals;
using http::RawSocket;
using test::ChildProcess;
using testing::AllOf;
using testing::HasSubstr;

/// One request on a connection that is kept; what answered, or "" when nobody did.
std::string ask(RawSocket& socket, bool& last) {
  socket.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  std::string got = socket.read([](std::string_view text) {
    const std::size_t end = text.find("\r\n\r\n");
    return end != std::string_view::npos && text.size() > end + 4;  // the body is one character
  });
  last = got.find("Connection: close") != std::string::npos;
  return got.starts_with("HTTP/1.1 200 ") ? got.substr(got.find("\r\n\r\n") + 4) : std::string();
}

/// Clients that keep their connections, as long as they are not told to go, and repeat nothing:
/// each request that is not answered is one failure.
class Load {
 public:
  explicit Load(std::function<RawSocket()> connect, int clients = 6)
      : connect_(std::move(connect)) {
    for (int i = 0; i < clients; ++i) clients_.emplace_back([this, i] { run(i); });
  }
  ~Load() { end(); }
  void end() {
    ended_ = true;
    clients_.clear();
  }
  int failures() const { return failures_; }
  std::map<std::string, int> answers() const {
    const std::lock_guard lock(mutex_);
    return answers_;
  }
  std::string trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }

 private:
  void run(int number) {
    std::optional<RawSocket> socket;
    while (!ended_) {
      try {
        if (!socket) socket.emplace(connect_());
        bool last = false;
        const std::string answer = ask(*socket, last);
        if (answer.empty()) fail("no answer");
        if (last || answer.empty() || number % 3 == 0) socket.reset();
        const std::lock_guard lock(mutex_);
        ++answers_[answer];
      } catch (const std::exception& failure) {
        fail(failure.what());
        socket.reset();
      }
      if (number % 2 == 0) std::this_thread::sleep_for(3ms);
    }
  }
  void fail(const std::string& what) {
    ++failures_;
    const std::lock_guard lock(mutex_);
    trouble_ = what;
  }

  std::function<RawSocket()> connect_;
  std::atomic<bool> ended_ = false;
  std::atomic<int> failures_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, int> answers_;
  std::string trouble_;
  std::vector<std::jthread> clients_;
};

class ASuccession : public testing::Test {
 protected:
  ChildProcess start(const std::string& version, const std::string& behaviour) {
    std::vector<std::string> words{SUCCESSION_UNDER_TEST, version, folder_.path().string(),
                                   behaviour};
    for (const std::string& each : listen_) words.push_back(each);
    return ChildProcess(words, folder_.path() / "output");
  }
  ChildProcess serving(const std::string& version, const std::string& behaviour) {
    ChildProcess process = start(version, behaviour);
    EXPECT_NE(test::await_file(file("ready-" + version), process), "") << text("output");
    return process;
  }
  std::filesystem::path file(const std::string& name) const { return folder_.path() / name; }
  std::string text(const std::string& name) const {
    std::ifstream in(file(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }
  bool comes(const std::string& name) const {
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (!std::filesystem::exists(file(name))) {
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::sleep_for(2ms);
    }
    return true;
  }
  bool says(const std::string& name, const std::string& what) const {
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (text(name).find(what) == std::string::npos) {
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::sleep_for(2ms);
    }
    return true;
  }
  RawSocket connect() const { return RawSocket(port_); }
  std::string who() const {
    RawSocket socket = connect();
    bool last = false;
    return ask(socket, last);
  }
  http::Endpoint address() const { return {"127.0.0.1", port_}; }

  const test::TemporaryFolder folder_;
  const std::uint16_t port_ = test::free_port();
  std::vector<std::string> listen_{"127.0.0.1:" + std::to_string(port_)};
};

TEST_F(ASuccession, RefusesNoRequestAndCutsNoConnectionUnderLoad) {
  ChildProcess running = serving("1", "first");
  Load load([this] { return connect(); });
  // With more loops than there are sockets, and with fewer again.
  for (const char* version : {"2", "3", "4"}) {
    ChildProcess next = serving(version, "take-over");
    EXPECT_EQ(running.wait(20s), 0) << text("output");
    running = std::move(next);
    EXPECT_EQ(who(), version);
  }
  load.end();
  EXPECT_EQ(load.failures(), 0) << load.trouble();
  for (const auto& [version, count] : load.answers()) EXPECT_GT(count, 0) << version;
  EXPECT_EQ(load.answers().size(), 4U);
  EXPECT_THAT(text("said-1"), AllOf(HasSubstr("gone to 2"), HasSubstr("cut: 0")));
  EXPECT_THAT(text("said-2"), HasSubstr("running: 1"));
  EXPECT_EQ(running.stop(), 0);
  EXPECT_FALSE(std::filesystem::exists(http::run_file(address(), "takeover")));
  EXPECT_FALSE(std::filesystem::exists(http::run_file(address(), "lock")));
}

TEST_F(ASuccession, LetsAStreamAndAnIdleClientFinishWithTheOldProcess) {
  ChildProcess running = serving("1", "first");
  RawSocket stream = connect();
  stream.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  stream.read_until("tick");
  RawSocket idle = connect();
  bool last = false;
  EXPECT_EQ(ask(idle, last), "1");
  EXPECT_FALSE(last);

  ChildProcess next = serving("2", "take-over");

  // It has not gone yet; as soon as it drains, it says so.
  while (!last) ASSERT_EQ(ask(idle, last), "1");
  EXPECT_EQ(who(), "2");
  const std::string rest = stream.read_until("0\r\n\r\n");
  EXPECT_THAT(rest, testing::EndsWith("0\r\n\r\n"));
  stream.close();
  EXPECT_EQ(running.wait(20s), 0);
  EXPECT_THAT(text("said-1"), HasSubstr("cut: 0"));
  EXPECT_EQ(next.stop(), 0);
}

TEST_F(ASuccession, LetsTunnelsLiveOnUntilTheDrainLimitAndNoLonger) {
  ChildProcess running = serving("1", "first");
  RawSocket tunnel = connect();
  tunnel.send(
      "GET /tunnel HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  tunnel.read_until("\r\n\r\n");
  ChildProcess next = serving("2", "take-over");
  EXPECT_EQ(who(), "2");
  tunnel.send("still there?");
  EXPECT_EQ(tunnel.read_until("?"), "still there?");
  EXPECT_FALSE(running.wait(0ms)) << "it serves the tunnel";
  EXPECT_EQ(running.wait(20s), 0);
  EXPECT_THAT(text("said-1"), HasSubstr("cut: 1"));
  EXPECT_EQ(tunnel.read_to_end(), "<reset>");
}

TEST_F(ASuccession, HandsTheLockOverSoThatNoThirdProcessEverGetsIt) {
  ChildProcess running = serving("1", "first");
  std::atomic<bool> ended = false;
  std::atomic<int> taken = 0;
  std::atomic<int> tried = 0;
  std::jthread third([&] {
    while (!ended) {
      try {
        const auto lock = http::InstanceLock::for_endpoint(address());
        ++taken;
      } catch (const std::runtime_error&) {
        ++tried;
      }
    }
  });
  for (const char* version : {"2", "3"}) {
    ChildProcess next = serving(version, "take-over");
    EXPECT_EQ(running.wait(20s), 0);
    running = std::move(next);
  }
  ended = true;
  third.join();
  EXPECT_EQ(taken, 0);
  EXPECT_GT(tried, 0);
  // An absolute path stays one.
  EXPECT_EQ(text(http::run_file(address(), "lock").string()), text("ready-3"))
      << "the file says who holds it";
}

TEST_F(ASuccession, GoesOnAsIfNothingHadHappenedWhenTheSuccessorDies) {
  ChildProcess running = serving("1", "first");
  Load load([this] { return connect(); }, 3);
  for (int i = 0; i < 3; ++i) {
    ChildProcess dying = start("2", "dies");
    EXPECT_EQ(dying.wait(20s), 128 + SIGKILL);
  }
  EXPECT_EQ(who(), "1");
  EXPECT_THROW(http::InstanceLock::for_endpoint(address()), std::runtime_error);
  ChildProcess next = serving("3", "take-over");
  EXPECT_EQ(running.wait(20s), 0);
  load.end();
  EXPECT_EQ(load.failures(), 0) << load.trouble();
  EXPECT_THAT(text("said-1"), HasSubstr("shop 2 (process"));
  EXPECT_THAT(text("said-1"), HasSubstr("it has ended before it was ready"));
}

TEST_F(ASuccession, GoesOnWhenTheSuccessorIsNeverReady) {
  ChildProcess running = serving("1", "first");
  ChildProcess silent = start("2", "waits");
  ASSERT_TRUE(comes("asked-2"));
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (text("said-1").find("not ready within 400 ms") == std::string::npos) {
    ASSERT_LT(std::chrono::steady_clock::now(), until);
    std::this_thread::sleep_for(2ms);
  }
  EXPECT_EQ(who(), "1");
  // Too late: it is told, and ends.
  std::ofstream(file("go")) << "";
  EXPECT_EQ(silent.wait(20s), 3);
  EXPECT_THAT(text("said-2"), AllOf(HasSubstr("not ready within 400 ms"),
                                    HasSubstr("The running process serves on")));
  EXPECT_EQ(who(), "1");
  EXPECT_EQ(running.stop(), 0);
}

TEST_F(ASuccession, IsCompletedByTheSuccessorWhenTheOldProcessDiesInTheMiddle) {
  ChildProcess running = serving("1", "first");
  ChildProcess next = start("2", "waits");
  ASSERT_TRUE(comes("asked-2"));
  running.kill();
  // Nobody accepts now, and nobody is refused.
  RawSocket early = connect();
  early.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THROW(http::InstanceLock::for_endpoint(address()), std::runtime_error);
  std::ofstream(file("go")) << "";
  EXPECT_THAT(early.read_to_end(), testing::EndsWith("\r\n\r\n2"));
  ASSERT_TRUE(comes("ready-2"));
  ChildProcess third = serving("3", "take-over");
  EXPECT_EQ(next.wait(20s), 0);
  EXPECT_EQ(who(), "3");
}

TEST_F(ASuccession, LetsTheNextOneStartAtOnceWhenTheSuccessorDiesWhileTheOldProcessFinishes) {
  ChildProcess running = serving("1", "patient");
  RawSocket tunnel = connect();
  tunnel.send(
      "GET /tunnel HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  tunnel.read_until("\r\n\r\n");
  ChildProcess successor = serving("2", "take-over");
  ASSERT_TRUE(says("said-1", "gone to 2"));
  successor.kill();

  ChildProcess third = serving("3", "take-over");
  EXPECT_THAT(text("said-3"), HasSubstr("nobody is there"));
  EXPECT_EQ(who(), "3");
  tunnel.send("still there?");
  EXPECT_EQ(tunnel.read_until("?"), "still there?") << "the first one finishes";
  ChildProcess fourth = serving("4", "take-over");
  EXPECT_EQ(third.wait(20s), 0) << "the third one has a rendezvous of its own";
  tunnel.close();
  EXPECT_EQ(running.wait(20s), 0);
  EXPECT_EQ(who(), "4");
}

TEST_F(ASuccession, GoesOnWhenTheSuccessorIsToldToEndBeforeItIsReady) {
  ChildProcess running = serving("1", "first");
  ChildProcess next = start("2", "hesitates");
  ASSERT_TRUE(comes("prepared-2"));
  next.signal(SIGTERM);
  std::ofstream(file("go")) << "";
  EXPECT_EQ(next.wait(20s), 3) << "else it serves, and ends at once";
  EXPECT_THAT(text("said-2"), HasSubstr("this process has been told to end before it was ready"));
  ASSERT_TRUE(says("said-1", "it has been told to end before it was ready"));
  EXPECT_EQ(who(), "1");
  EXPECT_FALSE(running.wait(0ms));
  EXPECT_EQ(running.stop(), 0);
}

TEST_F(ASuccession, AcceptsNobodyBeforeTheOldProcessHasSaidThatItGoes) {
  ChildProcess running = serving("1", "first");
  ChildProcess next = start("2", "hesitates");
  ASSERT_TRUE(comes("prepared-2"));
  for (int i = 0; i < 50; ++i) ASSERT_EQ(who(), "1");
  RawSocket kept = connect();
  bool last = false;
  EXPECT_EQ(ask(kept, last), "1");
  next.kill();
  EXPECT_EQ(ask(kept, last), "1");
  EXPECT_EQ(running.stop(), 0);
}

TEST_F(ASuccession, KeepsTheOldProcessUntilTheSuccessorHasSaidAllItHasTo) {
  ChildProcess running = serving("1", "first");
  ChildProcess next = serving("2", "silent");
  ASSERT_TRUE(says("said-1", "cut: 0")) << "it has nothing left to do";
  EXPECT_FALSE(running.wait(0ms));
  std::ofstream(file("go")) << "";
  EXPECT_EQ(running.wait(20s), 0);
  EXPECT_EQ(who(), "2");
}

TEST_F(ASuccession, FindsTheRunningOneByItsAddressesInAnyOrderAndSpelling) {
  const std::string other = std::to_string(test::free_port());
  listen_ = {"[::1]:" + other, listen_.front()};
  ChildProcess running = serving("1", "first");
  listen_ = {listen_.back(), "[0:0:0:0:0:0:0:1]:" + other};
  ChildProcess next = serving("2", "take-over");
  EXPECT_EQ(running.wait(20s), 0) << text("output") << text("said-2");
  EXPECT_EQ(who(), "2");
  // And one that asks at another of its addresses hears what is not the same.
  listen_ = {"127.0.0.1:" + std::to_string(test::free_port()), listen_.front()};
  ChildProcess odd = start("3", "take-over");
  EXPECT_EQ(odd.wait(20s), 3);
  EXPECT_THAT(text("said-3"), HasSubstr("and this one shall listen on"));
  EXPECT_EQ(next.stop(), 0);
}

TEST_F(ASuccession, DoesNotBeginWhenTheSuccessorHasSomethingAgainstIt) {
  ChildProcess running = serving("1", "first");
  ChildProcess refusing = start("2", "refuses");
  EXPECT_EQ(refusing.wait(20s), 3);
  EXPECT_THAT(text("said-2"), HasSubstr("not over this one's body"));
  EXPECT_EQ(who(), "1");
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (text("said-1").find("not over this one's body") == std::string::npos) {
    ASSERT_LT(std::chrono::steady_clock::now(), until) << text("said-1");
    std::this_thread::sleep_for(2ms);
  }
  EXPECT_EQ(running.stop(), 0);
}

TEST_F(ASuccession, StartsAfreshWhenNobodyIsThere) {
  {
    // One that was killed leaves its files.
    ChildProcess running = serving("1", "first");
    running.kill();
  }
  ChildProcess next = serving("2", "take-over");
  EXPECT_THAT(text("said-2"), HasSubstr("nobody is there"));
  EXPECT_EQ(who(), "2");
  ChildProcess third = serving("3", "take-over");
  EXPECT_EQ(next.wait(20s), 0);
}

TEST_F(ASuccession, PassesUnixSocketsAndLeavesTheirPathsToTheSuccessor) {
  const std::string path = file("shop.sock").string();
  listen_.push_back("unix:" + path);
  ChildProcess running = serving("1", "first");
  Load load([&] { return RawSocket::at(path); });
  for (const char* version : {"2", "3"}) {
    ChildProcess next = serving(version, "take-over");
    EXPECT_EQ(running.wait(20s), 0);
    running = std::move(next);
    RawSocket socket = RawSocket::at(path);
    bool last = false;
    EXPECT_EQ(ask(socket, last), version);
  }
  load.end();
  EXPECT_EQ(load.failures(), 0) << load.trouble();
  EXPECT_EQ(running.stop(), 0);
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace banyan::succession

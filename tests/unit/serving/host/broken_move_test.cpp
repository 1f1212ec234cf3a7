// SPDX-License-Identifier: Apache-2.0
// What an application that runs does about a move of tables that was broken off, and a start about
// the loss of its control store after one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <expected>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "banyan/http/client.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/manifest/manifest.hpp"
#include "banyan/mover/completion.hpp"
#include "banyan/mover/ownership.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "migrations/mover_process.hpp"
#include "support/child_process.hpp"
#include "support/raw_sqlite.hpp"

namespace banyan::host {
namespace {

using namespace std::chrono_literals;
using mover::Direction;
using mover::Step;
using mover::testing::Child;
using mover::testing::HeldMover;
using mover::testing::move_and_die_at;
using test::ChildProcess;
using testing::AllOf;
using testing::HasSubstr;

class ABrokenMove : public testing::Test {
 protected:
  std::vector<std::string> command(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{HOST_UNDER_TEST, "1",
                                   "--port",        std::to_string(port_),
                                   "--log-file",    file("log.json").string(),
                                   "--database",    file("shop.db").string(),
                                   "--control",     file("control.db").string()};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  ChildProcess start() const {
    const auto ready = file("ready");
    std::filesystem::remove(ready);
    ChildProcess process(command({"--ready-file", ready.string()}), file("output"));
    EXPECT_NE(test::await_file(ready, process), "") << text("output");
    return process;
  }
  std::filesystem::path file(const std::string& name) const { return folder_.path() / name; }
  std::string text(const std::string& name) const {
    std::ifstream in(file(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }
  mover::MoveRequest request() const {
    const auto manifest = manifest::read(file("shop.db"));
    return {.shared = file("shop.db"),
            .module = "demo",
            .ownership = mover::ownership_of(manifest.value())};
  }
  void move(Direction direction) const {
    const auto moved = mover::move_module(request(), direction);
    ASSERT_TRUE(moved) << moved.error().message;
  }

  std::expected<http::Response, http::ClientFailure> ask(std::string_view method,
                                                         std::string_view target,
                                                         std::string body = {}) const {
    http::Request question;
    question.head.method = method;
    question.head.target = target;
    if (!body.empty()) {
      question.head.fields.set("Content-Type", "application/json");
      question.head.fields.set("Idempotency-Key", std::to_string(++keys_));
      question.body = std::move(body);
    }
    return http::Client({"127.0.0.1", port_})
        .exchange(question, system_clock().steady() + 20s, http::Repeat::Never);
  }
  bool writes() const {
    const auto answer =
        ask("POST", "/things",
            R"({"name":"lamp","parts":[],"price":{"minor_units":1,"currency":"EUR"}})");
    said_ = answer ? answer->body : answer.error().message;
    return answer && answer->head.status == 201;
  }
  std::string body_of(std::string_view target) const {
    const auto answer = ask("GET", target);
    return answer ? answer->body : "nobody answers";
  }

  const test::TemporaryFolder folder_;
  const std::uint16_t port_ = test::free_port();
  mutable std::atomic<int> keys_ = 0;
  mutable std::string said_;  ///< the last answer to a write
};

TEST_F(ABrokenMove, IsRepairedByTheRunningApplicationWithinSeconds) {
  constexpr auto kPromised = 5s;
  ChildProcess application = start();
  ASSERT_TRUE(writes());
  for (const Step step : {Step::SchemaMade, Step::Copied, Step::Sealed, Step::FenceWritten,
                          Step::Switched, Step::GateOpened}) {
    for (const Direction direction : {Direction::Out, Direction::Back}) {
      Child mover([&] { return move_and_die_at(request(), direction, step); });
      ASSERT_TRUE(mover.wait()) << "it was not killed at " << to_string(step);
      const auto killed = std::chrono::steady_clock::now();
      while (!writes()) {
        ASSERT_LT(std::chrono::steady_clock::now() - killed, kPromised)
            << to_string(direction) << " killed at " << to_string(step) << ": " << said_ << '\n'
            << body_of("/health/ready");
      }
      move(direction);
      EXPECT_TRUE(writes()) << to_string(direction) << " after " << to_string(step) << ": "
                            << said_;
    }
  }
  EXPECT_THAT(text("log.json"), HasSubstr("move_recovered"));
  EXPECT_EQ(application.stop(), 0);
}

// Dropping the copy makes nobody wait for longer than that takes, and nobody has to look again.
TEST_F(ABrokenMove, IsNoneWhenACompletionIsKilled) {
  ChildProcess application = start();
  ASSERT_TRUE(writes());
  move(Direction::Out);
  ASSERT_TRUE(writes()) << said_;
  for (const auto step : {mover::CompletionStep::Dropped, mover::CompletionStep::Completed}) {
    Child completing([&] {
      mover::CompletionOptions options;
      options.on_step = [step](mover::CompletionStep at) {
        if (at == step) ::raise(SIGKILL);
      };
      return mover::complete_move(request(), options) ? 0 : 1;
    });
    ASSERT_TRUE(completing.wait()) << "it was not killed at " << to_string(step);
    EXPECT_TRUE(writes()) << to_string(step) << ": " << said_;
  }
  EXPECT_TRUE(mover::placement_of(file("shop.db"), "demo")->complete);
  move(Direction::Back);
  EXPECT_TRUE(writes()) << said_;
  EXPECT_EQ(application.stop(), 0);
}

TEST_F(ABrokenMove, IsNamedWithItsCommandWhileAMoverHasTheFiles) {
  ChildProcess application = start();
  ASSERT_TRUE(writes());
  {
    const HeldMover mover(request(), Direction::Out, Step::Switched);
    const std::string who =
        "pid " + std::to_string(mover.pid()) + ": banyan schema move demo, since ";
    EXPECT_THAT(body_of("/health/ready"), HasSubstr(who));
    const auto status = nlohmann::json::parse(body_of("/_banyan/api/status"), nullptr, false);
    EXPECT_THAT(status.dump(), AllOf(HasSubstr("\"about\":\"placement\""), HasSubstr(who)));
    mover.kill();
  }
  while (body_of("/health/ready").contains("banyan schema move")) std::this_thread::sleep_for(20ms);
  EXPECT_TRUE(writes());
  EXPECT_EQ(application.stop(), 0);
}

// The matrix of the running process goes by the fence's stage, not by which file is open.
TEST_F(ABrokenMove, KeepsTrafficWhereItIsWhileTheFenceSaysSwitching) {
  ChildProcess application = start();
  ASSERT_TRUE(writes());
  // Forced, so that the service which is not there is no matter of a preflight.
  const auto shift = [&] {
    return ask("POST", "/_banyan/api/rollouts/demo/shift",
               R"({"percent":"1%","force":true,"who":"ann","why":"a test"})");
  };
  const auto data = [&] {
    const auto status = nlohmann::json::parse(body_of("/_banyan/api/status"), nullptr, false);
    return status.value(nlohmann::json::json_pointer("/rollouts/0/data"), "");
  };
  test::RawSqlite(file("shop.db"))
      .run(
          "INSERT INTO banyan_fence(module, state, epoch, location, stage) "
          "VALUES ('demo', 'open', 0, '', 'switching')");
  EXPECT_EQ(data(), "switching");
  const auto refused = shift();
  ASSERT_TRUE(refused) << refused.error().message;
  EXPECT_EQ(refused->head.status, 422U) << refused->body;
  EXPECT_THAT(refused->body, AllOf(HasSubstr("banyan.illegal_stage"), HasSubstr("(switching)"),
                                   HasSubstr("no traffic is shifted")));

  test::RawSqlite(file("shop.db")).run("UPDATE banyan_fence SET stage = 'shared'");
  EXPECT_EQ(data(), "shared");
  const auto otherwise = shift();
  ASSERT_TRUE(otherwise) << otherwise.error().message;
  EXPECT_THAT(otherwise->body, HasSubstr("there is no service of demo"));
  EXPECT_EQ(application.stop(), 0);
}

TEST_F(ABrokenMove, AndALostControlStoreIsNotTakenForAFirstStart) {
  {
    ChildProcess(start()).stop();
  }
  move(Direction::Out);
  for (const char* each : {"control.db", "control.db-wal", "control.db-shm", "control.db.made"}) {
    std::filesystem::remove(file(each));
  }
  const test::Ran refused = test::run_program(command());
  EXPECT_EQ(refused.exit_code, 78);
  EXPECT_THAT(refused.output,
              AllOf(HasSubstr("control.db is gone"), HasSubstr("the tables of demo have moved"),
                    HasSubstr("touch '" + file("control.db").string() + "'")));

  std::ofstream{file("control.db")};
  ChildProcess application = start();
  EXPECT_TRUE(writes());
  EXPECT_EQ(application.stop(), 0);
}

}  // namespace
}  // namespace banyan::host

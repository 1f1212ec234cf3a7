// SPDX-License-Identifier: Apache-2.0
// The catalog's service works on a copy of the database, where one price is another one: what the
// shop's operators see of that, before and after it is mended.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "banyan/http/client.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "support/child_process.hpp"
#include "support/raw_sqlite.hpp"

namespace banyan::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::string_view kOperation = "catalog.get_track";

class ADifferingService : public testing::Test {
 protected:
  void SetUp() override {
    const Ran filled = run_program({BANYAN_BIN "/recordshop-data", "generate", "--tracks", "20",
                                    "--database", file("shop.db")});
    ASSERT_EQ(filled.exit_code, 0) << filled.output;
    {
      RawSqlite shop(file("shop.db"));
      track_ = shop.run("SELECT min(id) FROM tracks");
      shop.run("VACUUM INTO '" + file("catalog.db") + "'");
    }
    raise_the_price_by(100);
    write_configuration();
    service_ = service_on("catalog.db");
    shop_ = started("shop", {BANYAN_BIN "/flavours/routed-catalog/recordshop", "--config",
                             file("banyan.toml"), "--port", std::to_string(here_.port),
                             "--internal-address", "unix:" + file("inside.sock"), "--sticky",
                             "header:X-Customer", "--at", "catalog=" + to_string(there_),
                             "--database", file("shop.db"), "--control", file("control.db")});
    ASSERT_TRUE(service_ && shop_);
  }

  std::string file(const std::string& name) const { return (folder_.path() / name).string(); }

  /// Beside the service, behind its back: what somebody has forgotten to copy.
  void raise_the_price_by(int minor) {
    RawSqlite catalog(file("catalog.db"));
    catalog.run("UPDATE tracks SET price_minor = price_minor + " + std::to_string(minor) +
                " WHERE id = '" + track_ + "'");
  }
  /// All copies that the old side has room for. All operations are waived, so that the plan goes on
  /// unless one is worse: how long a machine that is busy otherwise takes for one more process must
  /// not decide here.
  void write_configuration() const {
    std::ofstream(file("banyan.toml")) << R"([proxy]
listen = ["127.0.0.1:0"]
[rollouts.catalog.shadow]
share = "100%"
noise = "0%"
credentials = "pass"
[rollouts.catalog.plan]
steps = ["50%", "100%"]
dwell = "2s"
waived = ["catalog.list_albums", "catalog.get_album", "catalog.list_tracks", "catalog.get_track",
          "catalog.get_tracks", "catalog.search"]
)";
  }

  std::unique_ptr<ChildProcess> started(const std::string& name, std::vector<std::string> words) {
    words.insert(words.end(), {"--loops", "1", "--ready-file", file(name + ".ready")});
    auto process = std::make_unique<ChildProcess>(words, file(name + ".log"));
    return await_file(file(name + ".ready"), *process).empty() ? nullptr : std::move(process);
  }

  std::unique_ptr<ChildProcess> service_on(const std::string& database) {
    return started("service on " + database,
                   {BANYAN_BIN "/recordshop-catalog", "--internal", "--listen", to_string(there_),
                    "--database", file(database)});
  }
  void start_the_service_on(const std::string& database) {
    service_.reset();
    service_ = service_on(database);
    ASSERT_TRUE(service_);
  }

  /// One after the other, each by another customer, on one connection.
  void read(int times) {
    for (int i = 0; i < times; ++i) {
      http::Request request;
      request.head.method = "GET";
      request.head.target = "/tracks/" + track_;
      request.head.fields.add("X-Customer", "customer-" + std::to_string(++customers_));
      auto answer = reader_.exchange(request, system_clock().steady() + std::chrono::seconds(20));
      ASSERT_TRUE(answer) << answer.error().message;
      ASSERT_EQ(answer->head.status, 200U) << answer->body;
    }
  }

  Ran banyan(std::vector<std::string> words) const {
    words.insert(words.begin(), BANYAN_BIN "/banyan");
    words.insert(words.end(), {"--url", "http://127.0.0.1:" + std::to_string(here_.port)});
    return run_program(words);
  }
  json told(std::vector<std::string> words) const {
    words.emplace_back("--json");
    const Ran ran = banyan(std::move(words));
    EXPECT_EQ(ran.exit_code, 0) << ran.output;
    return json::parse(ran.output, nullptr, false);
  }
  json report() const { return told({"differences", "catalog"}).at("modules").at(0).at("report"); }
  /// The pairs that were compared, and those of them that differ.
  std::pair<std::uint64_t, std::uint64_t> pairs() const {
    const json all = report();
    for (const json& each : all.at("operations")) {
      if (kOperation.ends_with(each.at("operation").get<std::string>())) {
        return {each.at("pairs"), each.at("differing")};
      }
    }
    return {0, 0};
  }
  json plan() const { return told({"plan", "catalog"}); }
  json rollout() const {
    const json status = told({"status"});
    for (const json& each : status.at("rollouts")) {
      if (each.at("module") == "catalog") return each;
    }
    return json::object();
  }
  bool is_told_to_be_apart() const {
    return told({"status"}).at("attention").dump().contains("works on another database");
  }

  template <class Condition>
  static void until(const std::string& what, Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (!condition()) {
      if (HasFatalFailure()) return;
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "waited for: " << what;
    }
  }

  const TemporaryFolder folder_;
  const http::Endpoint here_{"127.0.0.1", free_port()};
  const http::Endpoint there_{"127.0.0.1", free_port()};
  std::string track_;
  std::unique_ptr<ChildProcess> service_;
  std::unique_ptr<ChildProcess> shop_;
  http::Client reader_{here_};
  int customers_ = 0;
};

TEST_F(ADifferingService, IsFoundOutByItsAnswersAndPromotedWhenItsDataAreMended) {
  // Nobody is sent there, and its answers are compared.
  ASSERT_EQ(banyan({"shadow", "catalog", "--force", "--why", "it works on a copy"}).exit_code, 0);
  until("a difference", [&] {
    read(5);
    return pairs().second >= 10;
  });
  const json fields = report().at("fields");
  ASSERT_EQ(fields.size(), 1U) << fields.dump(2);
  EXPECT_TRUE(kOperation.ends_with(fields[0].at("operation").get<std::string>()));
  EXPECT_THAT(fields[0].at("path").get<std::string>(), HasSubstr("/price"));
  EXPECT_EQ(fields[0].at("opinion"), "difference");
  const json example = fields[0].at("examples").at(0);
  EXPECT_THAT(example.dump(), testing::Not(HasSubstr(track_))) << "an id may be a person's";
  EXPECT_NE(example.at("old").at("value"), example.at("new").at("value"));
  const std::string name = "catalog:" + std::to_string(example.at("number").get<int>());
  EXPECT_THAT(banyan({"replay", name}).output,
              HasSubstr("banyan replay " + name + " --target '/tracks/…'"));
  EXPECT_THAT(banyan({"replay", name}).output, HasSubstr("--header 'x-customer: …'"))
      << "who asked is known by the field that stickiness goes by";
  const std::vector<std::string> replay{
      "replay", name, "--target", "/tracks/" + track_, "--header", "X-Customer: customer-1"};
  const Ran again = banyan(replay);
  EXPECT_EQ(again.exit_code, 1) << again.output;
  EXPECT_THAT(again.output, HasSubstr("/price"));

  // A plan does not begin with it: the copy is not where the shop writes. Nor does it get far.
  const Ran refused = banyan({"plan", "catalog", "start", "--why", "it looked alright"});
  EXPECT_EQ(refused.exit_code, 1) << refused.output;
  EXPECT_THAT(refused.output, AllOf(HasSubstr("works on another database"),
                                    HasSubstr("--force --despite-differences")));
  for (const char* one : {"--force", "--despite-differences"}) {
    EXPECT_EQ(banyan({"plan", "catalog", "start", one, "--why", "too little"}).exit_code, 1) << one;
  }
  ASSERT_EQ(banyan({"plan", "catalog", "start", "--force", "--despite-differences", "--why",
                    "to see it go back"})
                .exit_code,
            0);
  until("the plan to go back", [&] {
    read(20);
    return plan().at("state") == "rolled_back";
  });
  EXPECT_THAT(plan().at("reason").get<std::string>(), HasSubstr("catalog.get_track: "))
      << "and says what differs";
  EXPECT_THAT(plan().at("reason").get<std::string>(), HasSubstr("answered otherwise"));
  EXPECT_EQ(plan().at("share"), "0%");

  // Mended, it is the same once more, and no pair differs from here on.
  start_the_service_on("shop.db");
  const Ran mended = banyan(replay);
  EXPECT_EQ(mended.exit_code, 0) << mended.output;
  EXPECT_THAT(mended.output, HasSubstr("the same"));
  ASSERT_EQ(banyan({"shadow", "catalog", "--why", "and now?"}).exit_code, 0);
  std::uint64_t differing = 0;
  std::uint64_t compared = 0;
  until("what was under way", [&] {  // copies of what was answered before
    const auto before = std::exchange(differing, pairs().second);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    return before == differing && differing > 0;
  });
  compared = pairs().first;
  until("twenty pairs more", [&] {
    read(5);
    return pairs().first >= compared + 20;
  });
  EXPECT_EQ(pairs().second, differing) << report().dump(2);

  // The plan goes on by itself.
  ASSERT_EQ(banyan({"plan", "catalog", "start", "--why", "it is mended"}).exit_code, 0);
  until("the plan to advance", [&] {
    read(20);
    return plan().at("share") == "100%";
  });
  EXPECT_NE(plan().at("state"), "rolled_back") << plan().at("reason");
}

TEST_F(ADifferingService, GetsNoTrafficWhileItWorksOnAnotherDatabase) {
  until("the attention, before anything has moved", [&] { return is_told_to_be_apart(); });
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"shift", "catalog", "100%", "--why", "out"},
        std::vector<std::string>{"next", "catalog", "--why", "out"}}) {
    const Ran refused = banyan(words);
    EXPECT_EQ(refused.exit_code, 1) << refused.output;
    EXPECT_THAT(refused.output,
                AllOf(HasSubstr(file("catalog.db")), HasSubstr("--database " + file("shop.db")),
                      HasSubstr("--force")));
  }

  // Who forces it is told all the same.
  ASSERT_EQ(banyan({"shift", "catalog", "100%", "--force", "--why", "to see it told"}).exit_code,
            0);
  EXPECT_TRUE(is_told_to_be_apart());
  EXPECT_EQ(rollout().at("data"), "unknown") << "what is written there is not here";
  ASSERT_EQ(banyan({"back", "catalog", "--why", "home"}).exit_code, 0);

  start_the_service_on("shop.db");
  until("nothing of it to attend to", [&] { return !is_told_to_be_apart(); });
  const Ran shifted = banyan({"shift", "catalog", "100%", "--why", "out"});
  EXPECT_EQ(shifted.exit_code, 0) << shifted.output;
}

}  // namespace
}  // namespace banyan::test

// SPDX-License-Identifier: Apache-2.0
// A proxy that walks plans by the requests that go through it, with real sockets.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "banyan/kernel/routing.hpp"
#include "banyan/stages/control_store.hpp"
#include "proxy_fixture.hpp"

namespace banyan::serving {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

/// A new side that fails when it is told to.
class FailingServer final : public http::Application {
 public:
  FailingServer() {
    http::ServerOptions options;
    options.listen = {{"127.0.0.1", 0}};
    options.loops = 1;
    server_ = std::make_unique<http::Server>(std::move(options), *this);
    server_->start();
  }
  void handle(std::shared_ptr<http::Exchange> exchange) override {
    http::Response response;
    const int number = asked++;
    if (fails_every != 0 && number % fails_every == 0) response.head.status = 500;
    response.body = "new";
    exchange->respond(std::move(response));
  }
  std::uint16_t port() const { return server_->port(); }

  std::atomic<int> asked = 0;
  std::atomic<int> fails_every = 0;

 private:
  std::unique_ptr<http::Server> server_;
};

class APromotion : public ProxyTest {
 protected:
  void SetUp() override {
    write(file(), shop_configuration(legacy_.port(), new_.port(),
                                     "[rollouts.catalog.plan]\n"
                                     "steps = [\"1%\", \"50%\", \"100%\"]\n"
                                     "dwell = \"1s\"\n"
                                     "samples = 20\n"));
    start();
  }

  /// Users whose bucket is on the new side at one per cent, or on the old side.
  static std::vector<std::string> users(bool of_the_new_side, std::size_t count) {
    std::vector<std::string> all;
    for (int i = 0; all.size() < count; ++i) {
      const std::string user = "user" + std::to_string(i);
      const bool of_it = sticky_bucket("catalog", user) < 100;
      if (of_it == of_the_new_side) all.push_back(user);
    }
    return all;
  }
  test::Seen read(const std::string& user) const {
    return test::get(port_, "/albums/1", "Cookie: session=" + user + "\r\n");
  }
  Json plan() const {
    const Json document = Json::parse(test::get(port_, "/_banyan/api/plans").body);
    return document["plans"].empty() ? Json::object() : document["plans"][0];
  }
  unsigned order(const std::string& action, const std::string& more = "") const {
    return post("/_banyan/api/rollouts/catalog/plan",
                R"({"action":")" + action + R"(","who":"ann","why":"a test")" + more + "}")
        .status;
  }

  FailingServer new_;
};

TEST_F(APromotion, GoesBackInTheRequestThatShowsABurst) {
  ASSERT_EQ(order("start"), 200u);
  until("the evidence counts", [&] { return plan()["reason"] != "the plan begins"; });
  const std::vector<std::string> lucky = users(true, 5);
  for (const std::string& user : users(false, 200)) ASSERT_EQ(read(user).body, "legacy");
  ASSERT_EQ(read(lucky[0]).body, "new");
  new_.fails_every = 2;
  int asked = 0;
  while (read(lucky[static_cast<std::size_t>(asked) % lucky.size()]).body == "new" && asked < 500) {
    ++asked;
  }
  EXPECT_LT(asked, 100) << "every second request failed";
  EXPECT_EQ(plan()["state"], "rolled_back");
  const Json line = Json::parse(test::get(port_, "/_banyan/api/log?kind=stage").body)["entries"][0];
  EXPECT_EQ(line["who"], "plan (ann)");
  EXPECT_EQ(line["after"]["stage"], "legacy");
  EXPECT_THAT(line["why"].get<std::string>(), HasSubstr("catalog.read"));
  until("a line in the log", [&] { return log().find("plan_went_back") != std::string::npos; });
}

TEST_F(APromotion, CountsNeitherWritesNorWhatClientsGiveUp) {
  ASSERT_EQ(order("start"), 200u);
  until("the evidence counts", [&] { return plan()["reason"] != "the plan begins"; });
  for (int i = 0; i < 10; ++i) {
    post("/albums", "x", "Cookie: session=" + users(true, 1)[0] + "\r\n");
  }
  read(users(true, 1)[0]);
  until("one read is counted", [&] {
    const Json now = plan();
    return !now["verdicts"].empty() && now["verdicts"][0]["samples"] == 1;
  });
  EXPECT_EQ(plan()["verdicts"].size(), 1u) << "the writes do not move by it";
  EXPECT_EQ(plan()["verdicts"][0]["operation"], "catalog.read");
}

TEST_F(APromotion, GoesOnInThePlanOfTheProcessBefore) {
  ASSERT_EQ(order("start"), 200u);
  until("the evidence counts", [&] { return plan()["reason"] != "the plan begins"; });
  read(users(true, 1)[0]);
  const auto is_counted = [&] {
    const Json now = plan();
    return !now["verdicts"].empty() && now["verdicts"][0]["samples"] == 1;
  };
  until("one read is counted", is_counted);
  proxy_.reset();
  start();
  until("it is taken on", [&] { return plan()["conducts"] == true; });
  EXPECT_TRUE(is_counted()) << "what was seen of the step counts on: " << plan();
  until("a line in the log",
        [&] { return log().find("what was seen of it is kept") != std::string::npos; });
  EXPECT_EQ(plan()["state"], "running");
  EXPECT_EQ(plan()["share"], "1%");
  ASSERT_EQ(order("abort"), 200u);
  EXPECT_EQ(plan()["state"], "aborted");
  EXPECT_EQ(read(users(true, 1)[0]).body, "legacy");
}

TEST_F(APromotion, HoldsWithTooLittleTrafficAndNamesTheOperation) {
  ASSERT_EQ(order("start"), 200u);
  until("what is missing", [&] {
    return plan()["reason"].get<std::string>().find(
               "catalog.read: 0 requests on the new side, and 20 are needed") == 0;
  });
  EXPECT_EQ(plan()["verdicts"][0]["judgement"], "cannot_tell");
}

/// A plan whose last step moves the writes. Its reads are waived, so that the writes decide.
class APromotionOfWrites : public APromotion {
 protected:
  void configure(bool shared_data) {
    proxy_.reset();
    write(file(), shop_configuration(legacy_.port(), new_.port(),
                                     std::string("[rollouts.catalog.plan]\n"
                                                 "steps = [\"100%\", \"writes\"]\n"
                                                 "dwell = \"1ms\"\n"
                                                 "samples = 300\n"
                                                 "waived = [\"catalog.read\"]\n") +
                                         (shared_data ? "[rollouts.catalog.fallback]\n"
                                                        "reads = false\n"
                                                        "shared_data = true\n"
                                                      : "")));
    start();
    ASSERT_EQ(order("start"), 200u);
    until("the evidence counts", [&] { return plan()["reason"] != "the plan begins"; });
  }
  std::string place() const { return post("/albums", "x").body; }
  void walk_to_the_writes() {
    ASSERT_EQ(place(), "legacy");
    until("the plan waits for writes", [&] {
      return plan()["reason"].get<std::string>().find("1 write was seen on the old side") !=
             std::string::npos;
    });
    until("the writes have moved", [&] {
      place();  // of a side that hardly anybody has asked nothing is known to be unusual
      return plan()["writes"] == "remote";
    });
    ASSERT_EQ(place(), "new");
  }
};

TEST_F(APromotionOfWrites, MovesThemAndBringsThemHomeWhenTheyFail) {
  configure(true);
  walk_to_the_writes();
  new_.fails_every = 2;
  int asked = 0;
  while (place() == "new" && asked < 500) ++asked;
  EXPECT_LT(asked, 100);
  EXPECT_EQ(plan()["state"], "rolled_back");
  EXPECT_EQ(plan()["share"], "0%");
  const Json line = Json::parse(test::get(port_, "/_banyan/api/log?kind=stage").body)["entries"][0];
  EXPECT_EQ(line["who"], "plan (ann)");
  EXPECT_THAT(line["why"].get<std::string>(), HasSubstr("catalog.write: "));
}

TEST_F(APromotionOfWrites, CallsAPersonLoudlyWhereTheyMayNotComeHome) {
  configure(false);
  walk_to_the_writes();
  new_.fails_every = 2;
  until("the plan needs a person", [&] {
    EXPECT_EQ(place(), "new");
    return plan()["state"] == "needs_person";
  });
  EXPECT_THAT(plan()["reason"].get<std::string>(),
              HasSubstr("shared_data = true in [rollouts.catalog.fallback]"));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(place(), "new") << "never behind anybody's back";
  until("a line in the log", [&] { return log().find("plan_needs_person") != std::string::npos; });
  const test::Seen ready = test::get(port_, "/health/ready");
  EXPECT_EQ(ready.status, 200u) << "requests go where they went";
  EXPECT_THAT(ready.body, HasSubstr("the plan of catalog needs a person"));
  EXPECT_THAT(test::get(port_, "/_banyan/api/status").body,
              HasSubstr("the plan of catalog needs a person"));
  ASSERT_EQ(
      post("/_banyan/api/rollouts/catalog/back", R"({"who":"ann","why":"we copy it"})").status,
      200u);
  EXPECT_EQ(place(), "legacy");
}

// One committed row is what several processes go by: they have it all at once or not at all.
TEST_F(APromotion, TakesEffectOnAllLoopsAndOnEveryProcessByOneRow) {
  proxy_.reset();
  write(file(), shop_configuration(legacy_.port(), new_.port(), "[rollouts.orders]\n"));
  ProxyOptions options;
  options.config_file = file();
  options.log_file = (folder_.path() / "log.json").string();
  options.loops = 4;
  std::vector<std::unique_ptr<Proxy>> proxies;
  for (int i = 0; i < 3; ++i) {
    auto made = Proxy::make(options);
    ASSERT_TRUE(made.has_value()) << made.error();
    proxies.push_back(std::move(*made));
    proxies.back()->start();
  }
  port_ = proxies[0]->listening().front().port;
  const std::vector<std::uint16_t> others{proxies[1]->listening().front().port,
                                          proxies[2]->listening().front().port};
  ASSERT_EQ(shift("100"), 200u);
  // Each request comes by a connection of its own, so that every loop is asked.
  for (int i = 0; i < 40; ++i) ASSERT_EQ(read("user" + std::to_string(i)).body, "new");
  for (const std::uint16_t other : others) {
    until("the other processes have read the row",
          [&] { return test::get(other, "/albums/1").body == "new"; });
    for (int i = 0; i < 40; ++i) ASSERT_EQ(test::get(other, "/albums/1").body, "new");
  }

  // One that cannot read it serves on, and is not ready.
  std::filesystem::rename(folder_.path() / "control.db", folder_.path() / "elsewhere.db");
  const auto all_say = [&](unsigned status) {
    return std::ranges::all_of(proxies, [&](const std::unique_ptr<Proxy>& each) {
      return test::get(each->listening().front().port, "/health/ready").status == status;
    });
  };
  until("none is ready", [&] { return all_say(503); });
  for (const std::uint16_t other : others) EXPECT_EQ(test::get(other, "/albums/1").body, "new");
  std::filesystem::rename(folder_.path() / "elsewhere.db", folder_.path() / "control.db");
  until("all are ready again", [&] { return all_say(200); });
}

}  // namespace
}  // namespace banyan::serving

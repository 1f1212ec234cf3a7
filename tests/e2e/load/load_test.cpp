// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "banyan/test/temporary_folder.hpp"
#include "support/becomes_true.hpp"
#include "support/child_process.hpp"
#include "support/raw_sqlite.hpp"

/// `recordshop-load` against real shops, whole and split, killed and tampered with.
namespace banyan::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;

json check_of(const json& report, const std::string& claim) {
  for (const json& each : report.at("checks")) {
    if (each.at("claim").get<std::string>().starts_with(claim)) return each;
  }
  return {{"holds", nullptr}};
}

class RecordshopLoad : public testing::Test {
 protected:
  RecordshopLoad() {
    const Ran filled = run_program(
        {BANYAN_BIN "/recordshop-data", "generate", "--tracks", "60", "--database", database()});
    EXPECT_EQ(filled.exit_code, 0) << filled.output;
  }

  std::string database() const { return folder_.path() / "shop.db"; }

  ChildProcess start_shop() {
    const auto ready = folder_.path() / "ready";
    std::filesystem::remove(ready);
    ChildProcess shop({BANYAN_BIN "/recordshop", "--port", std::to_string(port_), "--database",
                       database(), "--ready-file", ready.string()},
                      folder_.path() / "shop.log");
    EXPECT_NE(await_file(ready, shop), "");
    return shop;
  }

  std::vector<std::string> load_words(const std::vector<std::string>& more) const {
    std::vector<std::string> words{BANYAN_BIN "/recordshop-load",
                                   "--url",
                                   "http://127.0.0.1:" + std::to_string(port_),
                                   "--think",
                                   "5",
                                   "--customers",
                                   "10",
                                   "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  ChildProcess start_load(const std::vector<std::string>& more) {
    return {load_words(more), folder_.path() / "report"};
  }

  json report() const {
    std::ifstream stream(folder_.path() / "report");
    std::string last;
    for (std::string line; std::getline(stream, line);) last = line;
    return json::parse(last, nullptr, false);
  }

  /// Orders of people: the generated ones are there before.
  long orders() {
    return std::stol(RawSqlite(database()).run("SELECT count(*) FROM orders")) - orders_before_;
  }
  void count_orders() { orders_before_ += orders(); }
  long with_a_chosen_method() {
    return std::stol(RawSqlite(database())
                         .run("SELECT count(*) FROM orders WHERE payment_method IN ('card', "
                              "'invoice')"));
  }

  TemporaryFolder folder_;
  unsigned short port_ = free_port();
  long orders_before_ = 0;
};

TEST_F(RecordshopLoad, FindsAllWellWithAShopThatKeepsItsPromises) {
  ChildProcess shop = start_shop();
  count_orders();
  const long chosen_before = with_a_chosen_method();
  ChildProcess load = start_load({"--rate", "30", "--for", "1.5"});
  const auto code = load.wait(120s);
  const json said = report();
  EXPECT_EQ(code, 0) << said;
  EXPECT_TRUE(said.at("holds"));
  EXPECT_EQ(said.at("sessions"), 45);
  EXPECT_GT(said.at("kinds").at("order").at("requests"), 0);
  EXPECT_EQ(said.at("all").at("failures"), 0);
  EXPECT_EQ(with_a_chosen_method() - chosen_before, orders()) << "everybody says how they pay";
  EXPECT_EQ(shop.stop(), 0);
}

TEST_F(RecordshopLoad, HoldsTheShopToItsPromisesThroughKills) {
  std::optional<ChildProcess> shop = start_shop();
  count_orders();
  ChildProcess load = start_load({"--rate", "30", "--for", "3"});
  for (const long wanted : {2, 6}) {
    ASSERT_TRUE(becomes_true([&] { return orders() >= wanted; }));
    shop->kill();
    shop.emplace(start_shop());
  }
  const auto code = load.wait(120s);
  const json said = report();
  EXPECT_EQ(code, 0) << said;
  EXPECT_TRUE(said.at("holds"));
  EXPECT_GT(said.at("all").at("repetitions"), 0);
  EXPECT_FALSE(said.at("all").at("troubles").empty()) << "it says why: " << said;
}

TEST_F(RecordshopLoad, SeesARowThatSomebodyChanged) {
  ChildProcess shop = start_shop();
  count_orders();
  ChildProcess load = start_load({"--rate", "30", "--for", "2"});
  ASSERT_TRUE(becomes_true([&] { return orders() >= 3; }));
  RawSqlite tampering(database());
  tampering.run(
      "UPDATE stock SET on_hand = on_hand + 1 WHERE track_id = (SELECT min(track_id) FROM stock)");
  tampering.run(
      "UPDATE order_lines SET quantity = quantity + 1 WHERE rowid = (SELECT max(rowid) FROM "
      "order_lines)");
  EXPECT_EQ(load.wait(120s), 1);
  const json said = report();
  EXPECT_FALSE(said.at("holds"));
  EXPECT_EQ(check_of(said, "deliveries less what was sold").at("holds"), false) << said;
  EXPECT_EQ(check_of(said, "every acknowledged order is there").at("holds"), false) << said;
  EXPECT_EQ(check_of(said, "an order costs what its lines cost").at("holds"), false) << said;
  EXPECT_EQ(check_of(said, "stock is never oversold").at("holds"), true) << said;
}

TEST_F(RecordshopLoad, TellsAShopThatIsAwayFromOneThatBreaksAPromise) {
  const Ran nobody = run_program(load_words({"--patience", "1"}));
  EXPECT_EQ(nobody.exit_code, 69) << nobody.output;
  EXPECT_THAT(nobody.output, HasSubstr("recordshop-load: GET /orders?limit=200: no answer: "));
  const Ran wrong = run_program({BANYAN_BIN "/recordshop-load", "--url", "https://shop"});
  EXPECT_EQ(wrong.exit_code, 64);
  EXPECT_THAT(wrong.output, HasSubstr("expected http://HOST:PORT"));
}

TEST_F(RecordshopLoad, DrivesTheShopThatBanyanUpKeepsRunning) {
  const std::string file = DEPLOYMENTS "/split.toml";
  const std::vector<std::string> variables{"env",
                                           "SHOP_BIN=" BANYAN_BIN,
                                           "SHOP_VAR=" + folder_.path().string(),
                                           "SHOP_PORT=" + std::to_string(port_),
                                           "WAREHOUSE_PORT=" + std::to_string(free_port()),
                                           "INSIDE_PORT=" + std::to_string(free_port())};
  const auto banyan = [&](const std::vector<std::string>& words) {
    std::vector<std::string> all = variables;
    all.emplace_back(BANYAN_BIN "/banyan");
    all.insert(all.end(), words.begin(), words.end());
    return all;
  };
  const auto program = [&](const std::string& name) {
    const json status =
        json::parse(run_program(banyan({"ps", file, "--json"})).output, nullptr, false);
    if (status.is_object() && status.contains("programs")) {
      for (const json& each : status["programs"]) {
        if (each.at("name") == name) return each;
      }
    }
    return json{{"state", "unknown"}};
  };
  ChildProcess up(banyan({"up", file}), folder_.path() / "up");
  ASSERT_TRUE(becomes_true([&] { return program("shop").at("state") == "ready"; }))
      << run_program({"cat", folder_.path() / "up"}).output;
  count_orders();
  ChildProcess load = start_load({"--rate", "30", "--for", "3"});
  ASSERT_TRUE(becomes_true([&] { return orders() >= 3; }));
  ::kill(program("warehouse").at("pid").get<pid_t>(), SIGKILL);
  const auto code = load.wait(120s);
  EXPECT_EQ(code, 0) << report();
  EXPECT_EQ(program("warehouse").at("restarts"), 1);
  EXPECT_EQ(run_program(banyan({"down", file})).exit_code, 0);
  EXPECT_EQ(up.wait(60s), 0);
}

TEST(Deployments, OfTheShopAreRight) {
  for (const char* file : {DEPLOYMENTS "/monolith.toml", DEPLOYMENTS "/split.toml",
                           DEPLOYMENTS "/with_parties.toml"}) {
    const Ran ran =
        run_program({"env", "SHOP_BIN=" BANYAN_BIN, BANYAN_BIN "/banyan", "up", "--check", file});
    EXPECT_EQ(ran.exit_code, 0) << ran.output;
  }
}

}  // namespace
}  // namespace banyan::test

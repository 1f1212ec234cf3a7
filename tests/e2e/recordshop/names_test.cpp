// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <stop_token>
#include <thread>

#include "banyan/http/client.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "support/becomes_true.hpp"
#include "support/child_process.hpp"

namespace banyan::test {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using testing::HasSubstr;

/// Somebody who asks a process.
class Asker {
 public:
  explicit Asker(std::uint16_t port) : client_({"127.0.0.1", port}) {}

  std::optional<json> send(const std::string& method, const std::string& target,
                           const json& body = nullptr, const std::string& key = {}) {
    http::Request request;
    request.head.method = method;
    request.head.target = target;
    if (!body.is_null()) {
      request.head.fields.add("Content-Type", "application/json");
      request.body = body.dump();
    }
    if (!key.empty()) request.head.fields.add("Idempotency-Key", key);
    auto answer = client_.exchange(request, system_clock().steady() + std::chrono::seconds(10));
    if (!answer || answer->head.status >= 300) return std::nullopt;
    return json::parse(answer->body, nullptr, false);
  }
  json get(const std::string& target) {
    auto answer = send("GET", target);
    if (!answer) throw std::runtime_error("no answer to GET " + target);
    return *std::move(answer);
  }
  std::vector<json> all(const std::string& path, const std::string& member) {
    std::vector<json> rows;
    std::string cursor;
    do {
      const json page = get(path + "?limit=100" + (cursor.empty() ? "" : "&cursor=" + cursor));
      for (const json& row : page.at(member)) rows.push_back(row);
      cursor = page.value("next_cursor", "");
    } while (!cursor.empty());
    return rows;
  }
  json model() {
    const json document = get("/_banyan/api/read-models");
    for (const json& each : document.at("models")) {
      if (each.at("module") == "orders") return each.at("model");
    }
    throw std::runtime_error("orders has no read model");
  }

 private:
  http::Client client_;
};

struct NamesOfShop : testing::Test {
  TemporaryFolder folder;
  std::uint16_t port = free_port();
  std::string url = "http://127.0.0.1:" + std::to_string(port);
  std::string database = (folder.path() / "shop.db").string();
  std::vector<ChildProcess> process;  // the one that runs

  void fill(const std::string& tracks) {
    const Ran filled = run_program(
        {BANYAN_BIN "/recordshop-data", "generate", "--tracks", tracks, "--database", database});
    ASSERT_EQ(filled.exit_code, 0) << filled.output;
  }
  void open() {
    const auto ready = folder.path() / "ready";
    std::filesystem::remove(ready);
    process.clear();
    process.emplace_back(
        std::vector<std::string>{BANYAN_BIN "/recordshop", "--port", std::to_string(port),
                                 "--database", database, "--ready-file", ready.string()},
        folder.path() / "log");
    ASSERT_FALSE(await_file(ready, process.front()).empty());
  }
  /// Everything that has been changed has come.
  void await_complete(Asker& asker) {
    const std::string now = to_string(system_clock().now());
    ASSERT_TRUE(becomes_true([&] {
      const json page = asker.get("/orders?limit=1");
      return page.value("names_complete_until", "") >= now;
    }));
  }
  std::string log() const {
    std::ifstream in(folder.path() / "log");
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
};

/// By id, what orders shows, of orders of all customers.
std::map<std::string, json> shown(Asker& asker) {
  std::map<std::string, json> names;
  for (const json& order : asker.all("/orders", "orders")) {
    const json& known = order.at("names");
    names[known.at("customer").at("id")] = known.at("customer");
    for (const json& track : known.at("tracks")) names[track.at("id")] = track;
  }
  return names;
}

void expect_what_owners_say(Asker& asker, const std::map<std::string, json>& names) {
  for (const auto& [id, known] : names) {
    const bool track = id.starts_with("trk_");
    const json owner = asker.get((track ? "/tracks/" : "/customers/") + id);
    EXPECT_EQ(known.at("state"), "known") << known;
    EXPECT_EQ(known.at("name"), owner.at(track ? "title" : "name"));
  }
}

TEST_F(NamesOfShop, AreRebuiltByOneCommand) {
  fill("50");
  open();
  Asker asker(port);
  ASSERT_TRUE(becomes_true([&] { return !asker.model().at("rebuilding").get<bool>(); }));
  const Ran ran = run_program({BANYAN_BIN "/banyan", "events", "rebuild", "orders", "--url", url,
                               "--who", "ada@desk", "--why", "to see whether it works"});
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("orders answers from names that were read anew"));
  EXPECT_EQ(asker.model().at("asked").at("who"), "ada@desk");
  await_complete(asker);
  expect_what_owners_say(asker, shown(asker));
  ASSERT_TRUE(becomes_true([&] { return log().find("read_model_rebuilt") != std::string::npos; }));
  EXPECT_THAT(log(), HasSubstr("read_model_rebuild_asked"));
  EXPECT_THAT(log(), testing::Not(HasSubstr("read_model_waits"))) << "its owners are here";
  EXPECT_THAT(log(), HasSubstr("to see whether it works"));

  const Ran as_json = run_program({BANYAN_BIN "/banyan", "events", "rebuild", "orders", "--url",
                                   url, "--why", "again", "--json"});
  EXPECT_EQ(as_json.exit_code, 0) << as_json.output;
  EXPECT_GT(json::parse(as_json.output).at("model").at("rows").get<int>(), 50);

  const Ran none = run_program(
      {BANYAN_BIN "/banyan", "events", "rebuild", "payments", "--url", url, "--why", "a mistake"});
  EXPECT_EQ(none.exit_code, 1) << none.output;
  EXPECT_THAT(none.output, HasSubstr("keeps no copy of what others own"));
}

TEST_F(NamesOfShop, AreRightHoweverOftenARebuildIsKilled) {
  fill("3000");
  open();
  std::set<std::string> customers;
  std::set<std::string> tracks;
  {
    Asker asker(port);
    ASSERT_TRUE(becomes_true([&] { return !asker.model().at("rebuilding").get<bool>(); }));
    for (const auto& [id, name] : shown(asker)) {
      (id.starts_with("trk_") ? tracks : customers).insert(id);
    }
  }
  ASSERT_GT(customers.size(), 1U);
  ASSERT_GT(tracks.size(), 5U);
  {
    std::atomic<int> changes = 0;
    const auto keep_changing = [&](const std::stop_token& stop, const std::set<std::string>& ids,
                                   const std::string& path, const std::string& field) {
      std::optional<Asker> asker(port);
      for (int round = 0; !stop.stop_requested(); ++round) {
        for (const std::string& id : ids) {
          if (stop.stop_requested()) return;
          const std::string name = field + " " + std::to_string(round);
          if (asker->send("PUT", path + id + "/" + field, {{field, name}})) {
            ++changes;
          } else {
            asker.emplace(port);  // the shop is being restarted
            std::this_thread::sleep_for(milliseconds(5));
          }
        }
      }
    };
    std::jthread renaming([&](const std::stop_token& stop) {
      keep_changing(stop, customers, "/customers/", "name");
    });
    std::jthread retitling(
        [&](const std::stop_token& stop) { keep_changing(stop, tracks, "/tracks/", "title"); });
    int killed = 0;
    for (int attempt = 0; killed < 3 && attempt < 30; ++attempt) {
      Asker asker(port);
      const int enough = changes + 5;
      ASSERT_TRUE(becomes_true([&] { return changes >= enough; }));
      ASSERT_TRUE(asker.send("POST", "/_banyan/api/read-models/orders/rebuild",
                             {{"who", "a test"}, {"why", "to be killed"}}));
      json model;
      ASSERT_TRUE(becomes_true([&] {
        model = asker.model();
        return model.at("rows").get<int>() > 0 || !model.at("rebuilding").get<bool>();
      }));
      if (!model.at("rebuilding").get<bool>()) continue;  // too late
      process.front().kill();
      open();
      Asker again(port);
      const json after = again.model();
      EXPECT_EQ(after.at("rebuilt"), model.at("rebuilt"));
      killed += after.at("rebuilding").get<bool>() ? 1 : 0;
      ASSERT_TRUE(becomes_true([&] { return !again.model().at("rebuilding").get<bool>(); }));
    }
    EXPECT_EQ(killed, 3) << "a rebuild was over before it could be killed";
  }
  Asker asker(port);
  await_complete(asker);
  const auto names = shown(asker);
  EXPECT_GE(names.size(), tracks.size() + customers.size());
  expect_what_owners_say(asker, names);
  EXPECT_EQ(process.front().stop(), 0);
}

// Customers has a process and a database of its own: its events are pushed, and so is how far it
// is.
TEST_F(NamesOfShop, ComeFromAnotherProcess) {
  fill("50");
  const std::uint16_t customers_port = free_port();
  const auto start = [&](const std::string& name, std::vector<std::string> words) {
    const auto ready = folder.path() / (name + ".ready");
    words.insert(words.begin(), BANYAN_BIN "/recordshop");
    words.insert(words.end(), {"--internal", "--ready-file", ready.string()});
    process.emplace_back(words, folder.path() / (name + ".log"));
    ASSERT_FALSE(await_file(ready, process.back()).empty());
  };
  start("customers", {"serve", "--modules", "customers", "--port", std::to_string(customers_port),
                      "--database", (folder.path() / "customers.db").string(), "--at",
                      "orders=127.0.0.1:" + std::to_string(port)});
  start("rest", {"serve", "--modules", "catalog,warehouse,payments,shipping,orders", "--port",
                 std::to_string(port), "--database", database, "--at",
                 "customers=127.0.0.1:" + std::to_string(customers_port)});
  Asker customers(customers_port);
  Asker orders(port);
  const json address = {{"recipient", "Grace"},
                        {"street", "Ring 2"},
                        {"postal_code", "10115"},
                        {"city", "Berlin"},
                        {"country", "DE"}};
  const auto grace = customers.send(
      "POST", "/customers",
      {{"name", "Grace"}, {"email", "grace@example.org"}, {"address", address}}, "grace");
  ASSERT_TRUE(grace);
  const std::string id = grace->at("id");
  const std::string track = orders.get("/tracks?limit=1").at("tracks").at(0).at("id");
  const auto order =
      orders.send("POST", "/orders",
                  {{"customer", id}, {"lines", json::array({{{"track", track}, {"quantity", 1}}})}},
                  "an-order");
  ASSERT_TRUE(order);
  const std::string path = "/orders/" + order->at("id").get<std::string>();
  const auto is_called = [&](const std::string& name) {
    return becomes_true(
        [&] { return orders.get(path).at("names").at("customer").at("name") == name; });
  };
  EXPECT_TRUE(is_called("Grace"));
  ASSERT_TRUE(customers.send("PUT", "/customers/" + id + "/name", {{"name", "Grace Hopper"}}));
  EXPECT_TRUE(is_called("Grace Hopper"));

  // Its owner is away, and the answer is there, and says how old it is.
  process.front().kill();
  const json answer = orders.get(path);
  EXPECT_EQ(answer.at("names").at("customer").at("name"), "Grace Hopper");
  EXPECT_TRUE(answer.contains("names_complete_until"));
}

}  // namespace
}  // namespace banyan::test

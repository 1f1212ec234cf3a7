// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stop_token>
#include <thread>

#include "banyan/http/client.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/random.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "support/child_process.hpp"

namespace banyan::test {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using Lines = std::map<std::string, std::int64_t>;  // track -> copies

constexpr int kClients = 3;
constexpr int kKills = 5;

/// The shop as its customers see it; nothing when it gives no answer, or none that is final.
class Customer {
 public:
  explicit Customer(std::uint16_t port) : client_({"127.0.0.1", port}) {}

  std::optional<http::Response> send(http::Request request) {
    auto answer = client_.exchange(request, system_clock().steady() + std::chrono::seconds(5));
    if (!answer || answer->head.status >= 500 || answer->head.status == 429) return std::nullopt;
    return std::move(*answer);
  }

  /// Opens this client's account, with an address, or finds it open.
  std::optional<http::Response> account(const std::string& name) {
    http::Request request;
    request.head.method = "POST";
    request.head.target = "/customers";
    request.head.fields.add("Content-Type", "application/json");
    request.head.fields.add("Idempotency-Key", "account-" + name);
    request.body = json{
        {"name", name},
        {"email", name + "@example.org"},
        {"address",
         {{"recipient", name},
          {"street", "Ring 1"},
          {"postal_code", "10115"},
          {"city", "Berlin"},
          {"country",
           "DE"}}}}.dump();
    auto answer = send(std::move(request));
    if (answer && answer->head.status < 300) id_ = json::parse(answer->body).at("id");
    return answer;
  }
  bool has_account() const { return !id_.empty(); }

  std::optional<http::Response> order(const std::string& key, const Lines& lines) {
    json body = {{"customer", id_}, {"lines", json::array()}};
    for (const auto& [track, quantity] : lines) {
      body["lines"].push_back({{"track", track}, {"quantity", quantity}});
    }
    http::Request request;
    request.head.method = "POST";
    request.head.target = "/orders";
    request.head.fields.add("Content-Type", "application/json");
    request.head.fields.add("Idempotency-Key", key);
    request.body = body.dump();
    return send(std::move(request));
  }

  json get(const std::string& target) {
    http::Request request;
    request.head.method = "GET";
    request.head.target = target;
    const auto answer = send(std::move(request));
    if (!answer) throw std::runtime_error("no answer to GET " + target);
    return json::parse(answer->body);
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

 private:
  http::Client client_;
  std::string id_;
};

/// What customers were told.
struct Promises {
  std::mutex mutex;
  std::map<std::string, Lines> orders;  ///< by the order's id
  std::size_t acknowledgements = 0;
  std::vector<std::string> surprises;
  std::atomic<std::size_t> count = 0;

  void note(const http::Response& answer, const Lines& lines) {
    const json document = json::parse(answer.body);
    const std::lock_guard lock(mutex);
    if (answer.head.status >= 200 && answer.head.status <= 202) {
      orders.emplace(document.at("id"), lines);
      ++acknowledgements;
      ++count;
    } else if (document.value("rule", "") != "orders.out_of_stock") {
      surprises.push_back(answer.body);
    }
  }
};

/// Orders one thing after the other; what was not answered is asked for again under its key.
void buy(const std::stop_token& stop, std::uint16_t port, int client,
         const std::vector<std::string>& tracks, Promises& promises) {
  Customer customer(port);
  SeededRandom random(static_cast<std::uint64_t>(client) + 1);
  while (!customer.has_account() && !stop.stop_requested()) {
    (void)customer.account("client" + std::to_string(client));
  }
  for (int number = 0; !stop.stop_requested(); ++number) {
    Lines lines;
    for (std::uint64_t i = random.next() % 2; i < 2; ++i) {
      lines[tracks[random.next() % tracks.size()]] =
          static_cast<std::int64_t>(1 + random.next() % 2);
    }
    const std::string key = "kill-" + std::to_string(client) + '-' + std::to_string(number);
    const SteadyTime end = system_clock().steady() + std::chrono::seconds(20);
    auto answer = customer.order(key, lines);
    while (!answer && system_clock().steady() < end) {
      std::this_thread::sleep_for(milliseconds(5));  // the shop is being restarted
      answer = customer.order(key, lines);
    }
    if (answer) {
      promises.note(*answer, lines);
    } else {
      const std::lock_guard lock(promises.mutex);
      promises.surprises.push_back(key + " was never answered");
    }
  }
}

struct KilledShop : testing::Test {
  TemporaryFolder folder;
  std::uint16_t port = free_port();
  std::string database = (folder.path() / "shop.db").string();
  std::vector<ChildProcess> process;  // the one that runs

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

  std::map<std::string, std::int64_t> on_hand() {
    std::map<std::string, std::int64_t> shelves;
    for (const json& stock : Customer(port).all("/stock", "stock")) {
      shelves[stock.at("track")] = stock.at("on_hand");
    }
    return shelves;
  }

  /// All orders by their ids, once nothing is left to do for any.
  std::map<std::string, json> finished_orders() {
    Customer customer(port);
    std::map<std::string, json> orders;
    const SteadyTime end = system_clock().steady() + std::chrono::seconds(20);
    for (bool under_way = true; under_way && system_clock().steady() < end;) {
      orders.clear();
      under_way = false;
      for (const json& order : customer.all("/orders", "orders")) {
        under_way = under_way || order.at("fulfilment") != "done";
        orders.emplace(order.at("id"), order);
      }
    }
    return orders;
  }
};

TEST_F(KilledShop, KeepsEveryPromiseHoweverOftenItIsKilled) {
  const Ran filled = run_program(
      {BANYAN_BIN "/recordshop-data", "generate", "--tracks", "30", "--database", database});
  ASSERT_EQ(filled.exit_code, 0) << filled.output;
  open();
  const auto before = on_hand();
  const auto orders_before = finished_orders();
  std::vector<std::string> tracks;
  for (const auto& [track, count] : before) tracks.push_back(track);

  Promises promises;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < kClients; ++i) {
      clients.emplace_back(
          [&, i](const std::stop_token& stop) { buy(stop, port, i, tracks, promises); });
    }
    SeededRandom random(4711);
    for (int kill = 0; kill < kKills; ++kill) {
      const std::size_t enough = promises.count + 3 + random.next() % 10;
      const SteadyTime end = system_clock().steady() + std::chrono::seconds(20);
      while (promises.count < enough && system_clock().steady() < end) {
        std::this_thread::sleep_for(milliseconds(1));
      }
      ASSERT_GE(promises.count, enough) << "the shop takes no orders any more";
      std::this_thread::sleep_for(std::chrono::microseconds(random.next() % 20'000));
      process.front().kill();
      open();
    }
  }
  EXPECT_TRUE(promises.surprises.empty()) << promises.surprises.front();
  EXPECT_EQ(promises.orders.size(), promises.acknowledgements) << "an id was given out twice";

  const auto orders = finished_orders();
  Lines sold;
  for (const auto& [id, order] : orders) {
    EXPECT_EQ(order.at("fulfilment"), "done") << order;
    if (orders_before.contains(id) || order.at("state") == "cancelled") continue;
    const std::string state = order.at("state");
    EXPECT_TRUE(state == "paid" || state == "shipped" || state == "delivered") << order;
    const auto promised = promises.orders.find(id);
    ASSERT_NE(promised, promises.orders.end()) << "nobody was told of " << order;
    for (const auto& [track, quantity] : promised->second) sold[track] += quantity;
  }
  for (const auto& [id, lines] : promises.orders) EXPECT_TRUE(orders.contains(id)) << id;
  for (const json& stock : Customer(port).all("/stock", "stock")) {
    const std::string track = stock.at("track");
    EXPECT_EQ(stock.at("on_hand"), before.at(track) - sold[track]) << track;
    EXPECT_EQ(stock.at("reserved"), 0) << track;
    EXPECT_GE(stock.at("available").get<std::int64_t>(), 0) << track;
  }
  EXPECT_EQ(process.front().stop(), 0);
}

}  // namespace
}  // namespace banyan::test

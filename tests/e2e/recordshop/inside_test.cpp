// SPDX-License-Identifier: Apache-2.0
// A module has left, and asks the shop for those at home, where only processes of the shop come.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "banyan/http/client.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "support/becomes_true.hpp"
#include "support/child_process.hpp"

namespace banyan::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr std::string_view kAda = "cus_00000000000070008000000000000001";

class TheShopsInside : public testing::Test {
 protected:
  TheShopsInside() {
    const Ran filled = run_program(
        {BANYAN_BIN "/recordshop-data", "generate", "--tracks", "20", "--database", database()});
    if (filled.exit_code != 0) throw std::runtime_error(filled.output);
  }

  std::string database() const { return (folder_.path() / "shop.db").string(); }
  http::Endpoint inside() const { return {"unix:" + (folder_.path() / "inside.sock").string(), 0}; }

  /// Waits until it takes requests.
  std::unique_ptr<ChildProcess> started(const std::string& name, std::vector<std::string> words) {
    const auto ready = folder_.path() / (name + ".ready");
    words.insert(words.begin(), BANYAN_BIN "/recordshop");
    words.insert(words.end(),
                 {"--database", database(), "--loops", "1", "--control",
                  (folder_.path() / "control.db").string(), "--ready-file", ready.string()});
    auto process = std::make_unique<ChildProcess>(words, folder_.path() / (name + ".log"));
    if (await_file(ready, *process).empty()) throw std::runtime_error(name + " did not start");
    return process;
  }
  std::unique_ptr<ChildProcess> whole_shop() {
    return started(
        "shop", {"--port", std::to_string(front_.port), "--internal-address", to_string(inside())});
  }

  http::Response ask(const http::Endpoint& at, const std::string& method, const std::string& target,
                     const json& body = {}) {
    http::Request request;
    request.head.method = method;
    request.head.target = target;
    request.head.fields.add("Idempotency-Key", "key-" + std::to_string(++keys_));
    if (!body.is_null()) {
      request.head.fields.add("Content-Type", "application/json");
      request.body = body.dump();
    }
    http::Client client(at);
    auto answer = client.exchange(request, system_clock().steady() + std::chrono::seconds(20));
    if (!answer) throw std::runtime_error(answer.error().message);
    return std::move(*answer);
  }
  json get(const std::string& target) { return json::parse(ask(front_, "GET", target).body); }
  std::string a_track_in_stock() {
    const json all = get("/stock");
    for (const json& stock : all.at("stock")) {
      if (stock.at("available") >= 5) return stock.at("track");
    }
    throw std::runtime_error("no track has five copies");
  }
  /// Of a path template, with ids that are well formed and known to nobody.
  static std::string filled(std::string path) {
    while (path.find('{') != std::string::npos) {
      const std::size_t begin = path.find('{');
      const bool of_order = path.find("order") < begin || path.starts_with("/reservations") ||
                            path.starts_with("/payments") || path.starts_with("/consignments");
      path.replace(begin, path.find('}') - begin + 1,
                   of_order ? "ord_00000000000070008000000000000001" : std::string(kAda));
    }
    return path;
  }

  const TemporaryFolder folder_;
  const http::Endpoint front_{"127.0.0.1", free_port()};
  int keys_ = 0;
};

TEST_F(TheShopsInside, IsEnoughForAServiceThatNeedsAllTheOthers) {
  const http::Endpoint service{"127.0.0.1", free_port()};
  const auto shop =
      started("shop", {"serve", "--modules", "catalog,customers,warehouse,payments,shipping",
                       "--port", std::to_string(front_.port), "--internal-address",
                       to_string(inside()), "--at", "orders=" + to_string(service)});
  std::vector<std::string> words = {"serve",      "--modules", "orders",
                                    "--internal", "--listen",  to_string(service)};
  for (const char* module : {"catalog", "customers", "warehouse", "payments", "shipping"}) {
    words.insert(words.end(), {"--at", std::string(module) + '=' + to_string(inside())});
  }
  const auto orders = started("orders", words);

  const std::string track = a_track_in_stock();
  const auto before = get("/stock/" + track).at("available").get<int>();
  const http::Response placed = ask(front_, "POST", "/orders",
                                    {{"customer", kAda},
                                     {"lines", {{{"track", track}, {"quantity", 2}}}},
                                     {"payment_method", "card"}});
  ASSERT_EQ(placed.head.status, 201U) << placed.body;
  const json order = json::parse(placed.body);
  EXPECT_EQ(order.at("state"), "paid") << "reserved, authorised, sold and captured over the inside";
  EXPECT_EQ(get("/stock/" + track).at("available"), before - 2);
  EXPECT_EQ(get("/payments/" + order.at("id").get<std::string>()).at("method"), "card");
  EXPECT_EQ(orders->stop(), 0);
  EXPECT_EQ(shop->stop(), 0);
}

TEST_F(TheShopsInside, HasEveryInternalOperationAndTheFrontHasNone) {
  const auto shop = whole_shop();
  const Ran described = run_program({BANYAN_BIN "/recordshop", "--describe"});
  int internal = 0;
  const json description = json::parse(described.output);
  for (const json& module : description.at("modules")) {
    for (const json& operation : module.at("operations")) {
      if (!operation.at("internal").get<bool>()) continue;
      ++internal;
      const std::string method = operation.at("method");
      const std::string path = operation.at("path");
      // Without a body that means anything: whoever finds it is told what is wrong with that.
      const json body = method == "GET" ? json() : json::object();
      const auto refused = json::parse(ask(front_, method, filled(path), body).body);
      EXPECT_THAT(refused.value("rule", ""),
                  testing::AnyOf("banyan.no_such_resource", "banyan.method_not_allowed"))
          << method << ' ' << path << ' ' << refused;
      const http::Response found = ask(inside(), method, filled(path), body);
      EXPECT_THAT(found.body, testing::AllOf(testing::Not(HasSubstr("banyan.no_such_resource")),
                                             testing::Not(HasSubstr("banyan.method_not_allowed"))))
          << method << ' ' << path;
    }
  }
  EXPECT_GT(internal, 10) << "they were looked for in the right place";
  EXPECT_EQ(shop->stop(), 0);
}

TEST_F(TheShopsInside, TakesEventsAndTheFrontDoesNot) {
  const auto shop = whole_shop();
  EXPECT_EQ(ask(front_, "POST", "/_events/shipping", json::object()).head.status, 404U);
  EXPECT_EQ(ask(front_, "GET", "/_events/customers/lanes/orders").head.status, 404U);
  EXPECT_EQ(ask(inside(), "POST", "/_events/shipping", json::object()).head.status, 400U)
      << "it is taken for an event, and is none";
  EXPECT_THAT(ask(inside(), "GET", "/_events/customers/lanes/orders").head.status,
              testing::AnyOf(200U, 204U));
  EXPECT_EQ(shop->stop(), 0);
}

TEST_F(TheShopsInside, IsAskedWhatAModuleDoesByItselfAndTheFrontIsNot) {
  const http::Endpoint service{"127.0.0.1", free_port()};
  const auto shop =
      started("shop", {"serve", "--modules", "catalog,customers,warehouse,payments,orders",
                       "--port", std::to_string(front_.port), "--internal-address",
                       to_string(inside()), "--at", "shipping=" + to_string(service)});
  const auto shipping =
      started("shipping", {"serve", "--modules", "shipping", "--internal", "--listen",
                           to_string(service), "--at", "customers=" + to_string(inside())});
  EXPECT_EQ(ask(front_, "GET", "/_work/shipping").head.status, 404U);
  EXPECT_EQ(ask(front_, "GET", "/_work/orders").head.status, 404U);
  EXPECT_EQ(ask(inside(), "GET", "/_work/orders").head.status, 200U);

  const std::string track = a_track_in_stock();
  const auto place_order = [&] {
    const http::Response placed = ask(front_, "POST", "/orders",
                                      {{"customer", kAda},
                                       {"lines", {{{"track", track}, {"quantity", 1}}}},
                                       {"payment_method", "card"}});
    ASSERT_EQ(placed.head.status, 201U) << placed.body;
  };
  /// What the workers of shipping have done, in a document of either kind.
  const auto units_in = [](const json& workers, const char* side) {
    std::int64_t units = 0;
    for (const json& each : workers) {
      units += (side == nullptr ? each : each.at(side)).at("units").get<std::int64_t>();
    }
    return units;
  };
  place_order();
  EXPECT_TRUE(becomes_true([&] {
    const json said = json::parse(ask(service, "GET", "/_work/shipping").body);
    return units_in(said.at("workers"), nullptr) > 0;
  })) << "the carrier is asked to book it";

  // What was done before the shop had asked for the first time, it has not seen.
  int looks = 0;
  EXPECT_TRUE(becomes_true(
      [&] {
        if (looks++ % 30 == 0 && looks < 100) place_order();
        const json document = get("/_banyan/api/work");
        for (const json& module : document.at("modules")) {
          if (module.at("module") != "shipping") continue;
          EXPECT_EQ(units_in(module.at("workers"), "here"), 0);
          return units_in(module.at("workers"), "elsewhere") > 0;
        }
        return false;
      },
      {.pause = std::chrono::milliseconds(100)}))
      << get("/_banyan/api/work");
  EXPECT_EQ(shipping->stop(), 0);
  EXPECT_EQ(shop->stop(), 0);
}

// The variable as Kubernetes sets it in a pod beside a service that is called recordshop.
TEST_F(TheShopsInside, IsSaidByTheEnvironmentTooAndKubernetesSaysNothingOfPorts) {
  ::setenv("RECORDSHOP_INTERNAL_ADDRESS", to_string(inside()).c_str(), 1);
  ::setenv("RECORDSHOP_PORT", "tcp://10.0.0.1:80", 1);
  const auto shop = started("shop", {"--listen", to_string(front_)});
  ::unsetenv("RECORDSHOP_INTERNAL_ADDRESS");
  ::unsetenv("RECORDSHOP_PORT");
  EXPECT_EQ(ask(inside(), "GET", "/health/live").head.status, 200U);
  EXPECT_EQ(ask(front_, "GET", "/tracks").head.status, 200U);
  EXPECT_EQ(shop->stop(), 0);
}

TEST_F(TheShopsInside, IsHandedOverWithTheFront) {
  auto first = whole_shop();
  const auto next = started("next", {"--port", std::to_string(front_.port), "--internal-address",
                                     to_string(inside()), "--take-over"});
  EXPECT_EQ(first->wait(std::chrono::seconds(30)), 0);
  EXPECT_EQ(ask(inside(), "GET", "/health/live").head.status, 200U);
  EXPECT_EQ(ask(front_, "GET", "/health/live").head.status, 200U);
  EXPECT_EQ(next->stop(), 0);
}

}  // namespace
}  // namespace banyan::test

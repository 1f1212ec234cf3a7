// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "banyan/http/client.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "support/child_process.hpp"

namespace banyan::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// A real shop with a few generated records, for all tests of this file.
struct Shop : testing::Test {
  static void SetUpTestSuite() {
    folder = std::make_unique<TemporaryFolder>();
    const std::string database = (folder->path() / "shop.db").string();
    const Ran filled = run_program(
        {BANYAN_BIN "/recordshop-data", "generate", "--tracks", "50", "--database", database});
    ASSERT_EQ(filled.exit_code, 0) << filled.output;
    const auto ready = folder->path() / "ready";
    process = std::make_unique<ChildProcess>(
        std::vector<std::string>{BANYAN_BIN "/recordshop", "--port", "0", "--database", database,
                                 "--log-level", "debug", "--ready-file", ready.string()},
        folder->path() / "log");
    const std::string port = await_file(ready, *process);
    ASSERT_FALSE(port.empty());
    origin = "http://127.0.0.1:" + std::to_string(std::stoi(port));
    client = std::make_unique<http::Client>(
        http::Endpoint{"127.0.0.1", static_cast<std::uint16_t>(std::stoi(port))});
  }
  static void TearDownTestSuite() {
    client.reset();
    if (process) {
      EXPECT_EQ(process->stop(), 0);
    }
    process.reset();
    folder.reset();
  }

  static http::Response send(const std::string& method, const std::string& target,
                             const std::string& body = {}, const http::Fields& fields = {}) {
    http::Request request;
    request.head.method = method;
    request.head.target = target;
    for (const auto& field : fields) request.head.fields.add(field.name, field.value);
    if (!body.empty() && !fields.contains("Content-Type")) {
      request.head.fields.add("Content-Type", "application/json");
    }
    request.body = body;
    auto answer = client->exchange(request, system_clock().steady() + std::chrono::seconds(10));
    if (!answer) throw std::runtime_error(answer.error().message);
    return std::move(*answer);
  }
  static json get(const std::string& target) { return json::parse(send("GET", target).body); }
  static std::string first_track() { return get("/tracks?limit=1").at("tracks").at(0).at("id"); }
  /// Ada, who has an account and an address in every shop that begins with generated data.
  static constexpr std::string_view kAda = "cus_00000000000070008000000000000001";
  static std::string order(std::string_view track, std::string_view quantity = "1") {
    return R"({"customer":")" + std::string(kAda) + R"(","lines":[{"track":")" +
           std::string(track) + R"(","quantity":)" + std::string(quantity) + "}]}";
  }

  static inline std::unique_ptr<TemporaryFolder> folder;
  static inline std::string origin;
  static inline std::unique_ptr<ChildProcess> process;
  static inline std::unique_ptr<http::Client> client;
};

TEST_F(Shop, TakesAnOrderOnceHoweverOftenItIsSent) {
  const std::string body = order(first_track());
  const http::Fields key = {{"Idempotency-Key", "the-same"}};
  const http::Response once = send("POST", "/orders", body, key);
  const http::Response twice = send("POST", "/orders", body, key);
  EXPECT_EQ(once.head.status, 201U) << once.body;
  EXPECT_EQ(json::parse(once.body).at("id"), json::parse(twice.body).at("id"));
  EXPECT_EQ(json::parse(once.body).at("state"), "paid");
  const std::string place = "/orders/" + json::parse(once.body).at("id").get<std::string>();
  EXPECT_EQ(once.head.fields.find("Location"), place);
  EXPECT_EQ(send("GET", place).head.status, 200U);
  EXPECT_FALSE(once.head.fields.contains("Idempotent-Replayed"));
  EXPECT_EQ(twice.head.fields.find("Idempotent-Replayed"), "true");
}

TEST_F(Shop, ServesNobodyFromOutsideWhatItsModulesKeepForEachOther) {
  const std::string id = "ord_00000000000070008000000000000001";
  EXPECT_EQ(send("GET", "/reservations/" + id).head.status, 404U);
  EXPECT_EQ(send("DELETE", "/reservations/" + id).head.status, 404U);
  EXPECT_EQ(send("POST", "/reservations", "{}").head.status, 404U);
  const json paths = get("/openapi.json").at("paths");
  EXPECT_TRUE(paths.contains("/stock/{track}"));
  for (const auto& [path, methods] : paths.items()) {
    EXPECT_FALSE(path.starts_with("/reservations")) << path;
  }
}

TEST_F(Shop, ChangesNothingThatDependsOnAVersion) {
  const std::string track = first_track();
  const std::string before = send("GET", "/tracks/" + track).body;
  const http::Response refused =
      send("PUT", "/tracks/" + track + "/price", R"({"price":{"minor_units":1,"currency":"EUR"}})",
           {{"If-Match", "\"nope\""}});
  EXPECT_EQ(refused.head.status, 400U) << refused.body;
  EXPECT_EQ(json::parse(refused.body).at("rule"), "banyan.no_version");
  EXPECT_EQ(send("GET", "/tracks/" + track).body, before);
}

TEST_F(Shop, ChangesTheVersionOfACustomerThatWasSeenAndNoOther) {
  const std::string place = "/customers/" + std::string(kAda);
  const auto rename = [&](const std::string& name, const std::string& tag) {
    return send("PUT", place + "/name", R"({"name":")" + name + R"("})", {{"If-Match", tag}});
  };
  const std::string seen(send("GET", place).head.fields.find("ETag").value());
  const http::Response first = rename("Ada Berg", seen);
  ASSERT_EQ(first.head.status, 200U) << first.body;

  const http::Response late = rename("Ada Thal", seen);
  EXPECT_EQ(late.head.status, 412U) << late.body;
  EXPECT_EQ(json::parse(late.body).at("rule"), "customers.changed_meanwhile");
  EXPECT_EQ(rename("Ada Thal", "\"nope\"").head.status, 412U);
  EXPECT_EQ(get(place).at("name"), "Ada Berg");

  EXPECT_EQ(rename("Ada Lind", std::string(first.head.fields.find("ETag").value())).head.status,
            200U);
  const json put = get("/openapi.json").at("paths").at("/customers/{id}/name").at("put");
  EXPECT_TRUE(put.at("responses").contains("412"));
}

TEST_F(Shop, TellsWhatCanBeAskedForAndWithinWhichBounds) {
  const http::Response options = send("OPTIONS", "/orders");
  EXPECT_EQ(options.head.status, 204U);
  EXPECT_EQ(options.head.fields.find("Allow"), "GET, HEAD, POST, OPTIONS");
  const json document = get("/openapi.json");
  for (const json& each : document.at("paths").at("/tracks").at("get").at("parameters")) {
    if (each.at("name") != "limit") continue;
    EXPECT_EQ(each.at("schema").at("minimum"), 1);
    EXPECT_EQ(each.at("schema").at("maximum"), 200);
    EXPECT_EQ(each.at("schema").at("default"), 50);
  }
  EXPECT_EQ(json::parse(send("GET", "/tracks?limit=201").body).at("rule"), "catalog.bad_limit");
}

TEST_F(Shop, AnswersReadsWhileOrdersWaitForTheDatabase) {
  const std::string track = first_track();
  const int lock = ::open((folder->path() / "shop.db.lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(lock, LOCK_EX), 0);  // as another process that writes, or moves tables
  std::vector<std::future<unsigned>> orders;
  for (int i = 0; i < 8; ++i) {
    orders.push_back(std::async(std::launch::async, [&, i] {
      const http::Fields key = {{"Idempotency-Key", "waits-" + std::to_string(i)}};
      return send("POST", "/orders", order(track), key).head.status;
    }));
  }
  // As many as there are workers for the writes of orders.
  const auto waiting = [] {
    const std::string metrics = send("GET", "/metrics").body;
    constexpr std::string_view kName = "\nbanyan_sql_units_of_work_queued ";
    return std::stoi(metrics.substr(metrics.find(kName) + kName.size()));
  };
  for (int look = 0; look < 2'000 && waiting() < 4; ++look) {
  }
  ASSERT_GE(waiting(), 4);
  for (const auto& target : {std::string("/orders"), std::string("/tracks"), "/stock/" + track}) {
    EXPECT_EQ(send("GET", target).head.status, 200U) << target;
  }
  ::close(lock);
  // Confirmed, or refused as soon as the stock is gone.
  for (auto& each : orders) EXPECT_LT(each.get(), 500U);
}

TEST_F(Shop, PassesTheCorrelationIdOnIntoEveryLogLineOfTheRequest) {
  const std::string id = "correlation-test-4711";
  const http::Response answer = send("POST", "/orders", order(first_track()),
                                     {{"Idempotency-Key", "correlated"}, {"X-Correlation-Id", id}});
  EXPECT_EQ(answer.head.fields.find("X-Correlation-Id"), id);
  const auto lines_with_id = [&] {
    std::ifstream log(folder->path() / "log");
    std::set<std::string> modules;
    for (std::string line; std::getline(log, line);) {
      if (line.find(id) == std::string::npos) continue;
      modules.insert(json::parse(line).value("module", ""));
    }
    return modules;
  };
  // The edge's own line comes after the answer.
  std::set<std::string> modules = lines_with_id();
  for (int i = 0; i < 500 && !modules.contains("orders"); ++i) {
    send("GET", "/health/live");
    modules = lines_with_id();
  }
  EXPECT_THAT(modules, testing::IsSupersetOf({"orders", "catalog", "warehouse"}));
}

TEST_F(Shop, DescribesItself) {
  EXPECT_EQ(get("/openapi.json").at("openapi"), "3.1.0");
  EXPECT_THAT(send("GET", "/").body, HasSubstr("Records worth keeping."));
  const std::string home = send("GET", "/about").body;
  EXPECT_THAT(home, HasSubstr("/_banyan/"));
  EXPECT_THAT(home, HasSubstr("recordshop 0.1.0: one process with the modules catalog, "));
  EXPECT_THAT(home, HasSubstr("curl -s " + origin + "/orders"));
  EXPECT_THAT(send("GET", "/_banyan/").body, HasSubstr("dashboard.js"));
  EXPECT_THAT(send("GET", "/_banyan/feed.js").body, HasSubstr("/_banyan/api/"));
  EXPECT_EQ(send("GET", "/_banyan").head.status, 308U);
  std::set<std::string> modules;
  const json live = get("/_banyan/api/live");
  for (const json& module : live.at("modules")) modules.insert(module.at("name"));
  EXPECT_THAT(modules, testing::IsSupersetOf({"catalog", "orders", "warehouse"}));
  EXPECT_THAT(send("GET", "/metrics").body, HasSubstr("# TYPE banyan_port_calls_total counter"));
  EXPECT_THAT(send("GET", "/metrics").body,
              HasSubstr("\nbanyan_sqlite_wal_bytes{database=\"shop.db\"} "));
  EXPECT_EQ(get("/health/ready").at("status"), "pass");
}

TEST_F(Shop, IgnoresWhatStrangersSayAboutRoutingAndDeadlines) {
  const http::Response answer = send("GET", "/tracks?limit=1", {},
                                     {{"Banyan-Deadline-Ms", "0"}, {"Banyan-Principal", "admin"}});
  EXPECT_EQ(answer.head.status, 200U) << answer.body;
}

TEST(RelativeDatabase, IsTheSharedOneByWhateverNameItIsGiven) {
  const TemporaryFolder own;
  const auto ready = own.path() / "ready";
  ChildProcess shop(
      {BANYAN_BIN "/recordshop", "--port", "0", "--database",
       std::filesystem::relative(own.path() / "shop.db").string(), "--ready-file", ready.string()},
      own.path() / "log");
  const std::string port = await_file(ready, shop);
  ASSERT_FALSE(port.empty());
  http::Client asking({"127.0.0.1", static_cast<std::uint16_t>(std::stoi(port))});
  http::Request request;
  request.head.method = "GET";
  request.head.target = "/_banyan/api/status";
  const auto answer = asking.exchange(request, system_clock().steady() + std::chrono::seconds(10));
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->body, HasSubstr("shared"));
  EXPECT_THAT(answer->body, testing::Not(HasSubstr("separate")));
}

struct Bad {
  std::string name;
  std::string method;
  std::string target;
  std::string body;
  unsigned status;
  std::string rule;
  std::string says;
  bool with_key = true;
  std::string content_type = "application/json";
  friend void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.name; }
};

class BadRequest : public Shop, public testing::WithParamInterface<Bad> {};

TEST_P(BadRequest, IsRefusedWithItsRuleAndItsPlace) {
  const Bad& bad = GetParam();
  http::Fields fields;
  if (bad.with_key) fields.add("Idempotency-Key", "bad-" + bad.name);
  if (!bad.body.empty()) fields.add("Content-Type", bad.content_type);
  const http::Response answer = send(bad.method, bad.target, bad.body, fields);
  EXPECT_EQ(answer.head.status, bad.status) << answer.body;
  EXPECT_EQ(answer.head.fields.find("Content-Type"), "application/problem+json") << answer.body;
  EXPECT_EQ(json::parse(answer.body).value("rule", ""), bad.rule) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr(bad.says));
}

constexpr const char* kTrack = "trk_00000000000070008000000000000001";

INSTANTIATE_TEST_SUITE_P(
    Requests, BadRequest,
    testing::Values(
        Bad{"no_json", "POST", "/orders", "hello", 400, "banyan.invalid_json", ""},
        Bad{"cut_json", "POST", "/orders", R"({"customer":)", 400, "banyan.invalid_json", ""},
        Bad{"duplicate_key", "POST", "/orders", R"({"customer":"a","customer":"b"})", 400,
            "banyan.invalid_request", "is there twice"},
        Bad{"missing_field", "POST", "/orders",
            R"({"customer":"cus_00000000000070008000000000000001"})", 400, "banyan.invalid_request",
            "/lines"},
        Bad{"unknown_field", "POST", "/orders", R"({"custommer":"x","lines":[]})", 400,
            "banyan.invalid_request", "custommer"},
        Bad{"wrong_type", "POST", "/orders", R"({"customer":7,"lines":[]})", 400,
            "banyan.invalid_request", "/customer"},
        Bad{"id_of_another_kind", "POST", "/orders",
            R"({"customer":"trk_00000000000070008000000000000001","lines":[]})", 400,
            "banyan.invalid_request", "/customer"},
        Bad{"fraction_of_a_record", "POST", "/orders", Shop::order(kTrack, "1.5"), 400,
            "banyan.invalid_request", "/lines/0/quantity"},
        Bad{"number_beyond_64_bits", "POST", "/orders", Shop::order(kTrack, "99999999999999999999"),
            400, "banyan.invalid_request", "/lines/0/quantity"},
        Bad{"no_lines", "POST", "/orders",
            R"({"customer":"cus_00000000000070008000000000000001","lines":[]})", 400,
            "orders.bad_lines", "", true},
        Bad{"no_key", "POST", "/orders", Shop::order(kTrack), 400, "banyan.idempotency_key_missing",
            "Idempotency-Key", false},
        Bad{"unknown_path", "GET", "/traks", "", 404, "banyan.no_such_resource", "/traks"},
        Bad{"wrong_method", "DELETE", "/tracks", "", 405, "banyan.method_not_allowed", ""},
        Bad{"bad_id_in_the_path", "GET", "/tracks/7", "", 400, "banyan.invalid_request", "/id"},
        Bad{"unknown_query", "GET", "/tracks?limt=1", "", 400, "banyan.invalid_request", "limt"},
        Bad{"limit_that_is_none", "GET", "/tracks?limit=x", "", 400, "banyan.invalid_request",
            "limit"},
        Bad{"bad_escape", "GET", "/tracks/%zz", "", 400, "banyan.bad_path", ""},
        Bad{"unknown_order", "GET", "/orders/ord_00000000000070008000000000000001", "", 404,
            "orders.unknown_order", ""}),
    [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace banyan::test

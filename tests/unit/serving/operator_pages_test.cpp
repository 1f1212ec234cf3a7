// SPDX-License-Identifier: Apache-2.0
#include "operator_pages.hpp"

#include <gmock/gmock.h>

#include <latch>
#include <stdexcept>

#include "banyan/stages/control_store.hpp"
#include "banyan/stages/switchboard.hpp"
#include "own_pages.hpp"
#include "proxy_fixture.hpp"

namespace banyan::serving {
namespace {

/// The pages alone, one of which breaks, on a listener of operators only.
class TheOperatorsPages : public testing::Test, public http::Application {
 protected:
  void handle(std::shared_ptr<http::Exchange> exchange) override {
    const auto transaction = std::make_shared<Transaction>();
    transaction->listener = &listener_;
    transaction->begin = system_clock().steady();
    transaction->exchange = std::move(exchange);
    if (!pages_.serve_reserved(transaction)) pages_.serve_only(transaction);
  }
  void SetUp() override {
    http::ServerOptions options;
    options.loops = 1;
    server_ = std::make_unique<http::Server>(std::move(options), *this);
    server_->start();
  }
  test::Seen ask(const std::string& line, const std::string& fields) const {
    return test::ask(server_->port(), line + " HTTP/1.1\r\n" + fields + "\r\n");
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<ControlStore> store_ =
      ControlStore::open((folder_.path() / "control.db").string(), system_clock()).value();
  Switchboard board_{*store_};
  AdminApi admin_{board_};
  Telemetry telemetry_{{.service = "test", .file = (folder_.path() / "log.json").string()}};
  std::vector<OwnPage> own_ = own_pages(telemetry_);
  Listener listener_{
      .endpoint = {"127.0.0.1", 0}, .clients = false, .operators = true, .pages = OwnPages::All};
  SideHealth sides_;
  Refusals refusals_;
  FallThrough fall_through_;
  Visits visits_;
  FailureLog failures_{system_clock()};
  Outcomes outcomes_{{.metrics = telemetry_.metrics,
                      .log = telemetry_.log,
                      .sides = sides_,
                      .refusals = refusals_,
                      .fall_through = fall_through_,
                      .visits = visits_,
                      .failures = failures_,
                      .clock = system_clock()}};
  OperatorGuard guard_{"a secret"};
  std::unique_ptr<Executor> readers_ = make_worker_pool(1, 64);
  std::unique_ptr<Executor> changers_ = make_worker_pool(1, 64);
  OperatorPages pages_{
      {.admin = &admin_,
       .pages = own_,
       .documents = {{"live", []() -> std::string { throw std::runtime_error("disk I/O error"); }},
                     {"upstreams", [] { return std::string("[]"); }}},
       .desks = {{"sagas",
                  [](const strangler::AdminRequest& request) -> strangler::AdminAnswer {
                    if (request.path == "/gone") {
                      return std::unexpected(strangler::AdminRefusal{
                          {ErrorCode::NotFound, "banyan.unknown_saga", "there is none", {}}});
                    }
                    return std::string(request.method) + ' ' + std::string(request.path) + ' ' +
                           std::string(request.body);
                  }}},
       .guard = guard_,
       .outcomes = outcomes_,
       .readers = *readers_,
       .changers = *changers_}};
  std::unique_ptr<http::Server> server_;
};

TEST_F(TheOperatorsPages, AnswerWith500WhenOneFailsAndServeTheOthers) {
  const test::Seen broken = test::get(server_->port(), "/_banyan/api/live");
  EXPECT_EQ(broken.status, 500u);
  EXPECT_THAT(broken.body, testing::HasSubstr("banyan.fault"));
  EXPECT_THAT(broken.body, testing::Not(testing::HasSubstr("disk I/O error")));
  EXPECT_EQ(test::get(server_->port(), "/_banyan/api/upstreams").status, 200u);

  telemetry_.metrics.add_samples(
      []() -> std::vector<telemetry::Sample> { throw std::bad_alloc(); });
  EXPECT_EQ(test::get(server_->port(), "/metrics").status, 500u);
  EXPECT_EQ(test::get(server_->port(), "/health/ready").status, 200u);
}

TEST_F(TheOperatorsPages, OffThisMachineAskForATokenWhereSomethingIsToldOrChanged) {
  listener_.endpoint.host = "0.0.0.0";
  const std::string host = "Host: ops.example:9180\r\n";
  for (const char* path : {"/_banyan/api/upstreams", "/_banyan/api/status", "/metrics"}) {
    const test::Seen refused = ask("GET " + std::string(path), host);
    EXPECT_EQ(refused.status, 401u) << path;
    EXPECT_EQ(refused.field("WWW-Authenticate"), "Bearer") << path;
    EXPECT_THAT(refused.body, testing::HasSubstr("banyan.no_operators_token")) << path;
    const test::Seen wrong =
        ask("GET " + std::string(path), host + "Authorization: Bearer a Secret\r\n");
    EXPECT_EQ(wrong.status, 401u) << path;
    EXPECT_THAT(wrong.body, testing::HasSubstr("that is not the operators' token")) << path;
    EXPECT_EQ(ask("GET " + std::string(path), host + "Authorization: Bearer a secret\r\n").status,
              200u)
        << path;
  }
  EXPECT_EQ(ask("GET /_banyan/", host).status, 200u) << "the page that asks for the token";
  EXPECT_EQ(ask("GET /health/ready", host).status, 200u) << "a load balancer has none";
}

// Found by an operator: half of what there is was named.
TEST_F(TheOperatorsPages, AreListedWhereTheirApiBegins) {
  for (const char* const path : {"/_banyan/api", "/_banyan/api/"}) {
    const test::Seen list = test::get(server_->port(), path);
    EXPECT_EQ(list.status, 200u) << list.body;
    EXPECT_THAT(list.body, testing::HasSubstr("\"/_banyan/api/live\"")) << path;
    EXPECT_THAT(list.body, testing::HasSubstr("\"/_banyan/api/sagas\"")) << path;
    EXPECT_THAT(list.body, testing::HasSubstr("\"/_banyan/api/status\"")) << path;
    EXPECT_THAT(list.body, testing::Not(testing::HasSubstr("/stream"))) << "there is none here";
  }
}

TEST_F(TheOperatorsPages, HaveDesksWithPathsOfTheirOwnBelowThem) {
  EXPECT_EQ(test::get(server_->port(), "/_banyan/api/sagas/a/picture").body, "GET /a/picture ");
  EXPECT_EQ(ask("POST /_banyan/api/sagas/a/mark", "Host: localhost\r\nContent-Length: 2\r\n\r\n{}")
                .body.substr(0, 15),
            "POST /a/mark {}");
  const test::Seen gone = test::get(server_->port(), "/_banyan/api/sagas/gone");
  EXPECT_EQ(gone.status, 404u);
  EXPECT_THAT(gone.body, testing::HasSubstr("banyan.unknown_saga"));
  EXPECT_EQ(test::get(server_->port(), "/_banyan/api/sagas").body, "GET  ")
      << "a desk without a document of its name is there itself";
}

TEST_F(TheOperatorsPages, ChangeNothingAtADeskForPagesOfOtherSitesOrWithoutTheToken) {
  const std::string order = "POST /_banyan/api/sagas/a/mark";
  EXPECT_EQ(ask(order, "Host: localhost\r\nOrigin: http://evil.example\r\n").status, 403u);
  listener_.endpoint.host = "0.0.0.0";
  EXPECT_EQ(ask(order, "Host: ops.example:9180\r\n").status, 401u);
  EXPECT_EQ(ask("GET /_banyan/api/sagas/a", "Host: ops.example:9180\r\n").status, 401u);
}

TEST_F(TheOperatorsPages, OffThisMachineAreForNobodyWithoutAToken) {
  const OperatorGuard guard{""};
  listener_.endpoint.host = "0.0.0.0";
  http::RequestHead head{"GET", "/_banyan/api/status", 1, {{"Authorization", "Bearer "}}};
  const auto refused = guard.refusal(listener_, head, false);
  ASSERT_TRUE(refused.has_value());
  EXPECT_THAT(refused->message, testing::HasSubstr("operators_token_file"));
}

TEST_F(TheOperatorsPages, OffThisMachineTellOthersOfHealthOnlyHowItIs) {
  telemetry_.health.add("database", false, [] {
    return telemetry::Health::Finding{false, "db.inside does not answer"};
  });
  const std::string inside = "db.inside";
  EXPECT_THAT(test::get(server_->port(), "/health/ready").body, testing::HasSubstr(inside));
  listener_.endpoint.host = "0.0.0.0";
  const std::string host = "Host: ops.example:9180\r\n";
  const test::Seen other = ask("GET /health/ready", host);
  EXPECT_EQ(other.status, 200u);
  EXPECT_EQ(other.body, R"({"status":"pass"})");
  EXPECT_THAT(ask("GET /health/ready", host + "Authorization: Bearer a secret\r\n").body,
              testing::HasSubstr(inside));
}

TEST_F(TheOperatorsPages, AreCountedUnderOneKeyAndWhoWasRefusedIsLogged) {
  EXPECT_EQ(test::get(server_->port(), "/_banyan/api/upstreams").status, 200u);
  EXPECT_EQ(test::get(server_->port(), "/_banyan/nothing").status, 404u);
  listener_.endpoint.host = "0.0.0.0";
  EXPECT_EQ(ask("GET /_banyan/api/upstreams", "Host: ops.example\r\n").status, 401u);
  const auto count = [this](std::string_view way) {
    for (const auto& row : telemetry_.metrics.requests.read()) {
      if (row.key.module == kOperators && row.key.way == way) return row.latency.count;
    }
    return std::uint64_t{0};
  };
  EXPECT_EQ(count(kOwn), 2u);
  EXPECT_EQ(count("refused"), 1u);
  for (int i = 0; i < 20; ++i) ask("GET /metrics", "Host: ops.example\r\n");
  EXPECT_EQ(count("refused"), 21u);
}

TEST_F(TheOperatorsPages, WhereClientsComeTooAreForNobodyWhomAProxyHasPassedOn) {
  listener_.clients = true;
  guard_.use("");
  for (const char* said : {"X-Forwarded-For: 203.0.113.7", "Forwarded: for=203.0.113.7",
                           "Via: 1.1 front", "X-Real-IP: 203.0.113.7"}) {
    const std::string fields = "Host: localhost\r\n" + std::string(said) + "\r\n";
    const test::Seen refused = ask("GET /_banyan/api/upstreams", fields);
    EXPECT_EQ(refused.status, 403u) << said;
    EXPECT_THAT(refused.body, testing::HasSubstr("banyan.operators_behind_a_proxy")) << said;
  }
  EXPECT_EQ(ask("GET /_banyan/api/upstreams", "Host: localhost\r\n").status, 200u);
  listener_.clients = false;
  EXPECT_EQ(ask("GET /_banyan/api/upstreams", "Host: localhost\r\nVia: 1.1 front\r\n").status, 200u)
      << "an address of their own is behind whatever the operator put in front of it";
}

// Trap: a proxy in front that says nothing of itself passes on, by a loopback name, what anybody
// sends.
TEST_F(TheOperatorsPages, WhereClientsComeTooAskForTheTokenAsSoonAsThereIsOne) {
  listener_.clients = true;
  const std::string host = "Host: 127.0.0.1:8080\r\n";
  const std::string token = "Authorization: Bearer a secret\r\n";
  for (const char* line :
       {"GET /_banyan/api/upstreams", "GET /metrics", "POST /_banyan/api/sagas/a/mark"}) {
    const test::Seen refused = ask(line, host);
    EXPECT_EQ(refused.status, 401u) << line;
    EXPECT_THAT(refused.body, testing::HasSubstr("--token-file")) << line;
    EXPECT_EQ(ask(line, host + token).status, 200u) << line;
    EXPECT_EQ(ask(line, "Host: shop.example\r\n" + token).status, 200u) << line;
    EXPECT_EQ(ask(line, host + token + "X-Forwarded-For: 203.0.113.7\r\n").status, 403u) << line;
  }
  EXPECT_EQ(ask("GET /_banyan/", host).status, 200u) << "the page that asks for the token";
  EXPECT_EQ(ask("GET /health/ready", host).body, R"({"status":"pass"})");

  listener_.clients = false;
  EXPECT_EQ(ask("GET /metrics", host).status, 200u) << "whom this machine alone can call";
  listener_.clients = true;
  guard_.use("");
  EXPECT_EQ(ask("GET /metrics", host).status, 200u) << "there is none to ask for";
}

TEST_F(TheOperatorsPages, TakeAnotherTokenInPlaceOfTheOneBefore) {
  listener_.endpoint.host = "0.0.0.0";
  EXPECT_FALSE(guard_.use("a secret")) << "the same";
  EXPECT_TRUE(guard_.use("another secret"));
  const std::string host = "Host: ops.example\r\nAuthorization: Bearer ";
  EXPECT_EQ(ask("GET /metrics", host + "a secret\r\n").status, 401u);
  EXPECT_EQ(ask("GET /metrics", host + "another secret\r\n").status, 200u);
}

TEST_F(TheOperatorsPages, AreReadWhileAChangeTakesItsTime) {
  const auto release = std::make_shared<std::latch>(1);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(changers_->submit([release] { release->wait(); }));
  }
  EXPECT_EQ(test::get(server_->port(), "/_banyan/api/upstreams").status, 200u);
  release->count_down();
}

TEST_F(TheOperatorsPages, AreNotChangedByPagesOfOtherOrigins) {
  const std::string host = "Host: localhost:9180\r\n";
  const auto refused = [&](const std::string& fields) {
    return test::ask(server_->port(),
                     "POST /_banyan/api/rollouts/catalog/next HTTP/1.1\r\n" + host + fields +
                         "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
        .status;
  };
  EXPECT_EQ(refused("Origin: http://evil.example\r\n"), 403u);
  EXPECT_EQ(refused("Origin: null\r\n"), 403u);
  EXPECT_EQ(refused("Origin: http://localhost:8080\r\n"), 403u) << "another port of this machine";
  EXPECT_EQ(refused("Sec-Fetch-Site: cross-site\r\n"), 403u);
  EXPECT_NE(refused("Origin: http://localhost:9180\r\nSec-Fetch-Site: same-origin\r\n"), 403u);
  EXPECT_NE(refused(""), 403u) << "programs send none";
}

}  // namespace
}  // namespace banyan::serving

// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <stdexcept>

#include "demo_host.hpp"
#include "http/client.hpp"
#include "sockets.hpp"
#include "sql/fault.hpp"

namespace banyan::host {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

const std::string kThing = "/things/" + demo::thing_id(1).str();

http::Response send(const ServedDemo& to, const std::string& method, const std::string& target,
                    const http::Fields& fields = {}, const std::string& body = {}) {
  http::Request request;
  request.head.method = method;
  request.head.target = target;
  for (const auto& field : fields) request.head.fields.add(field.name, field.value);
  if (!body.empty()) request.head.fields.add("Content-Type", "application/json");
  request.body = body;
  http::Client client(to.endpoint());
  auto answer = client.exchange(request, system_clock().steady() + std::chrono::seconds(10));
  if (!answer) throw std::runtime_error(answer.error().message);
  return std::move(*answer);
}

http::Response get(const ServedDemo& from, const std::string& target = kThing,
                   const http::Fields& fields = {}) {
  return send(from, "GET", target, fields);
}

http::Response rename(const ServedDemo& at) {
  return send(at, "PUT", kThing + "/name", {}, R"({"name":"x"})");
}

std::string field(const http::Response& response, std::string_view name) {
  return std::string(response.head.fields.find(name).value_or(std::string_view{}));
}

Options internal() {
  Options options;
  options.trust = binding::Trust::Internal;
  return options;
}

/// An application that can send the module's calls to its service.
struct RoutedEdge : testing::Test {
  static Options at(const ServedDemo& service) {
    Options options;
    options.at["demo"] = service.endpoint();
    return options;
  }

  ServedDemo service{"there", Linkage::Linked, internal()};
  ServedDemo shop{"here", Linkage::Routed, at(service.serve())};

  void SetUp() override { shop.serve(); }
};

TEST(Edge, AnswersWhatRunsHere) {
  ServedDemo shop("here", Linkage::Linked);
  shop.serve();
  const http::Response answer = get(shop);
  EXPECT_EQ(answer.head.status, 200U);
  EXPECT_THAT(answer.body, HasSubstr(R"("name":"here")"));
  const http::Response head = send(shop, "HEAD", kThing);
  EXPECT_EQ(head.head.status, 200U);
  EXPECT_EQ(head.body, "");
}

TEST(Edge, SaysTheCorrelationIdThatItWasGivenOrMade) {
  ServedDemo shop("here", Linkage::Linked);
  shop.serve();
  EXPECT_EQ(field(get(shop, kThing, {{"X-Correlation-Id", "action-4711"}}), "X-Correlation-Id"),
            "action-4711");
  const std::string made =
      field(get(shop, kThing, {{"X-Correlation-Id", "no good!"}}), "X-Correlation-Id");
  EXPECT_EQ(made.size(), 32U);
  EXPECT_EQ(made, shop.module->last().correlation_id);
}

TEST(Edge, SaysACorrelationIdAlsoWhenTheEngineRefuses) {
  ServedDemo shop("here", Linkage::Linked);
  shop.serve();
  const http::Response answer = get(shop, "/" + std::string(20'000, 'a'));
  EXPECT_EQ(answer.head.status, 414U);
  EXPECT_EQ(field(answer, "X-Correlation-Id").size(), 16U);
  EXPECT_EQ(field(answer, "X-Correlation-Id"), field(answer, "X-Request-Id"));
  EXPECT_EQ(shop.module->calls, 0);
}

TEST(Edge, RefusesUnknownPathsAndMethods) {
  ServedDemo shop("here", Linkage::Linked);
  shop.serve();
  EXPECT_EQ(get(shop, "/thing").head.status, 404U);
  const http::Response deleted = send(shop, "DELETE", kThing);
  EXPECT_EQ(deleted.head.status, 405U);
  EXPECT_EQ(field(deleted, "Allow"), "GET, HEAD");
  EXPECT_EQ(send(shop, "OPTIONS", kThing).head.status, 405U);
  EXPECT_EQ(send(shop, "POST", "/health/live").head.status, 405U);
  EXPECT_EQ(shop.module->calls, 0);
}

TEST(Edge, ForwardsWhatRunsElsewhere) {
  ServedDemo service("there", Linkage::Linked, internal());
  Options options;
  options.at["demo"] = service.serve().endpoint();
  ServedDemo shop("here", Linkage::Extracted, options);
  shop.serve();
  const http::Response answer = get(shop, kThing, {{"X-Correlation-Id", "action-4711"}});
  EXPECT_THAT(answer.body, HasSubstr(R"("name":"there")"));
  EXPECT_EQ(field(answer, "X-Correlation-Id"), "action-4711");
  EXPECT_EQ(service.module->last().correlation_id, "action-4711");
  EXPECT_THAT(rename(shop).body, HasSubstr("there"));
}

TEST_F(RoutedEdge, FollowsTheTableForReadsAndForWrites) {
  EXPECT_THAT(get(shop).body, HasSubstr("here"));
  EXPECT_THAT(rename(shop).body, HasSubstr("here"));
  shop.table.reads = Side::Remote;
  EXPECT_THAT(get(shop).body, HasSubstr("there"));
  EXPECT_THAT(rename(shop).body, HasSubstr("here"));
  shop.table.writes = Side::Remote;
  EXPECT_THAT(rename(shop).body, HasSubstr("there"));
  shop.table.reads = Side::Local;
  EXPECT_THAT(get(shop).body, HasSubstr("here"));
}

TEST_F(RoutedEdge, SendsItsDecisionsAlong) {
  shop.table.reads = Side::Remote;
  get(shop);
  const Context seen = service.module->last();
  ASSERT_NE(seen.routed("demo"), nullptr);
  EXPECT_EQ(*seen.routed("demo"), (RoutingDecision{"demo", Side::Remote, 5, 2}));
  EXPECT_EQ(seen.routing_unit, "127.0.0.1");
}

TEST_F(RoutedEdge, IgnoresWhatStrangersSayAboutTheInside) {
  const http::Fields lies = {{"Banyan-Routing", "demo=remote;rev=9"},
                             {"Banyan-Placement", "demo=9"},
                             {"Banyan-Principal", "admin"},
                             {"Banyan-Routing-Unit", "vip"},
                             {"Banyan-Deadline-Ms", "0"}};
  EXPECT_THAT(get(shop, kThing, lies).body, HasSubstr("here"));
  EXPECT_EQ(shop.module->last().principal, "");
  EXPECT_EQ(shop.module->last().routing_unit, "127.0.0.1");

  shop.table.reads = Side::Remote;
  EXPECT_THAT(get(shop, kThing, lies).body, HasSubstr("there"));
  EXPECT_EQ(service.module->last().principal, "");
  EXPECT_EQ(service.module->last().routing_unit, "127.0.0.1");
  EXPECT_EQ(service.module->last().routed("demo")->revision, 5U);
  EXPECT_EQ(service.module->last().routed("demo")->epoch, 2U);
}

TEST_F(RoutedEdge, ASlowWriteGoesWhereTheWritesAreWhenItIsComplete) {
  test::Peer slow = test::Peer::connect(shop.endpoint().port);
  slow.send("PUT " + kThing +
            "/name HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            "Content-Length: 12\r\nExpect: 100-continue\r\n\r\n");
  slow.read_until("100 Continue\r\n\r\n");  // the shop has taken it on, for its own side
  shop.table.reads = shop.table.writes = Side::Remote;
  slow.send(R"({"name":"x"})");
  const test::Seen answer = test::read_answer(slow);
  EXPECT_EQ(answer.status, 200U);
  EXPECT_THAT(answer.body, HasSubstr("there"));
  EXPECT_EQ(shop.module->calls, 0);
}

TEST_F(RoutedEdge, SaysThatTheServiceIsAwayAndNeverAnswersForIt) {
  service.server().drain(milliseconds(0));
  shop.table.reads = Side::Remote;
  EXPECT_EQ(get(shop).head.status, 503U);
  EXPECT_EQ(shop.module->calls, 0);
}

TEST(Edge, TurnsAwayWhatIsTooMuchAndSaysWhenToComeBack) {
  Options options;
  options.workers = 1;
  options.queue = 1;
  ServedDemo shop("here", Linkage::Linked, options);
  std::latch entered(1);
  std::latch release(1);
  std::atomic<bool> first = true;
  shop.module->inside = [&] {
    if (first.exchange(false)) entered.count_down();
    release.wait();
  };
  shop.serve();
  std::vector<std::future<http::Response>> answers;
  const auto ask = [&] {
    answers.push_back(std::async(std::launch::async, [&] { return get(shop); }));
  };
  ask();
  entered.wait();
  for (int i = 0; i < 3; ++i) ask();  // one may wait
  const auto answered = [&] {
    return std::ranges::count_if(answers, [](const auto& answer) {
      return answer.wait_for(milliseconds(1)) == std::future_status::ready;
    });
  };
  const SteadyTime end = system_clock().steady() + std::chrono::seconds(10);
  while (answered() < 2 && system_clock().steady() < end) {
  }
  release.count_down();
  int refused = 0;
  for (auto& each : answers) {
    const http::Response answer = each.get();
    if (answer.head.status == 200) continue;
    ++refused;
    EXPECT_EQ(answer.head.status, 503U);
    EXPECT_THAT(answer.body, HasSubstr("banyan.too_busy"));
    EXPECT_NE(field(answer, "Retry-After"), "");
    EXPECT_NE(field(answer, "X-Correlation-Id"), "");
  }
  EXPECT_EQ(refused, 2);
}

TEST(Edge, WritesThatWaitLeaveRoomForReads) {
  for (const bool rehearse : {false, true}) {
    Options options;
    options.workers = 2;
    if (rehearse) options.rehearse = {"demo"};
    ServedDemo shop("here", Linkage::Linked, options);
    std::latch all_wait(2);
    std::latch release(1);
    std::atomic<int> entered = 0;
    shop.module->inside = [&] {
      if (++entered > 2) return;
      all_wait.count_down();
      release.wait();
    };
    shop.serve();
    std::vector<std::future<http::Response>> writes;
    for (int i = 0; i < 2; ++i) {
      writes.push_back(std::async(std::launch::async, [&] { return rename(shop); }));
    }
    all_wait.wait();
    EXPECT_NO_THROW(EXPECT_EQ(get(shop).head.status, 200U));
    release.count_down();
    for (auto& each : writes) EXPECT_EQ(each.get().head.status, 200U);
  }
}

TEST(Edge, AnswersForAModuleThatThrows) {
  ServedDemo shop("here", Linkage::Linked);
  shop.module->inside = [] { throw std::runtime_error("secret"); };
  shop.serve();
  const http::Response answer = get(shop);
  EXPECT_EQ(answer.head.status, 500U);
  EXPECT_THAT(answer.body, HasSubstr("banyan.fault"));
  EXPECT_THAT(answer.body, testing::Not(HasSubstr("secret")));
}

TEST(Edge, SaysThatTheDiskIsFullAndWhenToComeBack) {
  ServedDemo shop("here", Linkage::Linked);
  shop.module->inside = [] { throw sql::Fault(sql::FaultKind::StorageFull, "secret"); };
  shop.serve();
  const http::Response answer = rename(shop);
  EXPECT_EQ(answer.head.status, 507U);
  EXPECT_NE(field(answer, "Retry-After"), "");
  EXPECT_THAT(answer.body, HasSubstr("banyan.storage_full"));
  EXPECT_THAT(answer.body, testing::Not(HasSubstr("secret")));
}

TEST(Edge, AnswersForAnOperationThatBreaksItsWord) {
  ModuleEntry entry = demo_entry(Linkage::Linked, "here", [](NamedDemo&) {});
  entry.bind = [](const AnyPort& any) {
    auto operations = binding::Wire<demo::Demo>::bind(port(any));
    for (auto& operation : operations) {
      operation.answer = [](const http::Request&, const Context&) -> http::Response {
        throw std::runtime_error("secret");
      };
    }
    return operations;
  };
  ServedDemo shop(std::move(entry), Options{});
  shop.serve();
  EXPECT_EQ(get(shop).head.status, 500U);
  EXPECT_EQ(get(shop, "/health/live").head.status, 200U);
}

TEST(Edge, LetsTheRequestsUnderWayFinishWhenItDrains) {
  ServedDemo shop("here", Linkage::Linked);
  std::latch entered(1);
  std::latch release(1);
  shop.module->inside = [&] {
    entered.count_down();
    release.wait();
  };
  shop.serve();
  auto answer = std::async(std::launch::async, [&] { return get(shop); });
  entered.wait();
  auto cut =
      std::async(std::launch::async, [&] { return shop.server().drain(std::chrono::seconds(10)); });
  EXPECT_EQ(cut.wait_for(milliseconds(20)), std::future_status::timeout);
  release.count_down();
  EXPECT_EQ(answer.get().head.status, 200U);
  EXPECT_EQ(cut.get(), 0U);
}

TEST(Edge, SurvivesAnAnswerThatComesAfterTheLoopsHaveEnded) {
  ServedDemo shop("here", Linkage::Linked);
  std::latch entered(1);
  std::latch release(1);
  shop.module->inside = [&] {
    entered.count_down();
    release.wait();
  };
  shop.serve();
  auto answer = std::async(std::launch::async, [&] { return get(shop); });
  entered.wait();
  EXPECT_EQ(shop.server().drain(milliseconds(0)), 1U);
  release.count_down();
  EXPECT_THROW(answer.get(), std::runtime_error);
  shop.finish();  // the call uses what stands here
}

TEST_F(RoutedEdge, LetsForwardedRequestsFinishWhenItDrains) {
  std::latch entered(1);
  std::latch release(1);
  service.module->inside = [&] {
    entered.count_down();
    release.wait();
  };
  shop.table.reads = Side::Remote;
  auto answer = std::async(std::launch::async, [&] { return get(shop); });
  entered.wait();
  auto cut =
      std::async(std::launch::async, [&] { return shop.server().drain(std::chrono::seconds(10)); });
  EXPECT_EQ(cut.wait_for(milliseconds(20)), std::future_status::timeout);
  release.count_down();
  EXPECT_THAT(answer.get().body, HasSubstr("there"));
  EXPECT_EQ(cut.get(), 0U);
}

TEST_F(RoutedEdge, CutsForwardedRequestsThatTakeTooLongToDrain) {
  std::latch entered(1);
  std::latch release(1);
  service.module->inside = [&] {
    entered.count_down();
    release.wait();
  };
  shop.table.reads = Side::Remote;
  auto answer = std::async(std::launch::async, [&] { return get(shop); });
  entered.wait();
  EXPECT_EQ(shop.server().drain(milliseconds(0)), 1U);
  EXPECT_THROW(answer.get(), std::runtime_error);
  release.count_down();
  service.finish();  // the call uses what stands here
}

TEST(OperatorPages, AreForThisMachineOnly) {
  ServedDemo open("here", Linkage::Linked);
  open.serve();
  EXPECT_EQ(get(open, "/_banyan/").head.status, 200U);
  EXPECT_EQ(get(open, "/_banyan/api/live").body, "{}");
  const http::Response rebound = get(open, "/_banyan/api/live", {{"Host", "evil.example"}});
  EXPECT_EQ(rebound.head.status, 403U);
  EXPECT_EQ(
      send(open, "POST", "/_banyan/api/migrations/demo/next", {{"Host", "evil.example"}}, "{}")
          .head.status,
      403U);

  ServedDemo published("here", Linkage::Linked);
  published.operators_here = false;
  published.serve();
  for (const char* path : {"/_banyan", "/_banyan/", "/_banyan/api/live", "/_banyan/api/status"}) {
    EXPECT_EQ(get(published, path).head.status, 404U) << path;
  }
  EXPECT_EQ(get(published, "/").body, "<p>home</p>");
}

TEST(OperatorPages, SayThatTrafficIsShiftedElsewhereWhereThereIsNoControl) {
  ServedDemo shop("here", Linkage::Linked);
  shop.serve();
  EXPECT_THAT(get(shop, "/_banyan/api/status").body, HasSubstr("banyan.no_control_here"));
}

TEST(OperatorPages, AnswerForAPageThatThrows) {
  ServedDemo shop("here", Linkage::Linked);
  shop.live = []() -> std::string { throw std::runtime_error("database is gone"); };
  shop.serve();
  EXPECT_EQ(get(shop, "/_banyan/api/live").head.status, 500U);
  EXPECT_EQ(get(shop).head.status, 200U);
}

TEST(OperatorPages, SayNotReadyWhenACheckThrows) {
  ServedDemo shop("here", Linkage::Linked);
  shop.health().add("database", true, []() -> telemetry::Health::Finding {
    throw std::runtime_error("database is gone");
  });
  shop.serve();
  const http::Response ready = get(shop, "/health/ready");
  EXPECT_EQ(ready.head.status, 503U);
  EXPECT_THAT(ready.body, HasSubstr("database is gone"));
  EXPECT_EQ(get(shop, "/health/live").head.status, 200U);
}

}  // namespace
}  // namespace banyan::host

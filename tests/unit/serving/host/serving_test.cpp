// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <latch>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "asking_demo.hpp"
#include "banyan/sql/fault.hpp"
#include "call_telemetry.hpp"
#include "demo_host.hpp"
#include "sockets.hpp"

namespace banyan::host {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

TEST(AnApplication, AnswersWhatRunsHere) {
  ServedDemo shop("here", Linkage::Linked);
  shop.serve();
  const http::Response answer = get(shop);
  EXPECT_EQ(answer.head.status, 200U);
  EXPECT_THAT(answer.body, HasSubstr(R"("name":"here")"));
  const http::Response head = send(shop, "HEAD", kThing);
  EXPECT_EQ(head.head.status, 200U);
  EXPECT_EQ(head.body, "");
}

TEST(AnApplication, SaysTheCorrelationIdThatItWasGivenOrMade) {
  ServedDemo shop("here", Linkage::Linked);
  shop.serve();
  EXPECT_EQ(field(get(shop, kThing, {{"X-Correlation-Id", "action-4711"}}), "X-Correlation-Id"),
            "action-4711");
  const std::string made =
      field(get(shop, kThing, {{"X-Correlation-Id", "no good!"}}), "X-Correlation-Id");
  EXPECT_EQ(made.size(), 32U);
  EXPECT_EQ(made, shop.module->last().correlation_id);
}

TEST(AnApplication, SaysACorrelationIdAlsoWhenTheEngineRefuses) {
  ServedDemo shop("here", Linkage::Linked);
  shop.serve();
  const http::Response answer = get(shop, "/" + std::string(20'000, 'a'));
  EXPECT_EQ(answer.head.status, 414U);
  EXPECT_EQ(field(answer, "X-Correlation-Id").size(), 16U);
  EXPECT_EQ(field(answer, "X-Correlation-Id"), field(answer, "X-Request-Id"));
  EXPECT_EQ(shop.module->calls, 0);
}

TEST(AnApplication, RefusesUnknownPathsAndMethods) {
  ServedDemo shop("here", Linkage::Linked);
  shop.serve();
  EXPECT_EQ(get(shop, "/thing").head.status, 404U);
  const http::Response deleted = send(shop, "DELETE", kThing);
  EXPECT_EQ(deleted.head.status, 405U);
  EXPECT_EQ(field(deleted, "Allow"), "GET, HEAD, OPTIONS");
  const http::Response options = send(shop, "OPTIONS", kThing);
  EXPECT_EQ(options.head.status, 204U);
  EXPECT_EQ(field(options, "Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(send(shop, "POST", "/health/live").head.status, 405U);
  EXPECT_EQ(shop.module->calls, 0);
}

TEST(AnApplication, ForwardsWhatRunsElsewhere) {
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

TEST(AnApplication, TurnsAwayWhatIsTooMuchAndSaysWhenToComeBack) {
  Options options;
  options.workers = {.reads = 1, .writes = 1};
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

TEST(AnApplication, WritesThatWaitLeaveRoomForReads) {
  for (const bool rehearse : {false, true}) {
    Options options;
    options.workers = {.reads = 2, .writes = 2};
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

TEST(AnApplication, AnswersForAModuleThatThrows) {
  ServedDemo shop("here", Linkage::Linked);
  shop.module->inside = [] { throw std::runtime_error("secret"); };
  shop.serve();
  const http::Response answer = get(shop);
  EXPECT_EQ(answer.head.status, 500U);
  EXPECT_THAT(answer.body, HasSubstr("banyan.fault"));
  EXPECT_THAT(answer.body, testing::Not(HasSubstr("secret")));
}

TEST(AnApplication, SaysThatTheDiskIsFullAndWhenToComeBack) {
  ServedDemo shop("here", Linkage::Linked);
  shop.module->inside = [] { throw sql::Fault(sql::FaultKind::StorageFull, "secret"); };
  shop.serve();
  const http::Response answer = rename(shop);
  EXPECT_EQ(answer.head.status, 507U);
  EXPECT_NE(field(answer, "Retry-After"), "");
  EXPECT_THAT(answer.body, HasSubstr("banyan.storage_full"));
  EXPECT_THAT(answer.body, testing::Not(HasSubstr("secret")));
}

TEST(AnApplication, AnswersForAnOperationThatBreaksItsWord) {
  ModuleEntry entry = demo_entry(Linkage::Linked, "here", [](NamedDemo&) {});
  entry.bind = [](const AnyPort& any, const Clock& clock) {
    auto operations = binding::PortBinding<demo::Demo>::bind(port(any), no_observer(), clock);
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

TEST(AnApplication, LetsTheRequestsUnderWayFinishWhenItDrains) {
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
  auto cut = std::async(std::launch::async, [&] { return shop.drain(std::chrono::seconds(10)); });
  EXPECT_EQ(cut.wait_for(milliseconds(20)), std::future_status::timeout);
  release.count_down();
  EXPECT_EQ(answer.get().head.status, 200U);
  EXPECT_EQ(cut.get(), 0U);
}

TEST(AnApplication, SurvivesAnAnswerThatComesAfterTheLoopsHaveEnded) {
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
  EXPECT_EQ(shop.drain(milliseconds(0)), 1U);
  release.count_down();
  EXPECT_THROW(answer.get(), std::runtime_error);
  shop.finish();  // the call uses what stands here
}

TEST(AnApplication, ShowsItsOperatorsPagesOnTheirListenerOnly) {
  ServedDemo open("here", Linkage::Linked);
  open.serve();
  EXPECT_EQ(get(open, "/_banyan/").head.status, 200U);
  EXPECT_THAT(get(open, "/_banyan/api/live").body, HasSubstr(R"("application":"Demo")"));
  const http::Response rebound = get(open, "/_banyan/api/live", {{"Host", "evil.example"}});
  EXPECT_EQ(rebound.head.status, 403U);
  EXPECT_EQ(send(open, "POST", "/_banyan/api/rollouts/demo/next", {{"Host", "evil.example"}}, "{}")
                .head.status,
            403U);

  ServedDemo published("here", Linkage::Linked);
  published.operators_here = false;
  published.serve();
  for (const char* path : {"/_banyan", "/_banyan/", "/_banyan/api/live", "/_banyan/api/status",
                           "/metrics", "/health/live", "/health/ready"}) {
    EXPECT_EQ(get(published, path).head.status, 404U) << path;
  }
  const std::string origin = "http://" + to_string(published.endpoint());
  EXPECT_EQ(get(published, "/").body, "<p>home at " + origin + "</p>");
}

TEST(AnApplication, DescribesItselfToOperatorsWithWhoHasCalledWhatSoFar) {
  ServedDemo shop("here", Linkage::Linked);
  shop.serve();
  const auto callers_of = [&](const std::string& name) {
    const auto document = nlohmann::json::parse(get(shop, "/_banyan/api/description").body);
    std::vector<std::string> callers;
    const auto& module = document.at("modules").at(0);
    for (const auto& operation : module.at("operations")) {
      if (operation.at("name") != name) continue;
      EXPECT_EQ(operation.at("summary"), "One thing.");
      for (const auto& caller : operation.at("callers"))
        callers.push_back(caller.get<std::string>());
    }
    return callers;
  };
  EXPECT_THAT(callers_of("get_thing"), testing::IsEmpty());
  demo::Demo& asked = shop.assembly().ports().get<demo::Demo>();
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(
        asked.handle(demo::GetThing{demo::thing_id(3)},
                     Context::begin(std::chrono::seconds(10), system_clock(), system_random())));
  }
  EXPECT_THAT(callers_of("get_thing"), testing::ElementsAre(Assembly::kOwnPages));
  EXPECT_EQ(get(shop, "/_banyan/catalogue").head.status, 200U);

  const std::string description = "/_banyan/api/description";
  EXPECT_EQ(get(shop, description, {{"Host", "evil.example"}}).head.status, 403U);
  EXPECT_EQ(send(shop, "POST", description, {}, "{}").head.status, 405U);
  ServedDemo published("here", Linkage::Linked);
  published.operators_here = false;
  published.serve();
  EXPECT_EQ(get(published, description).head.status, 404U);
}

TEST(AnApplication, SaysThatTrafficIsShiftedElsewhereWhereThereIsNoControl) {
  ServedDemo shop("here", Linkage::Linked);
  shop.serve();
  EXPECT_THAT(get(shop, "/_banyan/api/status").body, HasSubstr("banyan.no_control_here"));
}

TEST(AnApplication, AnswersWhatIsMountedBesideItsModules) {
  ServedDemo shop("here", Linkage::Linked);
  serving::Endpoint cart;
  cart.name = "cart";
  cart.path = "/cart/{id}";
  cart.answer = [](const http::Request& request, const Context& context) {
    if (request.head.target == "/cart/fault") throw std::runtime_error("secret");
    http::Response response;
    response.head.status = 200;
    response.body = request.head.target + " of " + context.stickiness_key;
    return response;
  };
  shop.application().endpoints.push_back(cart);
  shop.serve();
  EXPECT_EQ(get(shop, "/cart/7").body, "/cart/7 of 127.0.0.1");
  EXPECT_EQ(send(shop, "DELETE", "/cart/7").head.status, 405U);
  const http::Response fault = get(shop, "/cart/fault");
  EXPECT_EQ(fault.head.status, 500U);
  EXPECT_THAT(fault.body, testing::Not(HasSubstr("secret")));
  EXPECT_THAT(get(shop, "/metrics").body, HasSubstr(R"(operation="cart")"));
}

TEST(AnApplication, KnowsWhereAClientIsOnlyFromProxiesThatItTrusts) {
  const http::Fields passed_on = {{"X-Forwarded-For", "203.0.113.7"}};
  for (const bool trusts : {false, true}) {
    ServedDemo shop("here", Linkage::Linked);
    if (trusts) shop.trusted_peers = strangler::TrustedPeers::parse({"127.0.0.1"}).value();
    serving::Endpoint where;
    where.name = "where";
    where.path = "/where";
    where.answer = [](const http::Request&, const Context& context) {
      http::Response response;
      response.head.status = 200;
      response.body = "from '" + context.place + "'";
      return response;
    };
    shop.own_endpoints = {where};
    shop.serve();
    EXPECT_EQ(get(shop, "/where", passed_on).body, trusts ? "from '203.0.113.7'" : "from ''");
    EXPECT_EQ(get(shop, "/where").body, "from ''") << "this machine's own, or a silent proxy's";
  }
}

TEST(AnApplication, SaysElsewhereWhatItIsWhereItHasAStartPageOfItsOwn) {
  ServedDemo shop("here", Linkage::Linked);
  serving::Endpoint start;
  start.name = "start";
  start.path = "/";
  start.answer = [](const http::Request&, const Context&) {
    http::Response response;
    response.body = "welcome";
    return response;
  };
  shop.own_endpoints = {start};
  shop.serve();
  EXPECT_EQ(get(shop, "/").body, "welcome");
  EXPECT_THAT(get(shop, "/about").body, HasSubstr("home at"));
}

TEST(AnApplication, CountsAndCorrelatesWhatItRefusesLikeAllOthers) {
  ServedDemo shop("here", Linkage::Linked);
  shop.serve();
  const http::Response unknown = get(shop, "/nobody", {{"X-Correlation-Id", "action-4711"}});
  EXPECT_EQ(unknown.head.status, 404U);
  EXPECT_EQ(field(unknown, "X-Correlation-Id"), "action-4711");
  EXPECT_THAT(unknown.body, HasSubstr("action-4711"));
  EXPECT_EQ(get(shop, kThing, {{"Idempotency-Key", ""}}).head.status, 400U);
  const std::string metrics = get(shop, "/metrics").body;
  EXPECT_THAT(metrics, HasSubstr(R"(rule="banyan.no_such_resource")"));
  EXPECT_THAT(metrics, HasSubstr(R"(rule="banyan.invalid_header")"));
}

TEST(AnApplication, IsAliveWhileAllChecksOfItsReadinessHang) {
  ServedDemo shop("here", Linkage::Linked);
  std::latch entered(1);
  std::latch release(1);
  std::atomic<bool> first = true;
  shop.health().add("database", true, [&] {
    if (first.exchange(false)) entered.count_down();
    release.wait();
    return telemetry::Health::Finding{};
  });
  shop.serve();
  std::vector<std::future<http::Response>> ready;
  for (int i = 0; i < 4; ++i) {
    ready.push_back(std::async(std::launch::async, [&] { return get(shop, "/health/ready"); }));
  }
  entered.wait();
  EXPECT_NO_THROW(EXPECT_EQ(get(shop, "/health/live").head.status, 200U));
  release.count_down();
  for (auto& each : ready) EXPECT_EQ(each.get().head.status, 200U);
}

TEST(AService, WithAnAddressForOperatorsTellsApplicationsHowItIs) {
  ServedDemo service("there", Linkage::Linked, internal());
  service.operators_here = false;
  service.serve();
  EXPECT_EQ(get(service, "/health/live").head.status, 200U);
  EXPECT_EQ(get(service, "/health/ready").body, R"({"status":"pass"})");
  EXPECT_EQ(get(service, "/metrics").head.status, 404U);
}

TEST(TheCallsOfAModule, ThatFailAreLoggedAFewASecondAndAllCounted) {
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / "log.json").string();
  telemetry::Metrics metrics;
  ManualClock clock;
  {
    const telemetry::Log log({.service = "test", .file = file});
    CallTelemetry calls(metrics, log, clock, {});
    const Context context;
    const Error away{ErrorCode::Unavailable, "demo.away", "away", {}};
    const CallObserver::Call call{.port = "demo",
                                  .operation = "get_thing",
                                  .binding = "remote",
                                  .took = {},
                                  .error = &away,
                                  .context = context};
    for (int i = 0; i < 50; ++i) {
      calls.called(call);
      calls.fault(call, "broken");
    }
    clock.advance(std::chrono::seconds{1});
    calls.called(call);
    calls.fault(call, "broken");
  }
  std::ifstream in(file);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(std::ranges::count(text, '\n'), 2 * (serving::FailureLog::kPerSecond + 1));
  EXPECT_THAT(text, HasSubstr(R"("suppressed":40)"));
  EXPECT_EQ(metrics.calls.read().front().failures, 51U);
}

/// Whoever asks it gets an exception.
class BrokenClock final : public Clock {
 public:
  Timestamp now() const override { throw std::runtime_error("no time"); }
  SteadyTime steady() const override { throw std::runtime_error("no time"); }
};

TEST(TheCallsOfAModule, ThatCannotBeCountedAreAFaultThatIsToldToThoseWhoNeverWait) {
  const test::TemporaryFolder folder;
  const telemetry::Log log({.service = "test", .file = (folder.path() / "log.json").string()});
  telemetry::Metrics metrics;
  const BrokenClock clock;
  std::vector<std::string> told;
  CallTelemetry calls(metrics, log, clock, [&](std::string_view what) { told.emplace_back(what); });
  const Context context;
  const CallObserver::Call call{.port = "demo",
                                .operation = "get_thing",
                                .binding = "local",
                                .took = {},
                                .error = nullptr,
                                .context = context};
  testing::internal::CaptureStderr();
  calls.called(call);
  calls.fault(call, "broken");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "it may be a pipe that nobody reads";
  EXPECT_THAT(told, testing::ElementsAre("no time", "no time"));
}

TEST(AnApplication, SaysThatItIsNotReadyWhenACheckThrows) {
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

TEST(AnApplication, TellsItsFiguresWhileDashboardsWaitForADatabaseThatHangs) {
  std::latch hangs(1);
  std::latch release(1);
  std::atomic<bool> first = true;
  ServedDemo shop("here", Linkage::Linked);  // ends before what its document waits for
  shop.documents.push_back({"events", [&] {
                              if (first.exchange(false)) hangs.count_down();
                              release.wait();
                              return std::string("{}");
                            }});
  shop.serve();
  std::vector<test::Peer> dashboards;
  for (int i = 0; i < 3; ++i) {
    dashboards.push_back(test::Peer::connect(shop.endpoint().port));
    dashboards.back().send("GET /_banyan/api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
    dashboards.back().read_until("event: hello");
  }
  hangs.wait();
  unsigned status = 0;
  try {
    status = get(shop, "/metrics").head.status;
  } catch (const std::runtime_error&) {
    status = 0;  // nobody has answered in time
  }
  release.count_down();
  EXPECT_EQ(status, 200U);
}

}  // namespace
}  // namespace banyan::host

// SPDX-License-Identifier: Apache-2.0
// A page asks a module of its process, whose service is gone: the whole program, with a real socket
// to nobody.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "asking_demo.hpp"
#include "banyan/kernel/error.hpp"
#include "process.hpp"
#include "support/becomes_true.hpp"
#include "support/secret_file.hpp"

namespace banyan::host {
namespace {

using testing::HasSubstr;
using testing::Not;

/// An application with pages that ask its module, which is in a service as well.
class APageOfARoutedModule : public testing::Test {
 protected:
  APageOfARoutedModule() {
    service_.serve();
    application_.make_endpoints = [](const Ports& ports, const OwnParts&) {
      return pages_of(ports.get<demo::Demo>());
    };
  }

  /// With what the file says of the rollout, and all of its reads in the service.
  void start(const std::string& rollout, const std::string& more = "") {
    std::ofstream(folder_.file("banyan.toml"))
        << "[proxy]\nlisten = [\"127.0.0.1:0\"]\n[limits]\ndrain_spread = \"1ms\"\n"
        << rollout;
    options_.config_file = folder_.file("banyan.toml");
    options_.database.file = folder_.file("shop.db");
    options_.log_file = folder_.file("log.json");
    options_.at["demo"] = service_.endpoint();
    options_.loops = 1;
    process_ = std::make_unique<Process>(application_, table_, Network(), options_);
    process_->open();
    shift(more);
  }
  void shift(const std::string& more) const {
    const http::Response shifted =
        ask("POST", "/_banyan/api/rollouts/demo/shift",
            R"({"who":"ann","why":"a test","force":true,"percent":"100%")" + more + "}");
    EXPECT_EQ(shifted.head.status, 200U) << shifted.body;
  }
  void lose_the_service() { service_.drain(std::chrono::milliseconds(0)); }

  http::Response ask(const std::string& method, const std::string& target,
                     const std::string& body = "", const http::Fields& fields = {}) const {
    http::Request request;
    request.head.method = method;
    request.head.target = target;
    for (const auto field : fields) request.head.fields.add(field.name, field.value);
    if (!body.empty()) request.head.fields.add("Content-Type", "application/json");
    request.body = body;
    http::Client client({"127.0.0.1", process_->port()});
    auto answer = client.exchange(request, system_clock().steady() + std::chrono::seconds(30));
    if (!answer) throw std::runtime_error(answer.error().message);
    return std::move(*answer);
  }
  std::string page() const { return ask("GET", "/page").body; }
  std::string metrics() const { return ask("GET", "/metrics").body; }
  std::string log() const {
    std::ifstream in(folder_.file("log.json"));
    return {std::istreambuf_iterator<char>(in), {}};
  }

  static constexpr const char* kFallback = "[rollouts.demo.fallback]\n";

  const test::TemporaryFolder folder_;
  ServedDemo service_{"there", Linkage::Linked, internal()};
  NamedDemo* here_ = nullptr;  ///< the module of the application
  Options options_;

 private:
  /// Each says who has answered, or which rule stands in the way.
  static std::vector<serving::Endpoint> pages_of(demo::Demo& things) {
    const auto said = [](const Result<demo::Thing>& thing) {
      return thing ? thing->name : thing.error().rule;
    };
    const auto made = [](const std::string& method, const std::string& path, auto answer) {
      serving::Endpoint one;
      one.name = path.substr(1);
      one.method = method;
      one.path = path;
      one.effect = method == "GET" ? Effect::Read : Effect::Write;
      one.answer = [answer](const http::Request&, const Context& context) {
        http::Response response;
        response.body = answer(context);
        return response;
      };
      return one;
    };
    const demo::GetThing get{demo::thing_id(1)};
    return {made("GET", "/page",
                 [&things, said, get](const Context& context) {
                   return said(things.handle(get, context));
                 }),
            made("GET", "/three",
                 [&things, said, get](const Context& context) {
                   std::string all = said(things.handle(get, context));
                   all += ' ' + said(things.handle(get, context));
                   all += ' ' + said(things.handle(get, context));
                   return all;
                 }),
            made("POST", "/name", [&things, said](const Context& context) {
              return said(things.handle(demo::RenameThing{demo::thing_id(1), "x"}, context));
            })};
  }
  ModuleEntry entry() {
    static const std::vector<migrations::Script> scripts{
        {"0001_create.sql", "CREATE TABLE things (id TEXT PRIMARY KEY);"}};
    return hosted<demo::Demo>(extracted<demo::Demo>({}), Linkage::Routed, {"things"}, scripts,
                              [this](Ports&, sql::ModuleDatabase&, const Environment&) {
                                auto module = std::make_unique<NamedDemo>("here");
                                here_ = module.get();
                                return module;
                              });
  }

  Application application_{.name = "demo",
                           .title = "Demo",
                           .version = "1",
                           .description = "",
                           .home_page = "<p>home</p>"};
  const std::vector<ModuleEntry> table_{entry()};
  std::unique_ptr<Process> process_;
};

TEST_F(APageOfARoutedModule, IsAnsweredByTheModuleHereWhenTheServiceIsGone) {
  start(kFallback);
  EXPECT_EQ(page(), "there");
  lose_the_service();
  EXPECT_EQ(page(), "here");
  EXPECT_THAT(metrics(), HasSubstr(R"(banyan_fallbacks_total{rollout="demo",effect="read"} 1)"));
  EXPECT_TRUE(test::becomes_true([&] { return log().contains("\"fell_back\""); }));
  EXPECT_THAT(log(), HasSubstr(R"("operation":"get_thing")"));
}

TEST_F(APageOfARoutedModule, ThatFellBackIsCountedInTheStatusOfItsRollout) {
  start(kFallback);
  EXPECT_THAT(ask("GET", "/_banyan/api/status").body, HasSubstr(R"("fallbacks":0)"));
  lose_the_service();
  EXPECT_EQ(page(), "here");
  EXPECT_THAT(ask("GET", "/_banyan/api/status").body, HasSubstr(R"("fallbacks":1)"));
}

TEST_F(APageOfARoutedModule, IsToldOperatorsWithWhatToDoWhereNobodyAsksForAFallback) {
  start("");
  lose_the_service();
  const auto status = [this] { return ask("GET", "/_banyan/api/status").body; };
  EXPECT_TRUE(test::becomes_true([&] {
    EXPECT_THAT(page(), HasSubstr("banyan."));
    return status().contains("no healthy instance in demo (the new side of demo)");
  }));
  EXPECT_THAT(status(), HasSubstr("`banyan back demo`, or [rollouts.demo.fallback] in " +
                                  options_.config_file));
}

TEST_F(APageOfARoutedModule, FallsBackFromWhenTheFileSaysSoWithoutAnySignal) {
  start("");
  lose_the_service();
  EXPECT_THAT(page(), HasSubstr("banyan."));
  std::ofstream(folder_.file("banyan.toml"), std::ios::app) << kFallback;
  EXPECT_TRUE(test::becomes_true([&] { return page() == "here"; })) << log();
  EXPECT_TRUE(test::becomes_true([&] { return log().contains("\"routes_loaded\""); }));
}

TEST_F(APageOfARoutedModule, StaysWhatItWasWhenTheFileHasBecomeABadOne) {
  start(kFallback);
  lose_the_service();
  std::ofstream(folder_.file("banyan.toml"), std::ios::app) << "[rollouts.demo.fallbakc]\n";
  EXPECT_TRUE(test::becomes_true([&] { return log().contains("\"routes_refused\""); }));
  EXPECT_EQ(page(), "here");
}

TEST_F(APageOfARoutedModule, IsAnsweredByTheModuleHereWhenTheServiceHangs) {
  std::latch release(1);
  options_.call_timeout = std::chrono::milliseconds(100);
  start(kFallback);
  service_.module->inside = [&] { release.wait(); };
  EXPECT_EQ(page(), "here");
  release.count_down();
  service_.drain(std::chrono::seconds(10));
  service_.finish();  // what hung uses what stands here
}

TEST_F(APageOfARoutedModule, StaysWithTheModuleHereForTheRestOfTheRequest) {
  start(kFallback);
  service_.module->inside = [] { throw std::runtime_error("the disk is gone"); };
  EXPECT_EQ(ask("GET", "/three").body, "here here here");
  EXPECT_EQ(service_.module->calls, 1) << "what one call has found out goes for the others";
  EXPECT_EQ(here_->calls, 3);
  EXPECT_THAT(metrics(), HasSubstr(R"(banyan_fallbacks_total{rollout="demo",effect="read"} 1)"))
      << "it has come home once";
  service_.module->inside = [] {};
  EXPECT_EQ(ask("GET", "/three").body, "there there there") << "another request begins anew";
}

TEST_F(APageOfARoutedModule, GoesThereAgainOnceTheServiceHasTheWrites) {
  std::latch came_home(1), moved(1);
  start(kFallback);
  service_.module->inside = [] { throw std::runtime_error("the disk is gone"); };
  here_->inside = [&] {
    if (!came_home.try_wait()) came_home.count_down();
    moved.wait();
  };
  std::string three;
  std::thread reader([&] { three = ask("GET", "/three").body; });
  came_home.wait();
  service_.module->inside = [] {};
  shift(R"(,"writes":"remote")");
  moved.count_down();
  reader.join();
  EXPECT_EQ(three, "here there there") << "the data here is no longer good";
  EXPECT_EQ(here_->calls, 1);
}

TEST_F(APageOfARoutedModule, IsToldWhatTheServiceRefuses) {
  start(kFallback);
  service_.module->inside = [] {
    throw OperationalFault({ErrorCode::Unavailable, "demo.unknown_thing", "not today", {}},
                           "a test");
  };
  EXPECT_EQ(page(), "demo.unknown_thing");
  EXPECT_EQ(here_->calls, 0);
  EXPECT_THAT(metrics(), HasSubstr(R"(banyan_fallbacks_total{rollout="demo",effect="read"} 0)"));
}

TEST_F(APageOfARoutedModule, IsToldThatTheServiceIsGoneWhereNobodyAsksForAFallback) {
  start("");
  lose_the_service();
  EXPECT_THAT(page(), HasSubstr("banyan."));
  EXPECT_EQ(here_->calls, 0);
}

TEST_F(APageOfARoutedModule, IsToldThatTheServiceIsGoneOnceThatHasTheWrites) {
  start(kFallback, R"(,"writes":"remote")");
  lose_the_service();
  EXPECT_THAT(page(), HasSubstr("banyan."));
  EXPECT_EQ(here_->calls, 0);
  EXPECT_THAT(metrics(),
              HasSubstr(R"(banyan_fallbacks_refused_total{rollout="demo",reason="data"} 1)"));
}

TEST_F(APageOfARoutedModule, ThatWritesNeverFallsBackThoughBothSidesWorkOnTheSameData) {
  start(std::string(kFallback) + "shared_data = true\nwrites = \"keyed\"\n",
        R"(,"writes":"remote")");
  EXPECT_EQ(ask("POST", "/name", "{}").body, "there");
  lose_the_service();
  EXPECT_THAT(ask("POST", "/name", "{}").body, HasSubstr("banyan."));
  EXPECT_EQ(here_->calls, 0);
  EXPECT_EQ(page(), "here") << "where a read does";
}

TEST_F(APageOfARoutedModule, FallsBackAsOftenAsTheBudgetAllows) {
  constexpr int kAlways = 100;  // ten a second, over the ten seconds that the budget looks back
  start(kFallback);
  lose_the_service();
  int answered = 0;
  while (answered < 100 * kAlways && page() == "here") ++answered;
  EXPECT_GE(answered, kAlways);
  EXPECT_LT(answered, 100 * kAlways) << "it has never ended";
  EXPECT_THAT(metrics(),
              HasSubstr(R"(banyan_fallbacks_refused_total{rollout="demo",reason="budget"})"));
}

TEST_F(APageOfARoutedModule, CostsTheBudgetAsMuchAsARequestHoweverManyOfItsReadsStay) {
  constexpr int kPages = 60;  // of 180 reads, and there is enough for 100
  start(kFallback);
  lose_the_service();
  for (int i = 0; i < kPages; ++i) ASSERT_EQ(ask("GET", "/three").body, "here here here") << i;
  EXPECT_THAT(metrics(), HasSubstr(R"(banyan_fallbacks_total{rollout="demo",effect="read"} 60)"));
  EXPECT_THAT(metrics(), Not(HasSubstr("banyan_fallbacks_refused_total{")));
}

TEST_F(APageOfARoutedModule, ThatATesterHasSentThereShowsThatTheServiceIsGone) {
  test::write_secret(folder_.file("testers.secret"), "0123456789abcdef\n");
  start(std::string(kFallback) + "[rollouts.demo.testers]\nheader = \"X-Side\"\nsecret_file = \"" +
        folder_.file("testers.secret") + "\"\n");
  lose_the_service();
  const http::Fields tester = {{"X-Side", "new 0123456789abcdef"}};
  EXPECT_THAT(ask("GET", "/page", "", tester).body, HasSubstr("banyan."));
  EXPECT_EQ(here_->calls, 0);
  EXPECT_EQ(page(), "here") << "for everybody else";
}

}  // namespace
}  // namespace banyan::host

// SPDX-License-Identifier: Apache-2.0
// An application that hosts a module and has a service of it: the old side is here, in this
// process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "banyan/http/client.hpp"
#include "banyan/serving/control_plane.hpp"
#include "demo_host.hpp"
#include "sockets.hpp"
#include "support/becomes_true.hpp"
#include "support/secret_file.hpp"

namespace banyan::host {
namespace {

const std::string kOneThing = "/things/" + demo::thing_id(1).str();

/// Decides between its own module and the service, by a control store of its own.
class DecidingDemo : public DemoProcess {
 public:
  explicit DecidingDemo(Options options)
      : DemoProcess("here", Linkage::Routed, std::move(options)) {}
  ~DecidingDemo() {
    server_->drain(std::chrono::milliseconds(0));
    finish();
  }

  std::vector<serving::Endpoint> own_endpoints;  ///< as the application has made them
  /// How busy the machine is that a test runs on must not decide about its copies.
  std::chrono::milliseconds late_after = std::chrono::hours(1);

  void serve(const strangler::RolloutPlan& plan) {
    strangler::Configuration configuration;
    configuration.listen = {{{"127.0.0.1", 0}}};
    configuration.limits.drain_spread = std::chrono::milliseconds(0);
    if (const auto& internal = this->options().internal_address) {
      configuration.internal = strangler::Address{internal->host, internal->port};
    }
    configuration.rollouts.push_back(plan);
    auto control = serving::ControlPlane::open(
        {.store = (folder_.path() / "control.db").string(),
         .clock = system_clock(),
         .rollouts = {"demo"},
         .survey = strangler::open_topology(),
         .steps = [](std::string_view) { return strangler::usual_steps(); },
         .tunnels = {},
         .missed = {},
         .testers = [this](std::string_view rollout) { return server_->testers(rollout); },
         .preflight = [](std::string_view) { return std::optional<std::string>(); },
         .operations = {},
         .plan_of = {}},
        *scheduler_, telemetry_);
    if (!control) throw std::runtime_error(control.error().message);
    control_ = std::move(*control);
    served_ = served_by(application_, assembly(), this->options(), database(), "demo",
                        telemetry_.log, true, own_endpoints);
    auto made = serving::Server::make({.settings = {.loops = 1, .late_after = late_after},
                                       .routing = std::make_shared<const strangler::Routing>(
                                           strangler::Routing{std::move(configuration)}),
                                       .served = served_,
                                       .telemetry = telemetry_,
                                       .table = control_->stages(),
                                       .control = control_.get(),
                                       .clock = system_clock()});
    if (!made) throw std::runtime_error(to_string(made.error()));
    server_ = std::move(*made);
    server_->start();
  }

  http::Response ask(const std::string& method, const std::string& target,
                     const std::string& body = {}, const http::Fields& fields = {}) const {
    http::Request request;
    request.head.method = method;
    request.head.target = target;
    for (const auto field : fields) request.head.fields.add(field.name, field.value);
    if (!body.empty()) request.head.fields.add("Content-Type", "application/json");
    request.body = body;
    return answer_to(request, server_->addresses().front().endpoint);
  }
  /// As another process of the application, for somebody, by whom stickiness goes, too.
  http::Response ask_inside(const std::string& target, const std::string& principal,
                            const http::Fields& more = {}) const {
    http::Request request;
    request.head.method = "GET";
    request.head.target = target;
    request.head.fields.add("Banyan-Principal", principal);
    request.head.fields.add("Banyan-Stickiness-Key", "session%20of%20" + principal);
    for (const auto field : more) request.head.fields.add(field.name, field.value);
    return answer_to(request, server_->addresses().back().endpoint);
  }
  std::uint16_t port_of_clients() const { return server_->addresses().front().endpoint.port; }
  unsigned order(const std::string& verb, const std::string& more = "") const {
    return ask("POST", "/_banyan/api/rollouts/demo/" + verb,
               R"({"who":"ann","why":"a test","force":true)" + more + "}")
        .head.status;
  }
  /// How many reads of a thing have spoken for or against the new side.
  std::uint64_t judged_reads() const {
    return control_->evidence().of("demo", "demo.get_thing").read(strangler::Group::New).requests;
  }
  nlohmann::json differences() const {
    return nlohmann::json::parse(ask("GET", "/_banyan/api/differences?module=demo").body)
        .at("modules")
        .at(0);
  }

 private:
  static http::Response answer_to(const http::Request& request, const http::Endpoint& at) {
    http::Client client(at);
    auto answer = client.exchange(request, system_clock().steady() + std::chrono::seconds(10));
    if (!answer) throw std::runtime_error(answer.error().message);
    return std::move(*answer);
  }

  test::TemporaryFolder folder_;
  Application application_{.name = "demo",
                           .title = "Demo",
                           .version = "1",
                           .description = "",
                           .home_page = "<p>home</p>"};
  std::unique_ptr<Scheduler> scheduler_ = make_thread_scheduler();
  serving::Served served_;
  serving::Telemetry telemetry_{
      {.service = "test", .file = "/dev/null", .least = telemetry::Level::Debug}};
  std::unique_ptr<serving::ControlPlane> control_;
  std::unique_ptr<serving::Server> server_;
};

struct AHostedModuleWithAService : testing::Test {
  static Options of_service() {
    Options options;
    options.trust = binding::Trust::Internal;
    return options;
  }
  Options at(const ServedDemo& there) const {
    Options options;
    options.internal_address = http::Endpoint{"unix:" + (folder.path() / "inside").string(), 0};
    options.at["demo"] = there.endpoint();
    return options;
  }
  static strangler::RolloutPlan plan() {
    strangler::RolloutPlan plan{.name = "demo", .steps = strangler::usual_steps()};
    plan.shadow.emplace();
    plan.shadow->share = strangler::Percent::all();
    plan.shadow->noise = strangler::Percent::none();
    plan.fallback.emplace();
    return plan;
  }
  template <class Condition>
  static void until(const std::string& what, Condition condition) {
    ASSERT_TRUE(test::becomes_true(condition)) << "waited for: " << what;
  }
  std::uint64_t compared() const {
    return shop.differences().at("copies").at("compared").get<std::uint64_t>();
  }

  test::TemporaryFolder folder;
  ServedDemo service{"there", Linkage::Linked, of_service()};
  DecidingDemo shop{at(service.serve())};

  void SetUp() override { shop.serve(plan()); }
};

TEST_F(AHostedModuleWithAService, AsksTheServiceForComparisonWhenTheModuleHasAnswered) {
  ASSERT_EQ(shop.order("shadow"), 200U);
  const http::Response answer = shop.ask("GET", kOneThing);
  EXPECT_THAT(answer.body, testing::HasSubstr(R"("name":"here")"));
  until("the comparison", [&] { return compared() == 1; });
  EXPECT_EQ(service.module->calls, 1);
  EXPECT_TRUE(service.module->last().copy) << "so that what it calls proves nothing";
  EXPECT_FALSE(shop.module->last().copy);
  const auto field = shop.differences().at("report").at("fields").at(0);
  EXPECT_EQ(field.at("path"), "/name");
  EXPECT_EQ(field.at("operation"), "get_thing");
}

TEST_F(AHostedModuleWithAService, MakesNoCopyForSomebodyWhomAnotherProcessNames) {
  ASSERT_EQ(shop.order("shadow"), 200U);
  EXPECT_EQ(shop.ask_inside(kOneThing, "ada").head.status, 200U);
  EXPECT_EQ(shop.module->last().principal, "ada");
  until("its reason", [&] {
    const auto copies = shop.differences().at("copies");
    return copies.at("dropped").value("credentials", 0) == 1;
  });
  EXPECT_EQ(service.module->calls, 0);
}

TEST_F(AHostedModuleWithAService, IsNotJudgedByWhatIsAskedForACopy) {
  ASSERT_EQ(shop.order("shift", R"(,"percent":"100%")"), 200U);
  EXPECT_EQ(shop.ask_inside(kOneThing, "ada", {{"Banyan-Shadow", "1"}}).head.status, 200U);
  EXPECT_TRUE(service.module->last().copy);
  EXPECT_EQ(shop.ask_inside(kOneThing, "ada").head.status, 200U);
  until("the evidence of a user", [&] { return shop.judged_reads() >= 1; });
  EXPECT_EQ(shop.judged_reads(), 1U);
}

struct AHostedModuleWithAnonymousCopies : AHostedModuleWithAService {
  void SetUp() override {
    strangler::RolloutPlan anonymous = plan();
    anonymous.shadow->credentials = strangler::CopyCredentials::Drop;
    shop.serve(anonymous);
  }
};

TEST_F(AHostedModuleWithAnonymousCopies, DoesNotSayWhomAnotherProcessNames) {
  ASSERT_EQ(shop.order("shadow"), 200U);
  EXPECT_EQ(shop.ask_inside(kOneThing, "ada").head.status, 200U);
  until("the comparison", [&] { return compared() == 1; });
  EXPECT_EQ(shop.module->last().principal, "ada");
  EXPECT_EQ(service.module->calls, 1);
  EXPECT_EQ(service.module->last().principal, "");
  EXPECT_EQ(shop.module->last().stickiness_key, "session of ada");
  EXPECT_THAT(service.module->last().stickiness_key, testing::Not(testing::HasSubstr("ada")));
}

struct AHostedModuleWithCopiesByRule : AHostedModuleWithAService {
  void SetUp() override {
    strangler::RolloutPlan by_rule = plan();
    by_rule.shadow->credentials = strangler::CopyCredentials::Pass;
    by_rule.shadow->set.push_back({.name = "X-Session", .value = "shadow"});
    shop.serve(by_rule);
  }
};

TEST_F(AHostedModuleWithCopiesByRule, DoesNotSayTheKeyThatMayBeWhatARuleReplaces) {
  ASSERT_EQ(shop.order("shadow"), 200U);
  EXPECT_EQ(shop.ask_inside(kOneThing, "ada").head.status, 200U);
  until("the comparison", [&] { return compared() == 1; });
  EXPECT_EQ(shop.module->last().stickiness_key, "session of ada");
  EXPECT_EQ(service.module->last().principal, "ada");
  EXPECT_THAT(service.module->last().stickiness_key,
              testing::Not(testing::HasSubstr("session of")));
}

// Of a copy that says nobody's name, by another process: what it asks here names nobody either.
TEST_F(AHostedModuleWithAnonymousCopies, CopiesNothingThatIsAskedForACopy) {
  ASSERT_EQ(shop.order("shadow"), 200U);
  EXPECT_EQ(shop.ask_inside(kOneThing, "", {{"Banyan-Shadow", "1"}}).head.status, 200U);
  EXPECT_TRUE(shop.module->last().copy);
  EXPECT_EQ(shop.ask_inside(kOneThing, "").head.status, 200U);
  until("the comparison of the other one", [&] { return compared() == 1; });
  EXPECT_EQ(service.module->calls, 1);
}

TEST_F(AHostedModuleWithAService, AsksTheModuleForComparisonWhenTheServiceHasAnswered) {
  ASSERT_EQ(shop.order("shift", R"(,"percent":"100%")"), 200U);
  const http::Response answer = shop.ask("GET", kOneThing);
  EXPECT_THAT(answer.body, testing::HasSubstr(R"("name":"there")"));
  until("the comparison", [&] { return compared() == 1; });
  EXPECT_EQ(shop.module->calls, 1) << "here, past the routed port's own decision";
  EXPECT_EQ(service.module->calls, 1);
  EXPECT_TRUE(shop.module->last().copy) << "so that what it calls proves nothing";
  EXPECT_FALSE(service.module->last().copy);
}

struct AHostedModuleWithCopiesInTime : AHostedModuleWithAService {
  void SetUp() override {}
  void serve(std::chrono::milliseconds time) {
    strangler::RolloutPlan in_time = plan();
    in_time.shadow->time = time;
    shop.serve(in_time);
  }
  std::uint64_t left_out(const char* how, const char* reason) const {
    return shop.differences().at("copies").at(how).value(reason, std::uint64_t{0});
  }
};

TEST_F(AHostedModuleWithCopiesInTime, IsNotAskedForOneWhoseTimeIsOver) {
  serve(std::chrono::milliseconds(0));
  ASSERT_EQ(shop.order("shift", R"(,"percent":"100%")"), 200U);
  EXPECT_EQ(shop.ask("GET", kOneThing).head.status, 200U);
  until("its reason", [&] { return left_out("dropped", "late") == 1; });
  EXPECT_EQ(shop.module->calls, 0);
  EXPECT_EQ(shop.differences().at("copies").at("sent"), 0);
  EXPECT_EQ(compared(), 0U) << "that the time is over, the module has not said";
}

TEST_F(AHostedModuleWithCopiesInTime, HasFailedAtOneThatItAnswersTooLate) {
  shop.module->inside = [this] {
    const Context asked = shop.module->last();
    while (asked.copy && !asked.expired(system_clock())) std::this_thread::yield();
  };
  serve(std::chrono::milliseconds(200));
  ASSERT_EQ(shop.order("shift", R"(,"percent":"100%")"), 200U);
  EXPECT_EQ(shop.ask("GET", kOneThing).head.status, 200U);
  until("its reason", [&] {  // on a machine that is busy it may not even be asked in time
    return left_out("failed", "timeout") + left_out("dropped", "late") == 1;
  });
  EXPECT_EQ(compared(), 0U) << "with what the kit says in its place";
}

TEST_F(AHostedModuleWithAService, AnswersAReadItselfWhenTheServiceIsGone) {
  ASSERT_EQ(shop.order("shift", R"(,"percent":"100%")"), 200U);
  service.drain(std::chrono::milliseconds(0));
  const http::Response answer = shop.ask("GET", kOneThing);
  EXPECT_EQ(answer.head.status, 200U);
  EXPECT_THAT(answer.body, testing::HasSubstr(R"("name":"here")"));
  EXPECT_NE(answer.head.fields.find("Banyan-Fallback"), std::nullopt);
}

/// A page of the application does what no page may that is answered on the loop: it takes its time.
struct AHostedModuleOnALoopThatIsHeldUp : AHostedModuleWithAService {
  void SetUp() override {
    serving::Endpoint page;
    page.name = "page";
    page.path = "/page";
    page.at_once = true;
    page.answer = [this](const http::Request&, const Context&) {
      held_up = true;
      while (!let_go) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      return http::Response();
    };
    shop.own_endpoints.push_back(page);
    shop.late_after = http::kLateAfter;
    shop.serve(plan());
  }
  void TearDown() override { let_go = true; }

  /// On a connection of its own; its answer is read later.
  test::Peer asked(const std::string& target) const {
    test::Peer client = test::Peer::connect(shop.port_of_clients());
    client.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return client;
  }

  std::atomic<bool> held_up = false;
  std::atomic<bool> let_go = false;
};

TEST_F(AHostedModuleOnALoopThatIsHeldUp, MakesNoCopiesUntilTheLoopHasCaughtUp) {
  ASSERT_EQ(shop.order("shadow"), 200U);
  const test::Peer slow = asked("/page");
  until("the loop to be held up", [&] { return held_up.load(); });
  test::Peer waiting = asked(kOneThing);
  // Longer than what the loop looks back; how much longer makes no difference.
  const auto since = std::chrono::steady_clock::now();
  until("it to be late",
        [&] { return std::chrono::steady_clock::now() - since > std::chrono::milliseconds(200); });
  let_go = true;
  EXPECT_THAT(waiting.read_head(), testing::HasSubstr(" 200 "));
  until("its reason",
        [&] { return shop.differences().at("copies").at("dropped").value("busy", 0) == 1; });
  EXPECT_EQ(service.module->calls, 0);
  until("a copy, once there is time again", [&] {
    EXPECT_EQ(shop.ask("GET", kOneThing).head.status, 200U);
    return compared() > 0;
  });
}

struct AHostedModuleWithTesters : AHostedModuleWithAService {
  void SetUp() override {
    const std::string file = (folder.path() / "testers.secret").string();
    test::write_secret(file, "0123456789abcdef\n");
    strangler::RolloutPlan tested = plan();
    tested.testers = strangler::TestersPlan{.header = "X-Side", .secret_file = file};
    serving::Endpoint page;
    page.name = "page";
    page.path = "/page";
    page.answer = [](const http::Request& request, const Context&) {
      http::Response response;
      for (const auto field : request.head.fields) response.body.append(field.name) += '\n';
      return response;
    };
    shop.own_endpoints.push_back(page);
    shop.serve(tested);
  }
  http::Response ask(const std::string& method, const std::string& side) const {
    const bool writes = method == "PUT";
    return shop.ask(method, kOneThing + (writes ? "/name" : ""), writes ? R"({"name":"x"})" : "",
                    {{"X-Side", side + " 0123456789abcdef"}});
  }
  nlohmann::json testers() const {
    return nlohmann::json::parse(shop.ask("GET", "/_banyan/api/status").body)
        .at("rollouts")
        .at(0)
        .at("testers");
  }
};

TEST_F(AHostedModuleWithTesters, LetsThemChooseAndTellsTheServiceThatTheyHave) {
  EXPECT_THAT(shop.ask("GET", kOneThing).body, testing::HasSubstr(R"("name":"here")"));
  EXPECT_THAT(ask("GET", "new").body, testing::HasSubstr(R"("name":"there")"));
  const Context last = service.module->last();
  const RoutingDecision* const told = last.routed("demo");
  ASSERT_NE(told, nullptr);
  EXPECT_TRUE(told->forced);
  EXPECT_EQ(told->side, Side::Remote);
  EXPECT_THAT(shop.ask("GET", kOneThing, {}, {{"X-Side", "new"}}).body,
              testing::HasSubstr(R"("name":"here")"));
  EXPECT_EQ(testers(), nlohmann::json::parse(R"({"old_side":0,"new_side":1,"refused":1})"));
}

TEST_F(AHostedModuleWithTesters, KeepTheirSecretFromThePagesOfTheApplication) {
  const std::string said = "new 0123456789abcdef";
  const http::Response heard =
      shop.ask("GET", "/page", {}, {{"X-Side", said}, {"X_Side", said}, {"X-Other", "1"}});
  EXPECT_THAT(heard.body, testing::HasSubstr("X-Other\n"));
  EXPECT_THAT(heard.body, testing::Not(testing::HasSubstr("X-Side")));
  EXPECT_THAT(heard.body, testing::Not(testing::HasSubstr("X_Side"))) << "which CGI reads so";
}

TEST_F(AHostedModuleWithTesters, WritesWhereTheWritesAre) {
  EXPECT_THAT(ask("PUT", "new").body, testing::HasSubstr(R"("name":"here")"));
  EXPECT_EQ(service.module->calls, 0);
  ASSERT_EQ(shop.order("shift", R"(,"percent":"100%","writes":"remote")"), 200U);
  EXPECT_THAT(ask("PUT", "old").body, testing::HasSubstr(R"("name":"there")"));
  EXPECT_THAT(ask("GET", "old").body, testing::HasSubstr(R"("name":"there")"));
}

TEST_F(AHostedModuleWithTesters, CopiesNothingOfTheirs) {
  ASSERT_EQ(shop.order("shadow"), 200U);
  EXPECT_EQ(ask("GET", "old").head.status, 200U);
  EXPECT_EQ(shop.ask("GET", kOneThing).head.status, 200U);
  until("the comparison of the other one", [&] { return compared() == 1; });
  EXPECT_EQ(service.module->calls, 1);
}

}  // namespace
}  // namespace banyan::host

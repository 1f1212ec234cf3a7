// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <future>
#include <latch>

#include "demo_host.hpp"

namespace banyan::host {
namespace {

using std::chrono::milliseconds;

Context context(milliseconds budget = milliseconds(10'000)) {
  return Context::begin(budget, system_clock(), system_random()).with_key("key-1");
}

Options with_service(const http::Endpoint& endpoint) {
  Options options;
  options.at["demo"] = endpoint;
  return options;
}

Options rehearsing() {
  Options options;
  options.rehearse = {"demo"};
  return options;
}

/// One module behind every binding that there is, all of which lead to an instance of one name.
TEST(Assembly, GivesTheSameAnswersThroughEveryBinding) {
  Options internal;
  internal.trust = binding::Trust::Internal;
  ServedDemo service("one", Linkage::Linked, internal);
  service.serve();
  const DemoProcess plain("one", Linkage::Linked);
  const DemoProcess rehearsed("one", Linkage::Linked, rehearsing());
  const DemoProcess remote("one", Linkage::Extracted, with_service(service.endpoint()));
  DemoProcess routed_here("one", Linkage::Routed, with_service(service.endpoint()));
  DemoProcess routed_away("one", Linkage::Routed, with_service(service.endpoint()));
  routed_away.table.reads = routed_away.table.writes = Side::Remote;

  EXPECT_EQ(plain.demo().runs(), "in_process");
  EXPECT_EQ(rehearsed.demo().runs(), "rehearsal");
  EXPECT_EQ(remote.demo().runs(), "remote");
  EXPECT_EQ(routed_here.demo().runs(), "routed");

  const demo::Thing thing{demo::thing_id(3), "one", std::nullopt, {}, {}};
  for (demo::Demo* const each : {&port(plain.demo().in_process), &port(rehearsed.demo().rehearsal),
                                 &port(remote.demo().remote), &port(routed_here.demo().routed),
                                 &port(routed_away.demo().routed)}) {
    EXPECT_EQ(each->handle(demo::GetThing{thing.id}, context()), thing);
    EXPECT_TRUE(each->handle(demo::PolishThing{thing.id}, context()));
    const auto taken = each->handle(demo::MakeThing{"taken", std::nullopt, {}, {}}, context());
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().rule, "demo.name_taken");
    EXPECT_EQ(taken.error().code, ErrorCode::AlreadyExists);
    const auto late = each->handle(demo::GetThing{thing.id}, context(milliseconds(0)));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().rule, "banyan.deadline_exceeded");
    const OpenUnitOfWork open;
    EXPECT_EQ(each->handle(demo::GetThing{thing.id}, context()).error().rule,
              "banyan.call_inside_unit_of_work");
  }
  EXPECT_EQ(routed_away.module->calls, 0);
  EXPECT_GT(routed_here.module->calls, 0);
}

TEST(Assembly, WaitsForAModuleAtLeastAsLongAsTheApplicationAsksFor) {
  Options internal;
  internal.trust = binding::Trust::Internal;
  ServedDemo service("one", Linkage::Linked, internal);
  service.serve();
  const auto time_of_a_call = [&](milliseconds patience) {
    Options options = with_service(service.endpoint());
    options.call_timeout = milliseconds(2'000);
    if (patience.count() > 0) options.patience["demo"] = patience;
    const DemoProcess remote("one", Linkage::Extracted, options);
    EXPECT_TRUE(port(remote.demo().remote).handle(demo::GetThing{demo::thing_id(3)}, context()));
    return service.module->last().remaining(system_clock());
  };
  EXPECT_LE(time_of_a_call(milliseconds(0)), milliseconds(2'000));
  EXPECT_LE(time_of_a_call(milliseconds(1'000)), milliseconds(2'000));
  EXPECT_GT(time_of_a_call(milliseconds(9'000)), milliseconds(2'000));
}

TEST(Assembly, LeavesOutAModuleThatNobodyHereHasAndNobodyNeeds) {
  const DemoProcess process("one", Linkage::Extracted);
  EXPECT_EQ(process.demo().runs(), "absent");
  EXPECT_EQ(process.assembly().find("demo"), &process.demo());
  EXPECT_EQ(process.assembly().find("orders"), nullptr);
}

TEST(Assembly, CountsWhoCallsAModuleAndABrokenRuleIsAnAnswer) {
  const DemoProcess process("one", Linkage::Linked);
  demo::Demo& asked = process.assembly().ports().get<demo::Demo>();
  EXPECT_TRUE(asked.handle(demo::GetThing{demo::thing_id(3)}, context()));
  EXPECT_FALSE(asked.handle(demo::MakeThing{"taken", std::nullopt, {}, {}}, context()));

  const auto rows = process.assembly().callers_of("demo");
  ASSERT_EQ(rows.size(), 2U);
  for (const auto& row : rows) {
    EXPECT_EQ(row.key.way, Assembly::kOwnPages);
    EXPECT_EQ(row.latency.count, 1U) << row.key.operation;
    EXPECT_EQ(row.failures, 0U) << row.key.operation;
  }
  EXPECT_TRUE(process.assembly().callers_of("orders").empty());
}

/// An outside party in a module's own words.
class Weather {
 public:
  virtual ~Weather() = default;
  virtual std::string today() = 0;
};

class AlwaysThat final : public Weather {
 public:
  explicit AlwaysThat(std::string weather) : weather_(std::move(weather)) {}
  std::string today() override { return weather_; }

 private:
  std::string weather_;
};

ModuleEntry module_that_asks_for_the_weather(Linkage linkage) {
  static const std::vector<migrations::Script> no_scripts;
  ModuleEntry entry = extracted<demo::Demo>({});
  if (linkage != Linkage::Extracted) {
    entry =
        hosted<demo::Demo>(std::move(entry), linkage, {}, no_scripts,
                           [](Ports&, Parties& parties, sql::ModuleDatabase&, const Environment&) {
                             return std::make_unique<NamedDemo>(parties.get<Weather>().today());
                           });
  }
  entry.parties = {"demo.weather"};
  return entry;
}

TEST(AServiceOnAnotherHost, ReachesADatabaseOfAServerAndNoFile) {
  HostedModule module;
  module.service = http::Endpoint{"shop.example", 8081};
  EXPECT_FALSE(module.both_reach_data(sql::Engine::Sqlite));
  EXPECT_TRUE(module.both_reach_data(sql::Engine::Postgres));
  module.service = http::Endpoint{"127.0.0.1", 8081};
  EXPECT_TRUE(module.both_reach_data(sql::Engine::Sqlite));
}

TEST(Assembly, GivesAModuleTheOutsidePartiesThatTheApplicationMakesByItsOptions) {
  Options options;
  options.own = {{"weather", "rain"}};
  const std::vector<Party> outside = {party<Weather>("demo.weather", [](const OwnParts& own) {
    return std::make_unique<AlwaysThat>(own.options.at("weather"));
  })};

  const DemoProcess process(module_that_asks_for_the_weather(Linkage::Linked), options, outside);

  const auto thing =
      port(process.demo().in_process).handle(demo::GetThing{demo::thing_id(1)}, context());
  ASSERT_TRUE(thing);
  EXPECT_EQ(thing->name, "rain");
}

TEST(Assembly, MakesNoOutsidePartyOfAModuleThatIsElsewhere) {
  const std::vector<Party> outside = {
      party<Weather>("demo.weather", [](const OwnParts&) -> std::unique_ptr<Weather> {
        ADD_FAILURE() << "nobody here asks for the weather";
        return nullptr;
      })};
  const DemoProcess process(module_that_asks_for_the_weather(Linkage::Extracted), {}, outside);
  EXPECT_EQ(process.demo().runs(), "absent");
}

TEST(Assembly, SaysWhichOutsidePartyNobodyMakes) {
  try {
    const DemoProcess process(module_that_asks_for_the_weather(Linkage::Linked), {});
    FAIL() << "it was made without its party";
  } catch (const std::logic_error& error) {
    EXPECT_STREQ(error.what(),
                 "module demo works with the outside party demo.weather, and nobody says who that"
                 " is: add it to Application::parties");
  }
}

// The assembly's end lets the first call go, and not before.
std::latch* ended = nullptr;

TEST(Assembly, FinishesRehearsedCallsThatNobodyWaitsForBeforeWhatTheyUseGoes) {
  std::latch entered(1);
  std::latch ending(1);
  ended = &ending;
  ModuleEntry entry = demo_entry(Linkage::Linked, "one", [&](NamedDemo& made) {
    made.inside = [&] {
      entered.count_down();
      ending.wait();
    };
  });
  entry.remote = [](binding::RpcTransport& transport, CallObserver& observer, std::string_view name,
                    const Clock& clock) -> AnyPort {
    return std::shared_ptr<demo::Demo>(
        binding::PortBinding<demo::Demo>::remote(transport, observer, name, clock).release(),
        [](demo::Demo* gone) {
          delete gone;
          ended->count_down();
        });
  };
  Options options = rehearsing();
  options.workers = {.reads = 1, .writes = 1};
  DemoProcess process(std::move(entry), options);
  demo::Demo& rehearsed = port(process.demo().rehearsal);
  EXPECT_FALSE(rehearsed.handle(demo::GetThing{demo::thing_id(1)}, context(milliseconds(200))));
  entered.wait();
  EXPECT_FALSE(rehearsed.handle(demo::GetThing{demo::thing_id(2)}, context(milliseconds(20))));
  process.end();
}

}  // namespace
}  // namespace banyan::host

// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"
#include "banyan/http/loopback.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "banyan/test/temporary_folder.hpp"
#include "demo_port.hpp"
#include "option_reader.hpp"
#include "routing.hpp"
#include "self_description.hpp"

namespace banyan::host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Options read(const std::string& name, const std::string& value) {
  OptionReader reader;
  reader.take(name, value);
  EXPECT_THAT(reader.problems(), IsEmpty()) << name << '=' << value;
  return reader.options();
}

TEST(OptionReader, ReadsEveryOption) {
  EXPECT_EQ(read("listen", "0.0.0.0:81").listen, (http::Endpoint{"0.0.0.0", 81}));
  EXPECT_EQ(read("listen", "[::1]:0").listen, (http::Endpoint{"::1", 0}));
  EXPECT_EQ(read("port", "0").listen, (http::Endpoint{"127.0.0.1", 0}));
  EXPECT_EQ(read("database", "a/b.db").database.file, "a/b.db");
  EXPECT_EQ(read("database", "postgresql:///shop").database.engine, sql::Engine::Postgres);
  EXPECT_EQ(read("control", "c.db").control_store, "c.db");
  EXPECT_THAT(read("modules", "orders, catalog,").modules, ElementsAre("orders", "catalog"));
  EXPECT_THAT(read("rehearse", "orders").rehearse, ElementsAre("orders"));
  EXPECT_EQ(read("at", "catalog=[::1]:7").at.at("catalog"), (http::Endpoint{"::1", 7}));
  EXPECT_EQ(read("internal", "").trust, binding::Trust::Internal);
  EXPECT_EQ(read("sticky", "cookie:session").sticky->source,
            strangler::StickinessKey::Source::Cookie);
  EXPECT_EQ(read("sticky", "header:X-Customer").sticky->name, "X-Customer");
  EXPECT_EQ(read("sticky", "address").sticky->source, strangler::StickinessKey::Source::Address);
  EXPECT_EQ(read("sticky", "visit").sticky->name, "banyan_visit");
  EXPECT_EQ(read("workers", "64").workers.reads, 64U);
  EXPECT_EQ(read("queue", "1").queue, 1U);
  EXPECT_EQ(read("loops", "3").loops, 3U);
  EXPECT_EQ(read("budget", "10").budget.count(), 10);
  EXPECT_EQ(read("call-timeout", "600000").call_timeout.count(), 600'000);
  EXPECT_EQ(read("drain", "0").drain->count(), 0);
  EXPECT_EQ(read("log-file", "l").log_file, "l");
  EXPECT_EQ(read("log-level", "warning").log_level, telemetry::Level::Warning);
  EXPECT_EQ(read("ready-file", "r").ready_file, "r");
  EXPECT_TRUE(read("take-over", "").take_over);
  EXPECT_FALSE(read("ready-file", "r").take_over);
}

TEST(OptionReader, ReadsTheKeysOfEventsFromAFileOfTheUsersOwn) {
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / "event.keys").string();
  std::ofstream(file) << "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n";
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  EXPECT_TRUE(read("event-keys", file).event_keys);
  EXPECT_FALSE(Options{}.event_keys);
}

TEST(TheOptions, ComeBeforeTheFileWheneverItIsRead) {
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / "banyan.toml").string();
  std::ofstream(file) << "[proxy]\nlisten = [\"127.0.0.1:1\"]\nsticky = [\"cookie:of_the_file\"]\n"
                         "[limits]\ndrain_time = \"70s\"\n";
  Options options;
  options.config_file = file;
  const auto of_the_file = routing_of(options).value();
  EXPECT_EQ(of_the_file->configuration.stickiness_keys.front().name, "of_the_file");
  EXPECT_EQ(of_the_file->configuration.limits.drain_time, std::chrono::seconds{70});

  options.sticky = strangler::StickinessKey::parse("cookie:session");
  options.drain = std::chrono::seconds{3};
  options.listen = http::Endpoint{"127.0.0.1", 2};
  options.collector = "http://127.0.0.1:4318";
  const auto first = routing_of(options).value();
  strangler::LiveRoutes live(file, first, overlay_of(options));
  for (const auto& routing : {first, live.reload().value()}) {
    const strangler::Configuration& read = routing->configuration;
    EXPECT_THAT(read.stickiness_keys, ElementsAre(*options.sticky));
    EXPECT_EQ(read.limits.drain_time, std::chrono::seconds{3});
    EXPECT_EQ(read.listen.front().address.port, 2U);
    EXPECT_EQ(read.tracing.collector, options.collector);
  }
}

TEST(TheOptions, WithoutAFileHaveDefaultsOfTheirOwn) {
  const auto routing = routing_of(Options{}).value();
  EXPECT_THAT(routing->configuration.stickiness_keys, ElementsAre(strangler::StickinessKey{}));
  EXPECT_EQ(routing->configuration.limits.drain_time, std::chrono::seconds{10});
}

TEST(OptionReader, KnowsEveryOptionOnce) {
  std::set<std::string_view> names;
  for (const auto& known : OptionReader::known()) EXPECT_TRUE(names.insert(known.name).second);
  EXPECT_EQ(names.size(), 27U);
}

struct Bad {
  std::string name;
  std::string value;
  std::string says;
  friend void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.name << '=' << bad.value; }
};

class BadOption : public testing::TestWithParam<Bad> {};

TEST_P(BadOption, IsToldWithItsNameAndWhatIsExpected) {
  OptionReader reader;
  reader.take(GetParam().name, GetParam().value);
  ASSERT_EQ(reader.problems().size(), 1U);
  EXPECT_THAT(reader.problems().front(), HasSubstr("--" + GetParam().name));
  EXPECT_THAT(reader.problems().front(), HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Options, BadOption,
    testing::Values(
        Bad{"listen", "8080", "127.0.0.1:8080"}, Bad{"listen", "::1:80", "[::1]:8080"},
        Bad{"listen", "127.0.0.1:65536", "HOST:PORT"}, Bad{"port", "65536", "65535"},
        Bad{"port", "-1", "whole number"}, Bad{"port", "80x", "'80x'"},
        Bad{"port", "", "whole number"}, Bad{"database", "", "is empty"},
        Bad{"database", "mysql://x/y", "no engine 'mysql'"}, Bad{"modules", " , ", "at least one"},
        Bad{"at", "catalog", "MODULE=HOST:PORT"}, Bad{"at", "=h:1", "MODULE=HOST:PORT"},
        Bad{"at", "catalog=h:0", "MODULE=HOST:PORT"}, Bad{"sticky", "cookie:", "cookie:NAME"},
        Bad{"sticky", "cookie:a b", "cookie:NAME"}, Bad{"sticky", "address:x", "address"},
        Bad{"sticky", "principal", "address"}, Bad{"workers", "0", "1 to 64"},
        Bad{"workers", "65", "1 to 64"}, Bad{"queue", "1.5", "1 to 100000"},
        Bad{"loops", "0", "1 to 64"}, Bad{"budget", "9", "10 to 600000"},
        Bad{"call-timeout", "1s", "10 to 600000"}, Bad{"drain", "3601", "0 to 3600"},
        Bad{"log-level", "loud", "warning"}, Bad{"event-keys", "/no/such/file", "cannot be read"}));

TEST(OptionReader, TakesAnOptionOfTheApplicationsOwnOnce) {
  OptionReader reader;
  reader.take_own("payment-provider", "http://127.0.0.1:7");
  EXPECT_EQ(reader.options().own.at("payment-provider"), "http://127.0.0.1:7");
  EXPECT_THAT(reader.problems(), IsEmpty());

  reader.take_own("payment-provider", "http://127.0.0.1:8");
  EXPECT_THAT(reader.problems(), ElementsAre("--payment-provider is given twice."));
}

TEST(OptionReader, TakesOnePlaceForAModule) {
  OptionReader reader;
  reader.take("at", "catalog=127.0.0.1:1");
  reader.take("at", "catalog=127.0.0.1:2");
  EXPECT_THAT(reader.problems(), ElementsAre(HasSubstr("given twice")));
}

TEST(OptionReader, TellsEverythingThatIsWrongAtOnce) {
  OptionReader reader;
  reader.take("port", "x");
  reader.take("workers", "y");
  EXPECT_EQ(reader.problems().size(), 2U);
}

/// A table of rows that can be looked at, not run.
std::vector<ModuleEntry> table(Linkage orders = Linkage::Linked,
                               Linkage catalog = Linkage::Linked) {
  static constexpr PortInfo kCatalog{.name = "catalog", .version = {1, 0}};
  static constexpr PortInfo kOrders{.name = "orders", .version = {1, 0}};
  std::vector<ModuleEntry> rows(2);
  rows[0].port = &kCatalog;
  rows[0].linkage = catalog;
  rows[1].port = &kOrders;
  rows[1].linkage = orders;
  rows[1].needs = {"catalog"};
  return rows;
}

TEST(ProblemsOf, AreNoneWhenEverythingRunsHere) {
  EXPECT_THAT(problems_of(Options{}, table()), IsEmpty());
}

TEST(ProblemsOf, SuggestTheModuleThatWasMeant) {
  Options options;
  options.modules = {"catalgo"};
  EXPECT_THAT(problems_of(options, table()),
              testing::Contains(testing::AllOf(HasSubstr("did you mean 'catalog'"),
                                               HasSubstr("catalog, orders"))));
}

TEST(ProblemsOf, SuggestNothingWhereNothingIsNear) {
  Options options;
  options.rehearse = {"zzz"};
  const auto problems = problems_of(options, table());
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_THAT(problems.front(), testing::Not(HasSubstr("did you mean")));
}

TEST(ProblemsOf, WantAPlaceForWhatIsNeededAndNotHere) {
  Options options;
  options.modules = {"orders"};
  EXPECT_THAT(problems_of(options, table()), ElementsAre(HasSubstr("--at catalog=HOST:PORT")));
  options.at["catalog"] = {"127.0.0.1", 1};
  EXPECT_THAT(problems_of(options, table()), IsEmpty());
}

TEST(ProblemsOf, WantAPlaceForWhatWasExtractedThoughNobodyNeedsIt) {
  Options options;
  EXPECT_THAT(problems_of(options, table(Linkage::Extracted)),
              ElementsAre(HasSubstr("--at orders=HOST:PORT")));
  options.at["orders"] = {"127.0.0.1", 1};
  EXPECT_THAT(problems_of(options, table(Linkage::Extracted)), IsEmpty());
}

TEST(ProblemsOf, RefuseToHostWhatIsNotLinked) {
  Options options;
  options.modules = {"catalog"};
  EXPECT_THAT(problems_of(options, table(Linkage::Linked, Linkage::Extracted)),
              testing::Contains(HasSubstr("not linked into this program")));
}

TEST(ProblemsOf, RefuseASecondPlaceForAModuleThatRunsHere) {
  Options options;
  options.at["catalog"] = {"127.0.0.1", 1};
  EXPECT_THAT(problems_of(options, table()), ElementsAre(HasSubstr("-DBANYAN_ROUTED=catalog")));
  EXPECT_THAT(problems_of(options, table(Linkage::Linked, Linkage::Routed)), IsEmpty());
}

TEST(ProblemsOf, RefuseToRehearseWhatRunsElsewhere) {
  Options options;
  options.modules = {"orders"};
  options.at["catalog"] = {"127.0.0.1", 1};
  options.rehearse = {"catalog"};
  EXPECT_THAT(problems_of(options, table()), ElementsAre(HasSubstr("real wire already")));
}

TEST(ProblemsOf, RefuseAServiceWithoutAnyModule) {
  Options options;
  options.trust = binding::Trust::Internal;
  EXPECT_THAT(problems_of(options, table(Linkage::Extracted, Linkage::Extracted)),
              ElementsAre(HasSubstr("no module is left")));
}

TEST(ProblemsOf, AreNoneAtAnEdgeThatAllModulesHaveLeft) {
  Options options;
  const auto left = table(Linkage::Extracted, Linkage::Extracted);
  EXPECT_THAT(problems_of(options, left),
              ElementsAre(HasSubstr("--at catalog=HOST:PORT"), HasSubstr("--at orders=HOST:PORT")));
  options.at["catalog"] = {"127.0.0.1", 1};
  options.at["orders"] = {"127.0.0.1", 2};
  EXPECT_THAT(problems_of(options, left), IsEmpty());
}

TEST(ProblemsOf, AreNoneAtAnEdgeThatIsToldToHostNoModule) {
  Options options;
  options.modules = {"none"};
  EXPECT_THAT(problems_of(options, table()), ElementsAre(HasSubstr("nobody says where one runs")));
  options.at["catalog"] = {"127.0.0.1", 1};
  EXPECT_THAT(problems_of(options, table()), IsEmpty());
  options.modules = {"none", "orders"};
  EXPECT_THAT(problems_of(options, table()), ElementsAre(HasSubstr("no module 'none'")));
}

TEST(Loopback, IsRecognisedInHostFieldsAndNowhereElse) {
  for (const char* own : {"localhost", "localhost:80", "127.0.0.1:8080", "127.9.9.9", "[::1]:80"}) {
    EXPECT_TRUE(http::names_loopback(own)) << own;
  }
  for (const char* foreign : {"", "evil.example", "127.0.0.1.evil.example", "localhost.evil:80",
                              "[::2]:80", "[::1", "0.0.0.0", "10.0.0.1:80"}) {
    EXPECT_FALSE(http::names_loopback(foreign)) << foreign;
  }
}

TEST(ServiceName, IsTheApplicationsUnlessOneModuleOfItIsAlone) {
  Application shop;
  shop.name = "recordshop";
  EXPECT_EQ(service_name(shop, table(), Options{}), "recordshop");
  EXPECT_EQ(service_name(shop, table(Linkage::Extracted), Options{}), "recordshop-catalog");
  Options options;
  options.modules = {"orders"};
  EXPECT_EQ(service_name(shop, table(), options), "recordshop-orders");
}

}  // namespace
}  // namespace banyan::host

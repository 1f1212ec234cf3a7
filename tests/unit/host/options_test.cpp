// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"
#include "http/loopback.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "demo_port.hpp"
#include "option_reader.hpp"
#include "sticky_unit.hpp"

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
  EXPECT_EQ(read("unit", "cookie:session").unit.source, StickyUnit::Source::Cookie);
  EXPECT_EQ(read("unit", "header:X-Customer").unit.name, "X-Customer");
  EXPECT_EQ(read("unit", "address").unit.source, StickyUnit::Source::Address);
  EXPECT_EQ(read("workers", "64").workers, 64U);
  EXPECT_EQ(read("queue", "1").queue, 1U);
  EXPECT_EQ(read("loops", "3").loops, 3U);
  EXPECT_EQ(read("budget", "10").budget.count(), 10);
  EXPECT_EQ(read("call-timeout", "600000").call_timeout.count(), 600'000);
  EXPECT_EQ(read("drain", "0").drain.count(), 0);
  EXPECT_EQ(read("log-file", "l").log_file, "l");
  EXPECT_EQ(read("log-level", "warning").log_level, telemetry::Level::Warning);
  EXPECT_EQ(read("ready-file", "r").ready_file, "r");
}

TEST(OptionReader, KnowsEveryOptionOnce) {
  std::set<std::string_view> names;
  for (const auto& known : OptionReader::known()) EXPECT_TRUE(names.insert(known.name).second);
  EXPECT_EQ(names.size(), 19U);
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
    testing::Values(Bad{"listen", "8080", "127.0.0.1:8080"}, Bad{"listen", "::1:80", "[::1]:8080"},
                    Bad{"listen", "127.0.0.1:65536", "HOST:PORT"}, Bad{"port", "65536", "65535"},
                    Bad{"port", "-1", "whole number"}, Bad{"port", "80x", "'80x'"},
                    Bad{"port", "", "whole number"}, Bad{"database", "", "is empty"},
                    Bad{"database", "mysql://x/y", "no engine 'mysql'"},
                    Bad{"modules", " , ", "at least one"}, Bad{"at", "catalog", "MODULE=HOST:PORT"},
                    Bad{"at", "=h:1", "MODULE=HOST:PORT"},
                    Bad{"at", "catalog=h:0", "MODULE=HOST:PORT"},
                    Bad{"unit", "cookie:", "cookie:NAME"}, Bad{"unit", "cookie:a b", "cookie:NAME"},
                    Bad{"unit", "address:x", "address"}, Bad{"unit", "principal", "address"},
                    Bad{"workers", "0", "1 to 64"}, Bad{"workers", "65", "1 to 64"},
                    Bad{"queue", "1.5", "1 to 100000"}, Bad{"loops", "0", "1 to 64"},
                    Bad{"budget", "9", "10 to 600000"}, Bad{"call-timeout", "1s", "10 to 600000"},
                    Bad{"drain", "3601", "0 to 3600"}, Bad{"log-level", "loud", "warning"}));

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

TEST(ProblemsOf, RefuseAProcessWithoutAnyModule) {
  EXPECT_THAT(problems_of(Options{}, table(Linkage::Extracted, Linkage::Extracted)),
              ElementsAre(HasSubstr("no module is left")));
}

http::RequestHead head_with(const std::vector<std::pair<std::string, std::string>>& fields) {
  http::RequestHead head;
  for (const auto& [name, value] : fields) head.fields.add(name, value);
  return head;
}

TEST(StickyUnit, IsTheCookiesValue) {
  const StickyUnit unit{StickyUnit::Source::Cookie, "session"};
  EXPECT_EQ(unit_of(head_with({{"Cookie", "a=1; session=x"}}), unit), "x");
  EXPECT_EQ(unit_of(head_with({{"Cookie", "session=; session2=x"}}), unit), "");
}

TEST(StickyUnit, IsTheHeadersValue) {
  const StickyUnit unit{StickyUnit::Source::Header, "X-Customer"};
  EXPECT_EQ(unit_of(head_with({{"x-customer", "cus_1"}}), unit), "cus_1");
  EXPECT_EQ(unit_of(head_with({{"X-Customer-Id", "cus_1"}}), unit), "");
}

TEST(StickyUnit, IsNothingThatTheRequestSaysWhenItGoesByAddress) {
  EXPECT_EQ(unit_of(head_with({{"Cookie", "session=1"}}), {}), "");
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

}  // namespace
}  // namespace banyan::host

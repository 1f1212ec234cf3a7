// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "banyan_process.hpp"

namespace banyan::test {
namespace {

using testing::HasSubstr;

struct BadUsage {
  const char* name;
  std::vector<std::string> arguments;
  const char* expected;
  friend void PrintTo(const BadUsage& bad, std::ostream* out) { *out << bad.name; }
};

class WrongUsage : public testing::TestWithParam<BadUsage> {};

TEST_P(WrongUsage, EndsWithItsCodeAndTeaches) {
  const Outcome outcome = run_banyan(GetParam().arguments);
  EXPECT_EQ(outcome.exit_code, 64);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    Flags, WrongUsage,
    testing::Values(
        BadUsage{
            "Nothing",
            {},
            "`banyan` needs a command, such as `banyan status`. `banyan --help` shows examples."},
        BadUsage{"MisspeltCommand",
                 {"shfit", "catalog"},
                 "there is no command \"shfit\". Did you mean \"shift\"? `banyan --help`"},
        BadUsage{"MisspeltAfterOption",
                 {"--url", "http://127.0.0.1:1", "statsu"},
                 "there is no command \"statsu\". Did you mean \"status\"?"},
        BadUsage{
            "UnknownFlag",
            {"status", "--jsn"},
            "`banyan status` has no option --jsn. Did you mean \"--json\"? `banyan status --help`"},
        BadUsage{"BeginOfSeveralFlags",
                 {"proxy", "--c"},
                 "`banyan proxy` has no option --c. Did you mean --"},
        BadUsage{"UnknownFlagOfNothingAlike",
                 {"log", "--zzz"},
                 "`banyan log` has no option --zzz. `banyan log --help`"},
        BadUsage{"MisspeltCommandOfAGroup",
                 {"schema", "mvoe"},
                 "there is no `banyan schema mvoe`. Did you mean \"move\"?"},
        BadUsage{"MisspeltKind",
                 {"log", "--kind", "plans"},
                 "--kind: \"plans\" is none of stage, plan or routes. Did you mean \"plan\"?"},
        BadUsage{"TooShortAnInterval",
                 {"watch", "--interval", "0.01"},
                 "--interval: \"0.01\" is out of range, expected a number from 0.1 to 3600"},
        BadUsage{"OptionWithoutItsValue", {"status", "--url"}, "--url needs a value: URL"},
        BadUsage{
            "HiddenCommandsAreNotProposed", {"verfy"}, "there is no command \"verfy\". Known: "},
        BadUsage{"ShiftWithoutModule", {"shift"}, "MODULE is required. `banyan shift --help`"},
        BadUsage{"ShiftWithoutPercent", {"shift", "catalog", "--why", "x"}, "PERCENT is required"},
        BadUsage{"ShiftWithoutWhy", {"shift", "catalog", "25"}, "--why is required"},
        BadUsage{"PercentTooHigh",
                 {"shift", "catalog", "101%", "--why", "x"},
                 "\"101%\" is not a percentage from 0 to 100"},
        BadUsage{"PercentIsAWord",
                 {"shift", "catalog", "half", "--why", "x"},
                 "\"half\" is not a percentage"},
        BadUsage{"WritesToBoth",
                 {"shift", "catalog", "100", "--writes", "both", "--why", "x"},
                 "--writes: \"both\" is no side, expected new or old"},
        BadUsage{"ModuleWithSlash",
                 {"back", "../catalog", "--why", "x"},
                 "\"../catalog\" is no name of a module"},
        BadUsage{"NewModuleOfSqlite",
                 {"new", "module", "sqlite_notes"},
                 "\"sqlite_notes\" cannot have tables: what begins with sqlite_ belongs to SQLite; "
                 "take another, such as notes_desk"},
        BadUsage{"NewModuleOfPostgres", {"new", "module", "pg_notes"}, "belongs to PostgreSQL"},
        BadUsage{"NewModuleOfTheKit", {"new", "module", "banyan_notes"}, "belongs to Banyan"},
        BadUsage{"NewAppWithAModuleOfTheKit",
                 {"new", "app", "shop", "--module", "banyan_notes"},
                 "belongs to Banyan"},
        BadUsage{"BackWithoutWhy", {"back", "catalog"}, "--why is required"},
        BadUsage{"StoreAndUrl",
                 {"status", "--store", "control.db", "--url", "http://127.0.0.1:1"},
                 "--store goes past the process, and --url asks it; give one of them"},
        BadUsage{"UrlWithoutUse",
                 {"check", "banyan.toml", "--url", "http://127.0.0.1:1"},
                 "--url is of no use to `banyan check`"},
        BadUsage{"EndlessWhy",
                 {"back", "catalog", "--why", std::string(100'000, 'x')},
                 "--why: it has 100000 bytes, and the switch log takes 2000"},
        BadUsage{"EmptyWhy",
                 {"next", "catalog", "--why", ""},
                 "--why: it is empty, and the switch log keeps it"},
        BadUsage{"WhyOfTwoLines",
                 {"back", "catalog", "--why", "one\ntwo"},
                 "--why: it has a line break"},
        BadUsage{"GotoANegativeNumber",
                 {"goto", "-3", "--why", "x"},
                 "\"-3\" is no revision, expected a number of `banyan log`"},
        BadUsage{"GotoALineOfAPlan",
                 {"goto", "2/4", "--why", "x"},
                 "\"2/4\" is a line about a plan or routes, which moved no traffic, and no "
                 "revision; the one that it was written at is 2"},
        BadUsage{"FromANegativeRevision",
                 {"back", "catalog", "--from", "-1", "--why", "x"},
                 "\"-1\" is no revision"},
        BadUsage{"ExportOfNoRevision",
                 {"export", "nginx", "--revision", "last"},
                 "\"last\" is no revision"},
        BadUsage{"WatchANegativeNumberOfTimes", {"watch", "--count", "-1"}, "--count: "},
        BadUsage{"TrustWithoutAnAddress", {"proxy", "--trust", "foo", "--check"}, "--trust: "},
        BadUsage{"LogLimitZero",
                 {"log", "--limit", "0"},
                 "--limit: \"0\" is out of range, expected a number from 1 to 1000"},
        BadUsage{"BadHead",
                 {"log", "verify", "--head", "abc"},
                 "is not 64 lower-case hexadecimal digits"},
        BadUsage{"PlanWithoutWhy", {"plan", "catalog", "start"}, "--why is required"},
        BadUsage{"PlanOfNobody", {"plan", "--steps", "1%"}, "are for `banyan plan MODULE start`"},
        BadUsage{"PlanStepsForAPause",
                 {"plan", "catalog", "pause", "--why", "x", "--steps", "1%"},
                 "are for `banyan plan MODULE start`"},
        BadUsage{"PlanDespiteDifferencesForAPause",
                 {"plan", "catalog", "pause", "--why", "x", "--despite-differences"},
                 "--despite-differences is for `banyan plan MODULE start` and `resume`"},
        BadUsage{"PlanBadDwell",
                 {"plan", "catalog", "start", "--why", "x", "--dwell", "soon"},
                 "is no time such as 90s, 10m, 2h or 1d"},
        BadUsage{"PlanBadAction", {"plan", "catalog", "stop", "--why", "x"}, "stop"},
        BadUsage{"GotoWithoutWhy", {"goto", "3"}, "--why is required"},
        BadUsage{"UrlWithoutScheme",
                 {"status", "--url", "127.0.0.1:8080"},
                 "--url is \"127.0.0.1:8080\", expected http://HOST:PORT"},
        BadUsage{"UrlWithPath",
                 {"status", "--url", "http://127.0.0.1:8080/shop"},
                 "expected http://HOST:PORT"},
        BadUsage{"SchemaWithoutVerb", {"schema"}, "`banyan schema` needs a command: "},
        BadUsage{"MoveBackAndComplete",
                 {"schema", "move", "warehouse", "--back", "--complete", "--database", "shop.db"},
                 "exclude each other; give one of them"},
        BadUsage{"RetireByForce",
                 {"retire", "catalog", "--why", "soon", "--force"},
                 "what uses the old side is not outvoted"},
        BadUsage{"MoveWithoutDatabase", {"schema", "move", "warehouse"}, "--database is required"},
        BadUsage{"ExtraWord",
                 {"status", "catalog", "now"},
                 "`banyan status` takes no further argument, and \"catalog\" is one"},
        BadUsage{"TooManyLoops", {"proxy", "--loops", "2000"}, "is out of range"}),
    [](const testing::TestParamInfo<BadUsage>& usage) { return usage.param.name; });

}  // namespace
}  // namespace banyan::test

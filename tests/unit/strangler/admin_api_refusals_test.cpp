// SPDX-License-Identifier: Apache-2.0
// Requests that are no good, each with what is wrong with it.
#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

#include "admin_api_fixture.hpp"

namespace banyan::strangler {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

TEST_F(AdminApiTest, RefusesABadOrderAboutAPlanWithAPointerToEachProblem) {
  const std::pair<const char*, std::vector<std::string>> cases[] = {
      {R"({"who":"a","why":"b"})", {"/action is missing, expected start, pause, resume or abort"}},
      {R"({"action":"stop","who":"a","why":"b"})",
       {"/action is \"stop\", expected start, pause, resume or abort"}},
      {R"({"action":"pause","steps":["1%"],"gradually":true,"who":"a","why":"b"})",
       {"/steps is for a start only", "/gradually is for an abort only"}},
      {R"({"action":"start","steps":[],"samples":-1,"who":"a","why":"b"})",
       {"/steps is [], expected a list such as [\"1%\", \"5%\", \"25%\", \"100%\"]",
        "/samples is -1, expected a number from 0 on"}},
      {R"({"action":"start","steps":[{"percnt":5}],"who":"a","why":"b"})",
       {"/steps/0/percent is missing",
        "/steps/0/percnt unknown field. Known: percent, writes, dwell_seconds, samples."}},
      {R"({"action":"start","steps":[{"percent":100,"writes":"new"}],"who":"a","why":"b"})",
       {"/steps/0/writes is \"new\", expected \"remote\" (the new side) or \"local\" (the old "
        "one)"}},
  };
  for (const auto& [body, expected] : cases) {
    const AdminAnswer answer = post("/rollouts/catalog/plan", body);
    EXPECT_EQ(rule(answer), "banyan.invalid_request") << body;
    EXPECT_EQ(details(answer), expected) << body;
  }
  EXPECT_TRUE(json(get("/plans"))["plans"].empty());
}

TEST_F(AdminApiTest, RefusesABadBodyWithAPointerToEachProblem) {
  const std::pair<const char*, std::vector<std::string>> cases[] = {
      {R"({"percent":"25%"})",
       {"/who is missing; it goes into the switch log",
        "/why is missing; it goes into the switch log"}},
      {R"({"who":"a","why":"b"})",
       {"/percent is missing; a shift says where to: percent, writes or both"}},
      {R"({"who":1,"why":null,"percent":true})",
       {"/percent is boolean, expected a percentage such as \"25%\" or 25",
        "/who is number, expected a string", "/why is null, expected a string"}},
      {R"({"who":"a","why":"b","percent":101})",
       {"/percent \"101\" is not a percentage from 0 to 100 with at most two decimals, such as "
        "25%, "
        "0.5% or 100"}},
      {R"({"who":"a","why":"b","percent":0.001})",
       {"/percent \"0.001\" is not a percentage from 0 to 100 with at most two decimals, such as "
        "25%, "
        "0.5% or 100"}},
      {R"({"who":"a","why":"b","writes":"both"})",
       {"/writes is \"both\", expected \"remote\" (the new side) or \"local\" (the old one)"}},
      {R"({"who":"a","why":"b","percent":1,"perzent":1,"a/b~":2})",
       {"/a~1b~0 unknown field. Known: percent, writes, from_revision, who, why, evidence, "
        "force, despite_differences.",
        "/perzent unknown field. Did you mean \"percent\"?"}},
  };
  for (const auto& [body, expected] : cases) {
    const AdminAnswer answer = post("/rollouts/catalog/shift", body);
    EXPECT_EQ(rule(answer), "banyan.invalid_request") << body;
    EXPECT_EQ(details(answer), expected) << body;
  }
  EXPECT_EQ(store_->stand()->revision, 0U);
}

TEST_F(AdminApiTest, EndsARefusalWithOneFullStop) {
  const std::string unlike =
      message(post("/rollouts/catalog/shift", R"({"who":"a","why":"b","percent":1,"xyzzy":2})"));
  EXPECT_TRUE(unlike.ends_with("force, despite_differences.")) << unlike;
  const std::string alike =
      message(post("/rollouts/catalog/shift", R"({"who":"a","why":"b","percent":1,"perzent":2})"));
  EXPECT_TRUE(alike.ends_with("Did you mean \"percent\"?")) << alike;
}

TEST_F(AdminApiTest, RefusesWhatIsNoJson) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "it is empty"},
      {"{", "parse error"},
      {"[]", "expected an object"},
      {"\"x\"", "expected an object"},
      {R"({"who":"a","who":"b","why":"c","percent":1})", "the key \"who\" is there twice"},
      {"{\"who\":\"\xff\"}", "parse error"},
      {std::string(200'000, ' '), "longer than 131072 bytes"},
      {R"({"evidence":)" + std::string(64, '[') + std::string(64, ']') + '}', "deeper than 64"},
      {R"({"evidence":)" + std::string(30'000, '['), "deeper than 64"},
  };
  for (const auto& [body, expected] : cases) {
    const AdminAnswer answer = post("/rollouts/catalog/shift", body);
    EXPECT_EQ(rule(answer), "banyan.invalid_json");
    EXPECT_THAT(message(answer), HasSubstr(expected));
  }
}

// Trap: whoever writes it into the log recurses into it, and the stack ends before the body does.
TEST_F(AdminApiTest, TakesEvidenceAsDeepAsPeopleWriteItAndNoDeeper) {
  const auto nested = [&](std::size_t levels) {
    return post("/rollouts/catalog/shift",
                R"({"percent":1,"force":true,"who":"a","why":"b","evidence":)" +
                    std::string(levels, '[') + std::string(levels, ']') + '}');
  };
  EXPECT_EQ(rule(nested(63)), "done");
  EXPECT_EQ(rule(nested(30'000)), "banyan.invalid_json");
}

TEST_F(AdminApiTest, RefusesAFormThatAnotherSiteCouldSend) {
  for (const char* type :
       {"", "text/plain", "application/x-www-form-urlencoded", "application/jsonp"}) {
    const AdminAnswer answer =
        post("/rollouts/catalog/shift", R"({"percent":1,"who":"a","why":"b"})", type);
    EXPECT_EQ(rule(answer), "banyan.unsupported_media_type") << type;
  }
  EXPECT_TRUE(post("/rollouts/catalog/shift", R"({"percent":1,"who":"a","why":"b"})",
                   "Application/JSON; charset=utf-8"));
}

TEST_F(AdminApiTest, NamesTheNearestModule) {
  const AdminAnswer answer =
      post("/rollouts/catalgo/shift", R"({"percent":1,"who":"a","why":"b"})");
  EXPECT_EQ(message(answer), "there is no rollout \"catalgo\". Did you mean \"catalog\"?");
}

TEST_F(AdminApiTest, RefusesOtherMethodsAndPaths) {
  EXPECT_EQ(rule(post("/status", "{}")), "banyan.method_not_allowed");
  EXPECT_EQ(post("/status", "{}").error().allow, "GET, HEAD");
  EXPECT_EQ(rule(get("/rollouts/catalog/shift")), "banyan.method_not_allowed");
  EXPECT_EQ(get("/rollouts/catalog/shift").error().allow, "POST");
  for (const char* path :
       {"", "/", "/stat", "/rollouts", "/rollouts/", "/rollouts/catalog", "/rollouts//shift",
        "/rollouts/catalog/drop", "/rollouts/catalog/shift/x"}) {
    EXPECT_EQ(rule(post(path, "{}")), "banyan.unknown_resource") << path;
  }
}

TEST_F(AdminApiTest, RefusesABadQuery) {
  for (const char* query :
       {"limit=0", "limit=1001", "limit=x", "limit=-1", "limt=5", "module=a%20b"}) {
    EXPECT_EQ(rule(get("/log", query)), "banyan.invalid_request") << query;
  }
  EXPECT_THAT(message(get("/log", "limt=5")), HasSubstr("Did you mean \"limit\"?"));
  EXPECT_EQ(rule(get("/status", "x=1")), "banyan.invalid_request");
}

}  // namespace
}  // namespace banyan::strangler

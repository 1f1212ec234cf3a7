// SPDX-License-Identifier: Apache-2.0
#include "control/admin_api.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "temporary_folder.hpp"

namespace banyan::strangler {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

class AdminApiTest : public testing::Test {
 protected:
  void SetUp() override {
    auto store =
        ControlStore::open(folder_.file("control.db"), ControlStore::Mode::MayCreate, clock_);
    ASSERT_TRUE(store);
    store_ = std::move(*store);
    ASSERT_TRUE(store_->enlist({"catalog", "orders"}));
    board_ = std::make_unique<Switchboard>(*store_);
    api_ = std::make_unique<AdminApi>(*board_);
  }

  AdminAnswer get(std::string_view path, std::string_view query = {}) {
    return api_->answer({"GET", path, query, {}, {}});
  }
  AdminAnswer post(std::string_view path, std::string_view body,
                   std::string_view type = "application/json") {
    return api_->answer({"POST", path, {}, type, body});
  }
  static std::vector<std::string> details(const AdminAnswer& answer) {
    std::vector<std::string> lines;
    const Json json = Json::parse(answer.body);
    if (json.contains("details")) {
      for (const Json& each : json["details"]) {
        lines.push_back(each["where"].get<std::string>() + ' ' +
                        each["problem"].get<std::string>());
      }
    }
    return lines;
  }

  test::TemporaryFolder folder_;
  ManualClock clock_;
  std::unique_ptr<ControlStore> store_;
  std::unique_ptr<Switchboard> board_;
  std::unique_ptr<AdminApi> api_;
};

TEST_F(AdminApiTest, DoesNotShowModulesThatTheApplicationHasNoMore) {
  Switchboard board(*store_, [](std::string_view module) {
    const bool here = module == "catalog";
    return Terrain{.old_side = here, .new_side = here};
  });
  const Json shown = Json::parse(AdminApi(board).answer({"GET", "/status", {}, {}, {}}).body);
  ASSERT_EQ(shown["migrations"].size(), 1U);
  EXPECT_EQ(shown["migrations"][0]["module"], "catalog");
}

TEST_F(AdminApiTest, ShowsWhereEveryModuleStands) {
  const AdminAnswer answer = get("/status");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.content_type, "application/json");
  EXPECT_EQ(Json::parse(answer.body), Json::parse(R"({"revision":0,
              "log":{"entries":0,"head":"0000000000000000000000000000000000000000000000000000000000000000"},
              "migrations":[
              {"module":"catalog","stage":"legacy","reads":"0%","writes":"local","reads_hundredths":0,
               "data":"shared","old_side":true,"new_side":true,"revision":0,"next":"canary 1%"},
              {"module":"orders","stage":"legacy","reads":"0%","writes":"local","reads_hundredths":0,
               "data":"shared","old_side":true,"new_side":true,"revision":0,"next":"canary 1%"}]})"));
}

TEST_F(AdminApiTest, ShowsTheTunnelsOfTheProcessThatServes) {
  AdminApi api(*board_, [](std::string_view module) {
    return module == "catalog" ? TunnelCounts{.old_side = 3, .new_side = 4, .pinned = 2}
                               : TunnelCounts{};
  });
  const Json shown = Json::parse(api.answer({"GET", "/status", {}, {}, {}}).body);
  EXPECT_EQ(shown["migrations"][0]["tunnels"],
            Json::parse(R"({"old_side":3,"new_side":4,"pinned":2})"));
  EXPECT_EQ(shown["migrations"][1]["tunnels"]["pinned"], 0);
}

TEST_F(AdminApiTest, ShiftsAndTellsBeforeAfterAndTheLogLine) {
  const AdminAnswer answer =
      post("/migrations/catalog/shift",
           R"({"percent":"25%","who":"ann","why":"canary","evidence":{"errors":0}})");
  ASSERT_EQ(answer.status, 200U) << answer.body;
  const Json json = Json::parse(answer.body);
  EXPECT_EQ(json["changed"], true);
  EXPECT_EQ(json["before"]["stage"], "legacy");
  EXPECT_EQ(json["after"], Json::parse(R"({"stage":"canary","reads":"25%","writes":"local"})"));
  EXPECT_EQ(json["entry"]["seq"], 1);
  EXPECT_EQ(json["entry"]["who"], "ann");
  EXPECT_EQ(json["entry"]["time"], "2023-11-14T22:13:20.000000Z");
  EXPECT_EQ(json["entry"]["after"]["reads"], 2500);
  EXPECT_EQ(json["entry"]["evidence"], R"({"errors":0})");
}

TEST_F(AdminApiTest, TakesAPercentageAsANumberToo) {
  for (const char* number : {"25", "0.5", "12.34", "100", "0"}) {
    EXPECT_EQ(post("/migrations/catalog/shift",
                   std::string(R"({"who":"ann","why":"x","percent":)") + number + '}')
                  .status,
              200U)
        << number;
  }
}

TEST_F(AdminApiTest, WalksOnAndBack) {
  const std::string body = R"({"who":"ann","why":"walk"})";
  EXPECT_EQ(post("/migrations/catalog/next", body).status, 200U);
  EXPECT_EQ(Json::parse(get("/status").body)["migrations"][0]["stage"], "canary");
  EXPECT_EQ(post("/migrations/catalog/back", body).status, 200U);
  const AdminAnswer refused = post("/migrations/catalog/back", body);
  EXPECT_EQ(refused.status, http_status(ErrorCode::FailedPrecondition));
  EXPECT_EQ(refused.content_type, "application/problem+json");
  EXPECT_EQ(Json::parse(refused.body)["rule"], "banyan.no_step_back");
  EXPECT_EQ(Json::parse(refused.body)["detail"],
            "catalog is at legacy: all of its traffic is on the old side already.");
}

TEST_F(AdminApiTest, ShowsAndVerifiesTheLog) {
  for (const char* percent : {"1", "10", "50"}) {
    post("/migrations/catalog/shift",
         std::string(R"({"who":"ann","why":"x","percent":)") + percent + '}');
  }
  const Json log = Json::parse(get("/log", "limit=2&module=catalog").body);
  ASSERT_EQ(log["entries"].size(), 2U);
  EXPECT_EQ(log["entries"][0]["seq"], 3);
  const Json found = Json::parse(get("/verify").body);
  EXPECT_EQ(found["intact"], true);
  EXPECT_EQ(found["entries"], 3);
  EXPECT_EQ(Json::parse(get("/verify", "head=" + found["head"].get<std::string>()).body)["intact"],
            true);
  EXPECT_EQ(Json::parse(get("/verify", "head=abc").body)["intact"], false);
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
       {"/writes is \"both\", expected \"remote\" or \"local\""}},
      {R"({"who":"a","why":"b","percent":1,"perzent":1,"a/b~":2})",
       {"/a~1b~0 unknown field. Known: percent, writes, who, why, evidence.",
        "/perzent unknown field. Did you mean \"percent\"?"}},
  };
  for (const auto& [body, expected] : cases) {
    const AdminAnswer answer = post("/migrations/catalog/shift", body);
    EXPECT_EQ(answer.status, 400U) << body;
    EXPECT_EQ(Json::parse(answer.body)["rule"], "banyan.invalid_request") << body;
    EXPECT_EQ(details(answer), expected) << body;
  }
  EXPECT_EQ(store_->stand()->revision, 0U);
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
  };
  for (const auto& [body, expected] : cases) {
    const AdminAnswer answer = post("/migrations/catalog/shift", body);
    EXPECT_EQ(answer.status, 400U);
    EXPECT_EQ(Json::parse(answer.body)["rule"], "banyan.invalid_json");
    EXPECT_THAT(Json::parse(answer.body)["detail"].get<std::string>(), HasSubstr(expected));
  }
}

TEST_F(AdminApiTest, RefusesAFormThatAnotherSiteCouldSend) {
  for (const char* type :
       {"", "text/plain", "application/x-www-form-urlencoded", "application/jsonp"}) {
    const AdminAnswer answer =
        post("/migrations/catalog/shift", R"({"percent":1,"who":"a","why":"b"})", type);
    EXPECT_EQ(answer.status, 415U) << type;
  }
  EXPECT_EQ(post("/migrations/catalog/shift", R"({"percent":1,"who":"a","why":"b"})",
                 "Application/JSON; charset=utf-8")
                .status,
            200U);
}

TEST_F(AdminApiTest, NamesTheNearestModule) {
  const AdminAnswer answer =
      post("/migrations/catalgo/shift", R"({"percent":1,"who":"a","why":"b"})");
  EXPECT_EQ(answer.status, 404U);
  EXPECT_EQ(Json::parse(answer.body)["detail"],
            "there is no migration \"catalgo\". Did you mean \"catalog\"?");
}

TEST_F(AdminApiTest, RefusesOtherMethodsAndPaths) {
  EXPECT_EQ(post("/status", "{}").status, 405U);
  EXPECT_EQ(post("/status", "{}").allow, "GET, HEAD");
  EXPECT_EQ(get("/migrations/catalog/shift").status, 405U);
  EXPECT_EQ(get("/migrations/catalog/shift").allow, "POST");
  for (const char* path :
       {"", "/", "/stat", "/migrations", "/migrations/", "/migrations/catalog",
        "/migrations//shift", "/migrations/catalog/drop", "/migrations/catalog/shift/x"}) {
    EXPECT_EQ(post(path, "{}").status, 404U) << path;
  }
}

TEST_F(AdminApiTest, RefusesABadQuery) {
  for (const char* query :
       {"limit=0", "limit=1001", "limit=x", "limit=-1", "limt=5", "module=a%20b"}) {
    EXPECT_EQ(get("/log", query).status, 400U) << query;
  }
  EXPECT_THAT(get("/log", "limt=5").body, HasSubstr("Did you mean \\\"limit\\\"?"));
  EXPECT_EQ(get("/status", "x=1").status, 400U);
}

}  // namespace
}  // namespace banyan::strangler

// SPDX-License-Identifier: Apache-2.0
// What is shown: where modules stand, and the switch log.
#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin_api_fixture.hpp"

namespace banyan::strangler {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

TEST_F(AdminApiTest, DoesNotShowModulesThatTheApplicationHasNoMore) {
  Switchboard board(*store_, [](std::string_view module) {
    const bool here = module == "catalog";
    return Topology{.old_side = here, .new_side = here};
  });
  const Json shown = json(AdminApi(board).answer({"GET", "/status", {}, {}, {}}));
  ASSERT_EQ(shown["rollouts"].size(), 1U);
  EXPECT_EQ(shown["rollouts"][0]["module"], "catalog");
}

TEST_F(AdminApiTest, ShowsWhereEveryModuleStands) {
  const AdminAnswer answer = get("/status");
  EXPECT_EQ(json(answer), Json::parse(R"({"revision":0,
              "log":{"entries":0,"head":"0000000000000000000000000000000000000000000000000000000000000000"},
              "rollouts":[
              {"module":"catalog","stage":"legacy","reads":"0%","writes":"local","reads_hundredths":0,
               "data":"shared","old_side":true,"new_side":true,"revision":0,"next":"canary 1%"},
              {"module":"orders","stage":"legacy","reads":"0%","writes":"local","reads_hundredths":0,
               "data":"shared","old_side":true,"new_side":true,"revision":0,"next":"canary 1%"}]})"));
}

TEST_F(AdminApiTest, ShowsTheTunnelsOfTheProcessThatServes) {
  AdminApi api(*board_, {.live = {.tunnels = [](std::string_view module) {
                           return module == "catalog"
                                      ? TunnelCounts{.old_side = 3, .new_side = 4, .pinned = 2}
                                      : TunnelCounts{};
                         }}});
  const Json shown = json(api.answer({"GET", "/status", {}, {}, {}}));
  EXPECT_EQ(shown["rollouts"][0]["tunnels"],
            Json::parse(R"({"old_side":3,"new_side":4,"pinned":2})"));
  EXPECT_EQ(shown["rollouts"][1]["tunnels"]["pinned"], 0);
}

TEST_F(AdminApiTest, ShowsWhetherARolloutHasAnyWrite) {
  AdminApi api(*board_, {.live = {.has_writes = [](std::string_view module) -> std::optional<bool> {
                           if (module == "orders") return std::nullopt;
                           return false;
                         }}});
  const Json shown = json(api.answer({"GET", "/status", {}, {}, {}}));
  EXPECT_EQ(shown["rollouts"][0]["has_writes"], false);
  EXPECT_EQ(shown["rollouts"][0]["writes"], "local") << "as the stage has it";
  EXPECT_FALSE(shown["rollouts"][1].contains("has_writes")) << "nobody knows";
}

TEST_F(AdminApiTest, ShowsWhatMissesARolloutAndWhatIsWrong) {
  AdminApi api(*board_, {.live = {.missed = [](std::string_view module) -> std::uint64_t {
                                    return module == "catalog" ? 7 : 0;
                                  },
                                  .attention =
                                      [] {
                                        return std::vector<Attention>{
                                            {"upstreams", "no healthy instance in catalog"}};
                                      }}});
  const Json shown = json(api.answer({"GET", "/status", {}, {}, {}}));
  EXPECT_EQ(shown["rollouts"][0]["missed"], 7);
  EXPECT_EQ(shown["rollouts"][1]["missed"], 0);
  EXPECT_EQ(shown["attention"],
            Json::parse(R"([{"about":"upstreams","message":"no healthy instance in catalog"}])"));
}

TEST_F(AdminApiTest, TellsTheRequestsThatBelongToNoOperation) {
  AdminApi api(*board_, {.live = {.unowned = [] {
                           return Unowned{.nowhere = 3,
                                          .not_told_apart = 0,
                                          .catch_alls = {{"everything else", 12}}};
                         }}});
  EXPECT_EQ(json(api.answer({"GET", "/status", {}, {}, {}}))["unowned"],
            Json::parse(R"({"nowhere":3,"not_told_apart":0,
                            "catch_alls":[{"route":"everything else","requests":12}]})"));
}

TEST_F(AdminApiTest, TellsWhichOfThemAreSinceTheRoutesWereReadLast) {
  AdminApi api(*board_, {.live = {.unowned = [] {
                           return Unowned{.nowhere = 3,
                                          .not_told_apart = 0,
                                          .catch_alls = {{"everything else", 12}},
                                          .lately = {{"everything else", 0}},
                                          .nowhere_lately = 1};
                         }}});
  EXPECT_EQ(json(api.answer({"GET", "/status", {}, {}, {}}))["unowned"],
            Json::parse(R"({"nowhere":3,"not_told_apart":0,
                            "catch_alls":[{"route":"everything else","requests":12,
                                           "since_routes_read":0}],
                            "nowhere_since_routes_read":1})"));
}

TEST_F(AdminApiTest, SaysThatTheDataOfAForeignApplicationAreUnknown) {
  Switchboard board(*store_, [](std::string_view module) {
    return Topology{.old_side_sees_writes = module == "catalog"};
  });
  AdminApi api(board);
  const Json rollouts = json(api.answer({"GET", "/status", {}, {}, {}}))["rollouts"];
  EXPECT_EQ(rollouts[0]["data"], "shared") << "of catalog somebody has said it";
  EXPECT_EQ(rollouts[1]["data"], "unknown")
      << "nobody has said that both sides of orders share any";
}

TEST_F(AdminApiTest, TellsEvidenceAsItWasBrought) {
  const auto told = [](const std::string& evidence) { return evidence_json(evidence); };
  EXPECT_EQ(told(R"({"dead":true})"), R"({"dead":true})");
  EXPECT_EQ(told(R"({"dead":true}; forced)"), R"({"dead":true,"_switchboard":"forced"})");
  EXPECT_EQ(told(R"({"remark":"slow"}; forced)"), R"({"remark":"slow","_switchboard":"forced"})")
      << "a person's own member stays as it is";
  EXPECT_EQ(Json::parse(told(R"({"_switchboard":"forced"})")), R"({"_switchboard":"forced"})")
      << "nobody else speaks for the switchboard";
  EXPECT_EQ(told(R"({"dead":true}; despite differences: 40 of 40; forced)"),
            R"({"dead":true,"_switchboard":"despite differences: 40 of 40; forced"})");
  EXPECT_EQ(told("forced"), R"("forced")");
  EXPECT_EQ(told("12"), R"("12")") << "a number that a person wrote is a text";
  EXPECT_EQ(told("{broken}; forced"), R"("{broken}; forced")");
}

TEST_F(AdminApiTest, LeavesEvidenceATextThatIsNestedDeeperThanABodyMayBe) {
  const std::string deep = std::string(30'000, '[') + std::string(30'000, ']');
  for (const std::string& text :
       {deep, "{\"a\":" + deep + '}', "{\"a\":" + deep + "}; forced", std::string(30'000, '[')}) {
    EXPECT_EQ(Json::parse(evidence_json(text)), Json(text));
  }
  const std::string body =
      Json({{"percent", "25%"}, {"who", "a"}, {"why", "b"}, {"evidence", deep}}).dump();
  ASSERT_TRUE(post("/rollouts/catalog/shift", body)) << "a text is no nested body";
  const Json log = json(get("/log"));
  EXPECT_EQ(log["entries"][0]["evidence"], Json(deep)) << "and the line can be shown for ever";
  const std::string shallow = std::string(64, '[') + std::string(64, ']');
  EXPECT_EQ(evidence_json(shallow), shallow);
}

TEST_F(AdminApiTest, ShowsAndVerifiesTheLog) {
  for (const char* percent : {"1", "10", "50"}) {
    post("/rollouts/catalog/shift",
         std::string(R"({"who":"ann","why":"x","percent":)") + percent + '}');
  }
  const Json log = json(get("/log", "limit=2&module=catalog"));
  ASSERT_EQ(log["entries"].size(), 2U);
  EXPECT_EQ(log["entries"][0]["seq"], 3);
  const Json found = json(get("/verify"));
  EXPECT_EQ(found["intact"], true);
  EXPECT_EQ(found["entries"], 3);
  EXPECT_EQ(json(get("/verify", "head=" + found["head"].get<std::string>()))["intact"], true);
  EXPECT_EQ(json(get("/verify", "head=" + std::string(64, 'b')))["intact"], false);
}

TEST_F(AdminApiTest, TellsEveryKindOfLineAndOneWhereItIsAskedFor) {
  post("/rollouts/catalog/plan", R"({"action":"start","who":"ann","why":"quiet"})");
  ASSERT_TRUE(store_->note_table({{"route a", "1"}}, {"proxy (root@here)", "it started"}));
  const Json all = json(get("/log"))["entries"];
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0]["kind"], "routes");
  EXPECT_EQ(all[0]["note"], 2);
  EXPECT_EQ(all[0]["after"]["added"], Json::array({"route a"}));
  EXPECT_EQ(all[1]["kind"], "plan");
  EXPECT_EQ(all[1]["after"]["state"], "running");
  EXPECT_EQ(all[2]["kind"], "stage");
  EXPECT_FALSE(all[2].contains("note"));
  EXPECT_EQ(json(get("/log", "kind=plan"))["entries"].size(), 1U);
  EXPECT_EQ(json(get("/log", "kind=stage"))["entries"][0]["seq"], 1);
  EXPECT_EQ(message(get("/log", "kind=stages")),
            "kind is \"stages\", expected stage, plan or routes");
  EXPECT_EQ(json(get("/status"))["log"]["entries"], 3);
  EXPECT_EQ(json(get("/status"))["log"]["head"], json(get("/verify"))["head"]);
  EXPECT_EQ(json(get("/verify"))["remarks"], Json::array());
}

TEST_F(AdminApiTest, TakesAMistypedHeadForNoTampering) {
  for (const char* query : {"head=zz", "head=ABC", "head=0123"}) {
    EXPECT_EQ(rule(get("/verify", query)), "banyan.invalid_request") << query;
  }
  EXPECT_THAT(message(get("/verify", "head=zz")), HasSubstr("64 lower-case hexadecimal digits"));
  EXPECT_EQ(json(get("/verify", "head=" + std::string(64, 'a')))["intact"], false);
}

TEST_F(AdminApiTest, KnowsNoLinesOfARolloutThatThereIsNot) {
  EXPECT_EQ(rule(get("/log", "module=nosuch")), "banyan.unknown_rollout");
  EXPECT_TRUE(json(get("/log", "module=catalog"))["entries"].empty()) << "nothing has happened yet";
}

}  // namespace
}  // namespace banyan::strangler

// SPDX-License-Identifier: Apache-2.0
#include "banyan/control/admin_api.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "banyan/test/temporary_folder.hpp"

namespace banyan::strangler {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

class AdminApiTest : public testing::Test {
 protected:
  void SetUp() override {
    auto store =
        ControlStore::open(folder_.file("control.db"), clock_, ControlStore::Mode::MayCreate);
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
  static Json json(const AdminAnswer& answer) {
    EXPECT_TRUE(answer) << (answer ? "" : answer.error().error.message);
    return answer ? Json::parse(*answer) : Json();
  }
  static std::string rule(const AdminAnswer& answer) {
    return answer ? "done" : answer.error().error.rule;
  }
  static std::string message(const AdminAnswer& answer) {
    return answer ? "done" : answer.error().error.message;
  }
  static std::vector<std::string> details(const AdminAnswer& answer) {
    std::vector<std::string> lines;
    if (answer) return lines;
    for (const Detail& each : answer.error().error.details) {
      lines.push_back(each.where + ' ' + each.problem);
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

TEST_F(AdminApiTest, TellsThatWritesStayBehindOnTheNewSideWithTheirNumber) {
  Switchboard board(*store_, [](std::string_view module) {
    return Topology{.old_side_sees_writes = module == "catalog"};
  });
  AdminApi api(board, {.live = {.new_side_writes = [](std::string_view) { return 12U; }}});
  const auto order = [&](const std::string& path, const std::string& body) {
    return json(api.answer({"POST", path, {}, "application/json", body}));
  };
  for (const char* module : {"catalog", "orders"}) {
    SCOPED_TRACE(module);
    const std::string rollout = std::string("/rollouts/") + module;
    EXPECT_FALSE(
        order(rollout + "/shift", R"({"percent":100,"writes":"remote","who":"a","why":"b"})")
            .contains("left_behind"))
        << "nothing stays behind on the way there";
    const Json preview =
        order("/goto", R"({"revision":0,"dry_run":true,"who":"a","why":"b"})")["changes"].back();
    EXPECT_EQ(preview.contains("left_behind"), std::string_view(module) == "orders");
    const Json back = order(rollout + "/back", R"({"who":"a","why":"b"})");
    EXPECT_EQ(back["after"]["stage"], "canary");
    ASSERT_EQ(back.contains("left_behind"), std::string_view(module) == "orders") << back;
  }
  order("/rollouts/orders/shift", R"({"writes":"remote","who":"a","why":"b"})");
  const Json home =
      order("/rollouts/orders/shift", R"({"percent":0,"writes":"local","who":"a","why":"b"})");
  EXPECT_EQ(home["left_behind"]["writes"], 12);
  EXPECT_THAT(home["left_behind"]["message"].get<std::string>(),
              testing::AllOf(HasSubstr("may be missing on the old one"), HasSubstr("12 writes"),
                             HasSubstr("shared_data = true in [rollouts.orders.fallback]")));
}

TEST_F(AdminApiTest, ShiftsAndTellsBeforeAfterAndTheLogLine) {
  const AdminAnswer answer =
      post("/rollouts/catalog/shift",
           R"({"percent":"25%","who":"ann","why":"canary","evidence":{"errors":0}})");
  const Json shifted = json(answer);
  EXPECT_EQ(shifted["changed"], true);
  EXPECT_EQ(shifted["before"]["stage"], "legacy");
  EXPECT_EQ(shifted["after"], Json::parse(R"({"stage":"canary","reads":"25%","writes":"local"})"));
  EXPECT_EQ(shifted["entry"]["seq"], 1);
  EXPECT_EQ(shifted["entry"]["who"], "ann");
  EXPECT_EQ(shifted["entry"]["time"], "2023-11-14T22:13:20.000000Z");
  EXPECT_EQ(shifted["entry"]["after"]["reads"], 2500);
  EXPECT_EQ(shifted["entry"]["evidence"], Json::parse(R"({"errors":0})"))
      << "JSON, and not a text with JSON in it";
  EXPECT_EQ(store_->log(1)->front().evidence, R"({"errors":0})") << "the text is what is hashed";
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

TEST_F(AdminApiTest, TakesAPercentageAsANumberToo) {
  for (const char* number : {"25", "0.5", "12.34", "100", "0"}) {
    EXPECT_TRUE(post("/rollouts/catalog/shift",
                     std::string(R"({"who":"ann","why":"x","percent":)") + number + '}'))
        << number;
  }
}

TEST_F(AdminApiTest, SendsNoMoreToASideThatIsNotFitUnlessItIsTold) {
  int asked = 0;
  std::optional<std::string> trouble = "nobody answers there";
  board_->require([&](std::string_view module) {
    EXPECT_EQ(module, "catalog");
    ++asked;
    return trouble;
  });
  const std::string_view more = R"({"percent":"10%","who":"ann","why":"w"})";
  const AdminAnswer refused = post("/rollouts/catalog/shift", more);
  EXPECT_EQ(rule(refused), "banyan.new_side_unhealthy");
  EXPECT_THAT(message(refused), HasSubstr("nobody answers there"));
  EXPECT_FALSE(post("/rollouts/catalog/next", R"({"who":"ann","why":"w"})"));
  EXPECT_TRUE(
      post("/rollouts/catalog/shift", R"({"percent":"10%","who":"a","why":"w","force":true})"));
  EXPECT_THAT(json(get("/log")).dump(), HasSubstr("forced"));
  EXPECT_EQ(asked, 2) << "who forces does not ask";
  EXPECT_TRUE(post("/rollouts/catalog/back", R"({"who":"ann","why":"w"})"));
  EXPECT_EQ(asked, 2) << "less needs no asking";
  trouble.reset();
  EXPECT_TRUE(post("/rollouts/catalog/shift", more));
  EXPECT_FALSE(
      post("/rollouts/catalog/shift", R"({"percent":"20%","who":"a","why":"w","force":1})"));
}

TEST_F(AdminApiTest, SaysWhatSpeaksAgainstAMoveToTheNewSideAndNothingAgainstOneBack) {
  ASSERT_TRUE(post("/rollouts/catalog/shift", R"({"percent":"10%","who":"ann","why":"w"})"));
  int asked = 0;
  board_->heed([&](std::string_view module) {
    EXPECT_EQ(module, "catalog");
    ++asked;
    return std::optional(Objection{"40 of the last 40", "Mend it"});
  });
  const std::string_view more = R"({"percent":"20%","who":"ann","why":"w"})";
  const AdminAnswer refused = post("/rollouts/catalog/shift", more);
  EXPECT_EQ(rule(refused), "banyan.answers_differ");
  EXPECT_EQ(message(refused),
            "refused: 40 of the last 40. Mend it. Or do it all the same: --despite-differences");
  EXPECT_EQ(details(refused), std::vector<std::string>{"/despite_differences 40 of the last 40"});
  EXPECT_EQ(rule(post("/rollouts/catalog/next", R"({"who":"ann","why":"w"})")),
            "banyan.answers_differ");
  EXPECT_EQ(rule(post("/rollouts/catalog/next",
                      R"({"force":true,"who":"ann","why":"better known here"})")),
            "banyan.answers_differ")
      << "that is about another thing";
  EXPECT_TRUE(post("/rollouts/catalog/next",
                   R"({"despite_differences":true,"who":"ann","why":"better known here",
                       "evidence":{"seen":"by hand"}})"));
  EXPECT_EQ(
      json(get("/log"))["entries"][0]["evidence"],
      Json::parse(R"({"seen":"by hand","_switchboard":"despite differences: 40 of the last 40"})"));
  EXPECT_EQ(asked, 4);
  EXPECT_TRUE(post("/rollouts/catalog/shift", R"({"percent":"5%","who":"ann","why":"w"})"));
  EXPECT_TRUE(post("/rollouts/catalog/back", R"({"who":"ann","why":"w"})"));
  EXPECT_TRUE(post("/rollouts/orders/shadow", R"({"who":"ann","why":"what would it answer?"})"));
  EXPECT_EQ(asked, 4) << "nobody objects to less, nor to copies";
  for (const char* verb : {"shadow", "back"}) {
    EXPECT_FALSE(post(std::string("/rollouts/catalog/") + verb,
                      R"({"despite_differences":true,"who":"ann","why":"w"})"))
        << verb << " has no such word";
  }
}

TEST_F(AdminApiTest, TakesAStepOnceThoughTwoAskForIt) {
  const std::string_view step = R"({"from_revision":0,"who":"ann","why":"on"})";
  EXPECT_TRUE(post("/rollouts/catalog/next", step));
  const AdminAnswer again = post("/rollouts/catalog/next", step);
  EXPECT_EQ(rule(again), "banyan.stale_revision");
  EXPECT_THAT(message(again), HasSubstr("catalog is at canary 1% by revision 1 now"));
  EXPECT_FALSE(post("/rollouts/catalog/back", step));
  EXPECT_FALSE(post("/rollouts/catalog/shadow", step));
  EXPECT_FALSE(
      post("/rollouts/catalog/shift", R"({"percent":5,"from_revision":0,"who":"a","why":"b"})"));
  EXPECT_TRUE(post("/rollouts/orders/next", step)) << "another rollout's changes are none of it";
  EXPECT_TRUE(post("/rollouts/catalog/back", R"({"from_revision":1,"who":"a","why":"b"})"));
  EXPECT_EQ(details(post("/rollouts/catalog/back",
                         R"({"gradually":true,"from_revision":1,"who":"a","why":"b"})")),
            std::vector<std::string>{"/from_revision is for a step at once"});
}

TEST_F(AdminApiTest, ForcesAStepBackAtOnceOnly) {
  post("/rollouts/catalog/shift", R"({"percent":10,"who":"a","why":"b"})");
  EXPECT_EQ(details(post("/rollouts/catalog/back",
                         R"({"gradually":true,"force":true,"who":"a","why":"b"})")),
            std::vector<std::string>{"/force is for a step at once"});
  EXPECT_TRUE(post("/rollouts/catalog/back", R"({"force":true,"who":"a","why":"b"})"));
  EXPECT_EQ(store_->log(1)->front().evidence, "") << "what is known needs no force";
}

TEST_F(AdminApiTest, TellsWhatAReturnHasLeftAsItIs) {
  post("/rollouts/orders/shift", R"({"percent":10,"who":"a","why":"b"})");
  Switchboard board(*store_, [](std::string_view module) {
    return Topology{.old_side = module != "orders", .new_side = module != "orders"};
  });
  AdminApi api(board);
  const AdminAnswer answer = api.answer(
      {"POST", "/goto", {}, "application/json", R"({"revision":0,"who":"a","why":"b"})"});
  EXPECT_EQ(json(answer)["left"], Json::parse(R"(["orders"])"));
}

TEST_F(AdminApiTest, WalksOnAndBack) {
  const std::string body = R"({"who":"ann","why":"walk"})";
  EXPECT_TRUE(post("/rollouts/catalog/next", body));
  EXPECT_EQ(json(get("/status"))["rollouts"][0]["stage"], "canary");
  EXPECT_TRUE(post("/rollouts/catalog/back", body));
  const AdminAnswer refused = post("/rollouts/catalog/back", body);
  EXPECT_EQ(rule(refused), "banyan.no_step_back");
  EXPECT_EQ(message(refused),
            "catalog is at legacy: all of its traffic is on the old side already.");
}

TEST_F(AdminApiTest, RetiresWithTheJudgementAndNotWithoutOne) {
  ASSERT_TRUE(post("/rollouts/catalog/shift",
                   R"({"percent":100,"writes":"remote","who":"ann","why":"all of it"})"));
  const AdminAnswer unjudged = post("/rollouts/catalog/retire", R"({"who":"ann","why":"quiet"})");
  EXPECT_EQ(rule(unjudged), "banyan.invalid_request");
  EXPECT_THAT(details(unjudged).at(0), testing::HasSubstr("/evidence is missing"));
  const AdminAnswer late =
      post("/rollouts/catalog/retire",
           R"({"who":"ann","why":"quiet","evidence":{"dead":true},"from_revision":7})");
  EXPECT_EQ(rule(late), "banyan.stale_revision") << "what was judged has changed since";
  const Json retired =
      json(post("/rollouts/catalog/retire",
                R"({"who":"ann","why":"quiet","evidence":{"dead":true},"from_revision":1})"));
  EXPECT_EQ(retired["after"]["stage"], "retired");
  EXPECT_EQ(retired["entry"]["evidence"], Json::parse(R"({"dead":true})"));
  const Json shown = json(get("/status"))["rollouts"][0];
  EXPECT_EQ(shown["stage"], "retired");
  EXPECT_EQ(shown["back"], "moved");
  EXPECT_FALSE(shown.contains("next"));
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

TEST_F(AdminApiTest, TakesOrdersAboutAPlanAndShowsIt) {
  EXPECT_EQ(json(get("/plans")), Json::parse(R"({"plans":[]})"));
  const Json started =
      json(post("/rollouts/catalog/plan",
                R"({"action":"start","samples":7,)"
                R"("steps":["1%",{"percent":50,"dwell_seconds":5},"100%","writes"],)"
                R"("dwell_seconds":60,"who":"ann","why":"all is quiet"})"));
  EXPECT_EQ(started["plan"]["state"], "running");
  EXPECT_EQ(started["change"]["after"]["reads"], "1%");
  EXPECT_EQ(started["change"]["entry"]["who"], "plan (ann)");
  const Json plan = json(get("/plans"))["plans"][0];
  EXPECT_EQ(plan["module"], "catalog");
  EXPECT_EQ(plan["step"], 0);
  EXPECT_EQ(plan["share"], "1%");
  EXPECT_EQ(plan["steps"], Json::parse(R"([{"percent":1.0,"dwell_seconds":60,"samples":7},
                                           {"percent":50.0,"dwell_seconds":5,"samples":7},
                                           {"percent":100.0,"dwell_seconds":60,"samples":7},
                                           {"percent":100.0,"dwell_seconds":60,"samples":7,
                                            "writes":"remote"}])"));
  EXPECT_EQ(plan["who"], "ann");
  EXPECT_EQ(plan["verdicts"], Json::array());

  EXPECT_EQ(json(post("/rollouts/catalog/plan",
                      R"({"action":"pause","who":"bo","why":"lunch"})"))["plan"]["state"],
            "paused");
  EXPECT_EQ(message(post("/rollouts/catalog/plan", R"({"action":"start","who":"a","why":"b"})")),
            "the plan of catalog is paused. Possible now: resume, abort");
  const Json aborted =
      json(post("/rollouts/catalog/plan", R"({"action":"abort","who":"bo","why":"enough"})"));
  EXPECT_EQ(aborted["plan"]["state"], "aborted");
  EXPECT_EQ(aborted["change"]["after"]["stage"], "legacy");
}

TEST_F(AdminApiTest, TakesForceWithAResumeAndNotWithAPause) {
  post("/rollouts/catalog/plan", R"({"action":"start","who":"a","why":"b"})");
  EXPECT_EQ(details(post("/rollouts/catalog/plan",
                         R"({"action":"pause","force":true,"who":"a","why":"b"})")),
            std::vector<std::string>{"/force is for a start or resume only"});
  EXPECT_EQ(details(post("/rollouts/catalog/plan",
                         R"({"action":"pause","despite_differences":true,"who":"a","why":"b"})")),
            std::vector<std::string>{"/despite_differences is for a start or resume only"});
  post("/rollouts/catalog/plan", R"({"action":"pause","who":"a","why":"b"})");
  EXPECT_EQ(json(post("/rollouts/catalog/plan",
                      R"({"action":"resume","force":true,"who":"a","why":"b"})"))["plan"]["state"],
            "running");
}

TEST_F(AdminApiTest, BringsTrafficBackGraduallyWhenToldTo) {
  post("/rollouts/catalog/shift", R"({"percent":50,"who":"a","why":"b"})");
  const Json back =
      json(post("/rollouts/catalog/back", R"({"gradually":true,"who":"ann","why":"the sale"})"));
  EXPECT_EQ(back["plan"]["state"], "returning");
  EXPECT_EQ(back["plan"]["share"], "25%") << "the first step is made at once";
}

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

TEST_F(AdminApiTest, GoesBackToARevisionAndForthAgain) {
  for (const char* each : {"/rollouts/catalog/shift", "/rollouts/orders/shift"}) {
    post(each, R"({"percent":10,"who":"a","why":"b"})");
    post(each, R"({"percent":50,"who":"a","why":"b"})");
  }
  const Json dry =
      json(post("/goto", R"({"revision":1,"dry_run":true,"who":"ann","why":"what if"})"));
  ASSERT_EQ(dry["changes"].size(), 2U);
  EXPECT_EQ(dry["changes"][0]["changed"], false);
  EXPECT_EQ(store_->stand()->revision, 4U) << "a dry run changes nothing";

  const Json back = json(post("/goto", R"({"revision":1,"who":"ann","why":"as it was"})"));
  EXPECT_EQ(back["changes"][0]["module"], "catalog");
  EXPECT_EQ(back["changes"][0]["after"]["reads"], "10%");
  EXPECT_EQ(back["changes"][1]["after"]["stage"], "legacy");
  EXPECT_EQ(back["changes"][1]["entry"]["why"], "as it was");
  EXPECT_EQ(store_->stand()->revision, 6U);

  const Json forth = json(post("/goto", R"({"revision":4,"who":"ann","why":"no"})"));
  EXPECT_EQ(forth["changes"].size(), 2U);
  const Stand now = store_->stand().value();
  for (const Rollout& each : now.rollouts) {
    EXPECT_EQ(to_string(each.traffic), "canary 50%");
  }
  EXPECT_TRUE(json(post("/goto", R"({"revision":4,"who":"ann","why":"no"})"))["changes"].empty());
  EXPECT_TRUE(store_->verify()->problems.empty());
  EXPECT_EQ(rule(post("/goto", R"({"revision":99,"who":"a","why":"b"})")),
            "banyan.unknown_revision");
  EXPECT_EQ(details(post("/goto", R"({"who":"a","why":"b"})")),
            std::vector<std::string>{"/revision is missing; banyan log shows which there are"});
}

TEST_F(AdminApiTest, GoesNowhereWhenOneOfAllMayNot) {
  post("/rollouts/catalog/shift", R"({"percent":10,"who":"a","why":"b"})");
  post("/rollouts/orders/shift", R"({"percent":10,"who":"a","why":"b"})");
  post("/rollouts/catalog/shift", R"({"percent":0,"who":"a","why":"b"})");
  post("/rollouts/orders/shift", R"({"percent":0,"who":"a","why":"b"})");
  Switchboard board(*store_, [](std::string_view module) {
    return Topology{.both_reach_data = module != "orders"};
  });
  AdminApi api(board);
  for (const char* more : {"", R"("dry_run":true,)"}) {
    const AdminAnswer answer =
        api.answer({"POST",
                    "/goto",
                    {},
                    "application/json",
                    std::string("{\"revision\":2,") + more + R"("who":"a","why":"b"})"});
    EXPECT_EQ(rule(answer), "banyan.illegal_stage");
    EXPECT_THAT(message(answer), HasSubstr("nothing was changed: the tables of orders"));
    EXPECT_THAT(message(answer), HasSubstr("Legal now: legacy"));
  }
  EXPECT_EQ(store_->stand()->revision, 4U);
}

TEST_F(AdminApiTest, TriesAReturnAsItWouldBeDone) {
  post("/rollouts/catalog/shift", R"({"percent":50,"who":"a","why":"b"})");
  post("/rollouts/catalog/shift", R"({"percent":0,"who":"a","why":"b"})");
  Switchboard board(*store_);
  board.require([](std::string_view) { return std::optional<std::string>("nobody answers"); });
  AdminApi api(board);
  const auto ask = [&](const std::string& more) {
    return api.answer({"POST",
                       "/goto",
                       {},
                       "application/json",
                       "{\"revision\":1," + more + R"("who":"a","why":"b"})"});
  };
  for (const char* more : {"", R"("dry_run":true,)"}) {
    const AdminAnswer answer = ask(more);
    EXPECT_EQ(rule(answer), "banyan.new_side_unhealthy") << more;
    EXPECT_THAT(message(answer), HasSubstr("nobody answers"));
  }
  EXPECT_EQ(json(ask(R"("dry_run":true,"force":true,)"))["changes"].size(), 1U)
      << "who forces asks nobody, and is shown that";
  EXPECT_EQ(store_->stand()->revision, 2U);
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

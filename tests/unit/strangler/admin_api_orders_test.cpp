// SPDX-License-Identifier: Apache-2.0
// What moves traffic: steps, shifts, plans and returns.
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

}  // namespace
}  // namespace banyan::strangler

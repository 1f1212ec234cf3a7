// SPDX-License-Identifier: Apache-2.0
// An example of which something is hidden is asked again by whoever knows what that was.
#include "banyan/comparison/replay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "answers.hpp"
#include "banyan/comparison/collector.hpp"

namespace banyan::strangler {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class AskingAgain : public testing::Test {
 protected:
  /// Keeps `request_` as an example, for its answers differ.
  ComparedExample keep(CollectorRules by = {}) {
    collector_ = std::make_unique<ComparisonCollector>(by, compared_.plan);
    const OperationRules rules = compared_.rules();
    const http::ResponseHead head = json_head();
    const Answer old_answer{head, R"({"t":1})"};
    const Answer new_answer{head, R"({"t":2})"};
    collector_->add(
        "catalog.get_album", PairOf::OldNew, compare(old_answer, new_answer, rules, {}, kToday),
        {request_, request_body_, "corr-1", kRoute}, old_answer, new_answer, rules, kToday);
    return collector_->report().fields.at(0).examples.at(0);
  }
  Result<http::Request> again(const ComparedExample& example, const ReplayWords& words) const {
    return collector_->request_again({.name = "catalog:1", .words = words, .route = kRoute},
                                     example, compared_.rules());
  }
  /// The rule and the message of a refusal.
  std::string refusal(const ComparedExample& example, const ReplayWords& words) const {
    const auto request = again(example, words);
    return request ? "none" : request.error().rule + ": " + request.error().message;
  }

  /// The places of a refusal: "/parts/0 /headers/cookie ".
  std::string places(const ComparedExample& example, const ReplayWords& words) const {
    const auto request = again(example, words);
    if (request) return "none";
    std::string text;
    for (const Detail& each : request.error().details) text += each.where + ' ';
    return text;
  }
  /// As a form says it.
  static ReplayWords form(std::vector<std::string> parts,
                          std::vector<std::pair<std::string, std::string>> fields = {}) {
    ReplayWords words;
    words.fields = std::move(fields);
    words.parts = std::move(parts);
    return words;
  }

  static constexpr std::string_view kRoute = "/albums/{name}";
  Compared compared_;
  http::RequestHead request_{.method = "GET", .target = "/albums/Ada?q=blue&limit=2"};
  std::string request_body_;
  std::unique_ptr<ComparisonCollector> collector_;
};

TEST_F(AskingAgain, OfWhatWasKeptAsItWasNeedsNothing) {
  request_.target = "/albums?limit=2";
  request_.fields.add("Accept", "application/json");
  const ComparedExample example = keep();
  EXPECT_TRUE(example.replayable());
  const auto request = again(example, {});
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->head.method, "GET");
  EXPECT_EQ(request->head.target, "/albums?limit=2");
  EXPECT_EQ(request->head.fields.find("Accept"), "application/json");
}

TEST_F(AskingAgain, NamesAllThatIsLackingAndWhatToType) {
  request_.fields.add("Cookie", "session=secret");
  const ComparedExample example = keep();
  EXPECT_THAT(refusal(example, {}),
              AllOf(HasSubstr("banyan.example_not_replayable: catalog:1 is not kept as it was"),
                    HasSubstr("{name} of the path, q of the query and the field cookie"),
                    HasSubstr("banyan replay catalog:1 --target '/albums/…?q=…&limit=2' "
                              "--header 'cookie: …'"),
                    HasSubstr("under corr-1")));
}

TEST_F(AskingAgain, TakesNoHiddenPartForItself) {
  request_.fields.add("Cookie", "session=secret");
  request_.fields.add("User-Agent", "Browser");
  const ComparedExample example = keep();
  const std::string pasted = refusal(
      example, {.target = "/albums/…?q=…&limit=2", .fields = {{"cookie", "…"}}, .body = {}});
  EXPECT_THAT(pasted, AllOf(HasSubstr("banyan.example_not_replayable"),
                            HasSubstr("{name} of the path, q of the query and the field cookie"),
                            HasSubstr("what stood there for each …")));
  EXPECT_THAT(refusal(example, {.target = request_.target,
                                .fields = {{"Cookie", "session=…"}, {"User-Agent", "…"}},
                                .body = {}}),
              AllOf(HasSubstr("lacks the field cookie and the field user-agent"),
                    Not(HasSubstr("of the path"))));
  EXPECT_THAT(refusal(example, {.target = "/albums/Ada?q=…&limit=2",
                                .fields = {{"Cookie", "session=other"}},
                                .body = {}}),
              HasSubstr("lacks q of the query. "));
}

TEST_F(AskingAgain, TakesTheHostOfOneThatSaysNothingOfAnybody) {
  request_.target = "/albums?limit=2";
  request_.fields.add("Host", "a.example");
  const ComparedExample example = keep();
  EXPECT_TRUE(example.replayable()) << "it may be said, and need not";
  EXPECT_THAT(example.hidden.may_be_said, testing::ElementsAre("host"));
  EXPECT_THAT(to_json(collector_->report()), HasSubstr(R"("needs":{"may_add":["host"]})"));
  const auto request =
      again(example, {.target = {}, .fields = {{"Host", "a.example"}}, .body = {}});
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->head.fields.find("Host"), "a.example");
}

TEST_F(AskingAgain, TakesWhatWasThere) {
  request_.fields.add("Cookie", "session=secret");
  request_.fields.add("User-Agent", "Browser");
  const ComparedExample example = keep();
  EXPECT_THAT(example.hidden.fields, testing::ElementsAre("cookie"));
  EXPECT_THAT(example.hidden.may_be_said, testing::ElementsAre("user-agent"));
  const auto request = again(example, {.target = request_.target,
                                       .fields = {{"Cookie", "session=other"}, {"User-Agent", "B"}},
                                       .body = {}});
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->head.target, "/albums/Ada?q=blue&limit=2");
  EXPECT_EQ(request->head.fields.find("Cookie"), "session=other")
      << "a session ends, and another one of the same user does";
  EXPECT_EQ(request->head.fields.find("User-Agent"), "B");
  EXPECT_THAT(to_json(collector_->report()), Not(HasSubstr("other"))) << "it is kept nowhere";
}

TEST_F(AskingAgain, TakesNoTargetThatIsAnotherOne) {
  const ComparedExample example = keep();
  EXPECT_THAT(refusal(example, {.target = "/albums/Adam?q=blue&limit=2", .fields = {}, .body = {}}),
              AllOf(HasSubstr("banyan.replay_does_not_fit"), HasSubstr("{name} of the path"),
                    HasSubstr("/albums/Aaa?q=aaaa&limit=2"), Not(HasSubstr("Adam"))));
  for (const char* other :
       {"/albums/Ada?q=blue&limit=3", "/albums/Ada?q=blue", "/albums/Ada?p=blue&limit=2",
        "/artists/Ada?q=blue&limit=2", "/albums/Ada/x?q=blue&limit=2", "*"}) {
    EXPECT_THAT(refusal(example, {.target = other, .fields = {}, .body = {}}),
                HasSubstr("banyan.replay_does_not_fit"))
        << other;
  }
  request_.target = "/albums?limit=2";
  EXPECT_THAT(refusal(keep(), {.target = "/albums?limit=3", .fields = {}, .body = {}}),
              HasSubstr("banyan.replay_does_not_fit"))
      << "nothing of it is hidden";
}

TEST_F(AskingAgain, TakesFromAFormWhatStoodForEachHiddenPart) {
  request_.fields.add("Cookie", "session=secret");
  const ComparedExample example = keep();
  const auto request = again(example, form({"Eve", "grey"}, {{"cookie", "session=other"}}));
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->head.target, "/albums/Eve?q=grey&limit=2");
  EXPECT_EQ(request->head.fields.find("Cookie"), "session=other");

  request_.fields.clear();
  request_.target = "/albums?limit=2";
  EXPECT_EQ(places(keep(), form({})), "none") << "where nothing is hidden, no part is said";
}

TEST_F(AskingAgain, TellsAFormEachPlaceThatDoesNotFitOrIsLacking) {
  request_.fields.add("Cookie", "session=secret");
  const ComparedExample example = keep();
  EXPECT_EQ(places(example, form({"Adam", ""})), "/parts/0 /parts/1 /headers/cookie ");
  EXPECT_THAT(refusal(example, form({"Adam", ""})),
              AllOf(HasSubstr("banyan.replay_does_not_fit: what is said for {name} of the path"),
                    HasSubstr("another form than Aaa"), Not(HasSubstr("Adam"))));
  EXPECT_EQ(places(example, form({"…", "blue"}, {{"cookie", "session=…"}})),
            "/parts/0 /headers/cookie ");
  EXPECT_EQ(places(example, form({"Ada", "blue"}, {{"cookie", "a"}, {"x-other", "b"}})),
            "/headers/x-other ");
  EXPECT_EQ(places(example, form({"Ada", "blue"}, {{"cookie", "a\r\nb"}})), "/headers/cookie ");
  EXPECT_EQ(places(example, {.target = "/albums/Adam?q=blue&limit=2", .fields = {}, .body = {}}),
            "")
      << "who says it whole reads the message";
}

TEST_F(AskingAgain, TakesNoPartThatReachesBeyondItsPlace) {
  const ComparedExample example = keep();
  EXPECT_EQ(places(example, form({"Ada/x", "blue"})), "/parts/0 ");
  EXPECT_EQ(places(example, form({"Ada", "blue&p=1"})), "/parts/1 ");
  EXPECT_EQ(places(example, form({"Ada"})), "/parts ");
  EXPECT_EQ(places(example, form({"Ada", "blue", "more"})), "/parts ");
  ReplayWords both = form({"Ada", "blue"});
  both.target = request_.target;
  EXPECT_EQ(places(example, both), "/target ");

  request_.target = "/albums/" + std::string(70, 'a');
  const ComparedExample long_one = keep();
  EXPECT_EQ(places(long_one, form({std::string(70, 'b')})), "none");
  EXPECT_EQ(places(long_one, form({std::string(64, 'a') + "/x"})), "/parts ")
      << "behind what is kept of its form";
}

TEST_F(AskingAgain, TakesNoFieldThatWasNotTakenOut) {
  request_.target = "/albums";
  request_.fields.add("Authorization", "Bearer secret");
  const ComparedExample example = keep();
  const auto with = [&](std::vector<std::pair<std::string, std::string>> fields) {
    return refusal(example, {.target = {}, .fields = std::move(fields), .body = {}});
  };
  EXPECT_THAT(with({{"Authorization", "x"}, {"Cookie", "a-word"}}),
              AllOf(HasSubstr("the field cookie was not taken out"), HasSubstr("authorization was"),
                    Not(HasSubstr("a-word"))));
  EXPECT_THAT(with({{"authorization", "x"}, {"Authorization", "y"}}), HasSubstr("said twice"));
  EXPECT_THAT(with({{"Authorization", "x\r\nEvil: 1"}}), HasSubstr("NAME: VALUE in one line"));
  EXPECT_EQ(with({{"AUTHORIZATION", "Bearer other"}}), "none");
}

TEST_F(AskingAgain, WantsOfAFieldWhoseFormIsKeptOneOfThatForm) {
  request_.target = "/albums";
  compared_.plan.request_headers = {"x-page"};
  request_.fields.add("X-Page", "of Ada");
  const ComparedExample example = keep();
  EXPECT_THAT(refusal(example, {}), HasSubstr("the field x-page"));
  EXPECT_THAT(refusal(example, {.target = {}, .fields = {{"X-Page", "of Eve, too"}}, .body = {}}),
              HasSubstr("another form"));
  const auto request = again(example, {.target = {}, .fields = {{"X-Page", "of Ada"}}, .body = {}});
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->head.fields.count("X-Page"), 1U) << "not the form as well";
}

TEST_F(AskingAgain, WantsTheBodyOfAReadThatHasOne) {
  request_.method = "POST";
  request_.target = "/albums";
  request_body_ = R"({"who":"Ada"})";
  const ComparedExample example = keep();
  EXPECT_THAT(refusal(example, {}), AllOf(HasSubstr("the body"), HasSubstr("--body FILE")));
  EXPECT_THAT(refusal(example, {.target = {}, .fields = {}, .body = R"({"whom":"Eve"})"}),
              AllOf(HasSubstr("banyan.replay_does_not_fit"), Not(HasSubstr("Eve"))));
  const auto request = again(example, {.target = {}, .fields = {}, .body = request_body_});
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->body, request_body_);
}

TEST_F(AskingAgain, WantsOnlyTheCredentialsWhereExamplesAreClear) {
  request_.fields.add("Cookie", "session=secret");
  const ComparedExample example = keep({.clear = true});
  EXPECT_EQ(example.hidden.target, "");
  const auto request = again(example, {.target = {}, .fields = {{"Cookie", "s=1"}}, .body = {}});
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->head.target, "/albums/Ada?q=blue&limit=2");
}

TEST_F(AskingAgain, SpeaksForNoPrincipal) {
  request_.target = "/albums";
  request_.fields.add("Banyan-Principal", "ada");
  EXPECT_THAT(refusal(keep(), {.target = {}, .fields = {{"Banyan-Principal", "eve"}}, .body = {}}),
              HasSubstr("in the name of a principal"));
}

TEST_F(AskingAgain, IsNotHinderedByTheLanguagesOfABrowser) {
  request_.target = "/albums";
  request_.fields.add("Accept-Language", "de-AT, de;q=0.9, zh-Hant-TW;q=0.8, es-419, *;q=0.5");
  EXPECT_TRUE(keep().replayable()) << "they say nothing of a person";
  for (const char* odd : {"ada-lovelace", "de;q=ada", "de-", "-", "de;ada", "12",
                          "x-1234-5678-9012", "x-ada", "de-1234", "de-ada-love-lace-ada"}) {
    request_.fields.set("Accept-Language", odd);
    EXPECT_FALSE(keep().replayable()) << odd;
  }
}

TEST_F(AskingAgain, IsDescribedInTheReport) {
  request_.fields.add("Cookie", "session=secret");
  request_.fields.add("User-Agent", "Browser");
  keep();
  const auto report = nlohmann::json::parse(to_json(collector_->report()));
  const auto example = report.at("fields").at(0).at("examples").at(0);
  EXPECT_EQ(example.at("replayable"), false);
  EXPECT_EQ(example.at("needs"),
            nlohmann::json::parse(R"({"target":"/albums/…?q=…&limit=2","headers":["cookie"],)"
                                  R"("parts":[{"name":"{name} of the path","form":"Aaa"},)"
                                  R"({"name":"q of the query","form":"aaaa"}],)"
                                  R"("may_add":["user-agent"]})"));
}

}  // namespace
}  // namespace banyan::strangler

// SPDX-License-Identifier: Apache-2.0
// What comes of the answers of both sides.
#include <gmock/gmock.h>

#include <atomic>
#include <string>
#include <utility>

#include "banyan/kernel/routing.hpp"
#include "every_read_copied.hpp"
#include "two_sides_fixture.hpp"

namespace banyan::serving {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class AComparison : public TwoSides {};

TEST_F(AComparison, FindsTheFieldThatDiffersAndKeepsAnExample) {
  ToldServer old_side(says(R"({"albums":[{"title":"Blue","price":100}]})"));
  ToldServer new_side(says(R"({"albums":[{"title":"Blue","price":110}]})"));
  between(old_side.port(), new_side.port(), kAll);
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums/7").status, 200u);
  until("the comparison", [&] { return compared() == 1; });
  const auto fields = differences().at("report").at("fields");
  ASSERT_EQ(fields.size(), 1u) << fields.dump(1);
  EXPECT_EQ(fields[0].at("path"), "/albums/*/price");
  EXPECT_EQ(fields[0].at("opinion"), "difference");
  const auto example = fields[0].at("examples").at(0);
  EXPECT_EQ(example.at("request"), "GET /albums/9");
  EXPECT_EQ(example.at("old").at("value"), "100");
  EXPECT_EQ(example.at("new").at("value"), "110");
  EXPECT_EQ(example.at("replayable"), false) << "a customer may be found by 7 as well";
  EXPECT_EQ(example.at("needs").at("target"), "/albums/…");
}

TEST_F(AComparison, IsToldToWhoMovesMoreByHand) {
  ToldServer old_side(says(R"({"price":100})"));
  ToldServer new_side(says(R"({"price":110})"));
  between(old_side.port(), new_side.port(), kAll);
  begin_canary();
  for (int i = 0; i < 6; ++i) EXPECT_EQ(test::get(port_, "/albums/7").status, 200u);
  until("the comparisons", [&] { return compared() == 6; });
  const auto move = [&](const std::string& percent, const std::string& more = "") {
    return post("/_banyan/api/rollouts/catalog/shift",
                R"({"percent":")" + percent + R"(","who":"ann","why":"a test")" + more + "}");
  };
  const test::Seen refused = move("25%");
  EXPECT_EQ(refused.status, 422u);
  EXPECT_THAT(refused.body,
              AllOf(HasSubstr("banyan.answers_differ"), HasSubstr("catalog.read "),
                    HasSubstr("of the last "), HasSubstr("banyan differences catalog")));
  EXPECT_EQ(nlohmann::json::parse(refused.body).at("details").at(0).at("where"),
            "/despite_differences");
  EXPECT_EQ(move("25%", R"(,"force":true)").status, 422u) << "that is another word";
  EXPECT_EQ(move("0%").status, 200u) << "nobody is kept there";
}

TEST_F(AComparison, IsOfWhatIsInACodingAndCountsTheCodingsThatCannotBeUndone) {
  const auto coded = [](const char* coding, std::string bytes) {
    return [coding, bytes = std::move(bytes)](const std::shared_ptr<http::Exchange>& exchange) {
      http::Response answer;
      answer.body = bytes;
      answer.head.fields.add("Content-Type", "application/json");
      answer.head.fields.add("Content-Encoding", coding);
      exchange->respond(std::move(answer));
    };
  };
  // {"a":1}, as `gzip -n` has it.
  const std::string gzipped(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\x56\x4a\x54\xb2\x32\xac\x05\x00\xaf\xac"
      "\x1b\x56\x07\x00\x00\x00",
      27);
  ToldServer old_side(says(R"({"a":1})"));
  ToldServer new_side(coded("gzip", gzipped));
  between(old_side.port(), new_side.port(), kAll);
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums/1").status, 200u);
  until("the comparison", [&] { return compared() == 1; });
  EXPECT_EQ(differences().at("report").at("operations").at(0).at("same"), 1);
  proxy_.reset();

  ToldServer strange(coded("br", "not for us"));
  between(old_side.port(), strange.port(), kAll);
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums/1").status, 200u);
  until("the reason", [&] { return dropped("content_coding") == 1; });
}

TEST_F(AComparison, LearnsWhatIsNoiseByAskingTheOldSideTwice) {
  std::atomic<int> count = 0;
  const auto noisy = [&](const std::shared_ptr<http::Exchange>& exchange) {
    says(R"({"title":"Blue","served":)" + std::to_string(++count) + "}")(exchange);
  };
  ToldServer old_side(noisy);
  ToldServer new_side(noisy);
  between(old_side.port(), new_side.port(),
          "[rollouts.catalog.shadow]\nshare = \"100%\"\nnoise = \"50%\"\n"
          "[upstreams.legacy.retries]\nper_second = 1000\n");
  begin_canary();
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(test::get(port_, "/albums?page=7").status, 200u);
    until("each to be compared, for none may be dropped",
          [&] { return copies().at("under_way") == 0; });
  }
  until("the comparisons", [&] { return compared() >= 128; });
  EXPECT_GT(old_side.copies(), 60u) << "asked a second time, marked as such";
  const auto fields = differences().at("report").at("fields");
  ASSERT_EQ(fields.size(), 1u) << fields.dump(1);
  EXPECT_EQ(fields[0].at("path"), "/served");
  EXPECT_EQ(fields[0].at("opinion"), "noise") << fields.dump(1);
}

TEST_F(AComparison, WithAnOldSideThatFailsIsNotHeldAgainstTheNewOne) {
  ToldServer old_side(says("broken", 503, "text/plain"));
  ToldServer new_side(says("{}"));
  between(old_side.port(), new_side.port(),
          all_with("credentials = \"pass\"\n") +
              "[rollouts.catalog.plan]\nsteps = [\"1%\", \"100%\"]\n");
  ASSERT_EQ(
      post("/_banyan/api/rollouts/catalog/plan", R"({"action":"start","who":"ann","why":"a test"})")
          .status,
      200u);
  const auto plan = [&] {
    return nlohmann::json::parse(test::get(port_, "/_banyan/api/plans").body).at("plans").at(0);
  };
  until("the evidence counts", [&] { return plan().at("reason") != "the plan begins"; });
  const auto read_as = [&](const std::string& user) {
    return test::get(port_, "/albums/1", "X-User: " + user + "\r\n").status;
  };
  const auto is_on_new_side = [](const std::string& user) {
    return sticky_bucket("catalog", user) < 100;
  };
  std::string of_new;
  std::uint64_t reads = 0;
  for (int i = 0; reads < 40 || of_new.empty(); ++i) {
    const std::string user = "user" + std::to_string(i);
    if (is_on_new_side(user)) {
      of_new = user;
      continue;
    }
    ASSERT_EQ(read_as(user), 503u);
    ++reads;
    until("its comparison", [&] { return compared() == reads; });
  }
  EXPECT_EQ(read_as(of_new), 200u) << "the plan has gone back";
  until("a verdict that knows all of it", [&] {
    const auto verdicts = plan().at("verdicts");
    return !verdicts.empty() && verdicts.at(0).at("samples") == 1;
  });
  EXPECT_EQ(plan().at("state"), "running") << plan().dump(1);
  EXPECT_GE(differences().at("report").at("operations").at(0).at("differing"), reads)
      << "the report has them all the same";
}

TEST_F(AComparison, CanBeMadeOnceMoreOfAKeptExample) {
  ToldServer old_side(says(R"({"price":100})"));
  std::atomic<bool> mended = false;
  ToldServer new_side([&](const std::shared_ptr<http::Exchange>& exchange) {
    says(mended ? R"({"price":100})" : R"({"price":1})")(exchange);
  });
  between(old_side.port(), new_side.port(), kAll);
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums?page=7").status, 200u);
  until("the comparison", [&] { return compared() == 1; });
  const auto replay = [&] {
    return nlohmann::json::parse(
        post("/_banyan/api/differences/replay", R"({"example":"catalog:1"})").body);
  };
  EXPECT_EQ(replay().at("comparison").at("differences").at(0).at("path"), "/price");
  mended = true;
  EXPECT_EQ(replay().at("comparison").at("same"), true);
  EXPECT_EQ(post("/_banyan/api/differences/replay", R"({"example":"catalog:9"})").status, 404u);
  EXPECT_EQ(post("/_banyan/api/differences/replay", R"({"example":"nine"})").status, 400u);
}

}  // namespace
}  // namespace banyan::serving

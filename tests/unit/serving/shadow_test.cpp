// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "banyan/kernel/routing.hpp"
#include "two_sides_fixture.hpp"

namespace banyan::serving {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kAll =
    "[rollouts.catalog.shadow]\nshare = \"100%\"\nnoise = \"0%\"\n"
    "[upstreams.legacy.retries]\nper_second = 1000\n";

/// The same, with more lines for its copies.
std::string all_with(const std::string& lines) {
  std::string text = kAll;
  return text.insert(text.find("noise"), lines);
}

/// The 99th percentile of what reads take, one after the other.
template <class Read>
std::chrono::nanoseconds p99_of(const Read& read) {
  constexpr std::size_t kTimes = 500;
  std::vector<std::chrono::nanoseconds> took;
  for (std::size_t i = 0; i < kTimes; ++i) {
    const auto began = std::chrono::steady_clock::now();
    read();
    took.push_back(std::chrono::steady_clock::now() - began);
  }
  std::ranges::sort(took);
  return took[kTimes * 99 / 100];
}

class ACopy : public TwoSides {};

TEST_F(ACopy, GoesToTheOtherSideMarkedAndIsComparedWithTheRealAnswer) {
  ToldServer old_side(says(R"({"title":"Blue"})"));
  ToldServer new_side(says(R"({"title":"Blue"})"));
  between(old_side.port(), new_side.port(), kAll);
  begin_canary();
  const test::Seen seen = test::get(port_, "/albums/1?a=b", "X-Request-Id: original-1\r\n");
  EXPECT_EQ(seen.body, R"({"title":"Blue"})");
  until("the comparison", [&] { return compared() == 1; });
  ASSERT_EQ(new_side.asked().size(), 1u);
  const http::RequestHead copy = new_side.asked().front();
  EXPECT_EQ(copy.target, "/albums/1?a=b");
  EXPECT_EQ(copy.fields.find("Banyan-Shadow"), "1");
  EXPECT_EQ(copy.fields.find("X-Request-Id"), "original-1") << "one id finds both";
  EXPECT_EQ(copy.fields.find("Banyan-Routing").value_or("").substr(0, 14), "catalog=remote");
  EXPECT_EQ(old_side.copies(), 0u);
  const auto report = differences().at("report").at("operations").at(0);
  EXPECT_EQ(report.at("operation"), "catalog.read");
  EXPECT_EQ(report.at("same_bytes"), 1);
  EXPECT_THAT(metrics(), Not(HasSubstr(R"(side="remote"} 1)"))) << "a copy is no request";
  EXPECT_THAT(metrics(),
              HasSubstr(R"(banyan_shadow_copies_total{rollout="catalog",to="other"} 1)"));
}

TEST_F(ACopy, IsNotMadeBeforeTheStageOfItsRollout) {
  ToldServer old_side(says("{}"));
  ToldServer new_side(says("{}"));
  between(old_side.port(), new_side.port(), kAll);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(test::get(port_, "/albums/1").status, 200u);
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums/2").status, 200u);
  until("the copy of the later one", [&] { return compared() == 1; });
  ASSERT_EQ(new_side.asked().size(), 1u);
  EXPECT_EQ(new_side.asked().front().target, "/albums/2");
}

TEST_F(ACopy, IsMadeAtTheStageShadowWithoutAnythingInTheFile) {
  ToldServer old_side(says("{}"));
  ToldServer new_side(says("{}"));
  between(old_side.port(), new_side.port());
  const auto to_shadow = [&] {
    return post("/_banyan/api/rollouts/catalog/shadow", R"({"who":"ann","why":"a test"})").status;
  };
  ASSERT_EQ(to_shadow(), 200u);
  until("a copy, once the stage is known", [&] {
    EXPECT_EQ(test::get(port_, "/albums/1").status, 200u);
    return new_side.copies() > 0;
  });
  EXPECT_EQ(shift("1%"), 200u);
  EXPECT_NE(to_shadow(), 200u) << "users are on the new side already";
}

TEST_F(ACopy, OfAWriteIsNeverMade) {
  ToldServer old_side(says("{}"));
  ToldServer new_side(says("{}"));
  between(old_side.port(), new_side.port(), kAll);
  begin_canary();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(post("/albums", "{}").status, 200u);
  EXPECT_EQ(test::get(port_, "/albums/1").status, 200u);
  until("the copy of the read", [&] { return compared() == 1; });
  ASSERT_EQ(new_side.asked().size(), 1u);
  EXPECT_EQ(new_side.asked().front().method, "GET");
}

TEST_F(ACopy, IsNotHinderedByAPrincipalThatAClientMakesUp) {
  ToldServer old_side(says(R"({"price":100})"));
  ToldServer new_side(says(R"({"price":101})"));
  between(old_side.port(), new_side.port(), kAll);
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums?page=1", "Banyan-Principal: eve\r\n").status, 200u);
  until("the comparison", [&] { return compared() == 1; });
  EXPECT_FALSE(new_side.asked().front().fields.contains("Banyan-Principal"));
  EXPECT_EQ(post("/_banyan/api/differences/replay", R"({"example":"catalog:1"})").status, 200u);
}

TEST_F(ACopy, IsNotMadeOfWhatSaysThatItIsAnotherMethod) {
  ToldServer old_side(says("{}"));
  ToldServer new_side(says("{}"));
  between(old_side.port(), new_side.port(), kAll);
  begin_canary();
  for (const char* const field : {"X-HTTP-Method-Override: DELETE\r\n",
                                  "x-method-override: PUT\r\n", "X_HTTP_METHOD: DELETE\r\n"}) {
    EXPECT_EQ(test::get(port_, "/albums/1", field).status, 200u);
  }
  EXPECT_EQ(test::get(port_, "/albums/2").status, 200u);
  until("the copy of what is a read to everybody", [&] { return compared() == 1; });
  ASSERT_EQ(new_side.asked().size(), 1u);
  EXPECT_EQ(new_side.asked().front().target, "/albums/2");
}

TEST_F(ACopy, ThatIsNeverAnsweredHoldsUpNobodyAndTakesNoMoreThanItsLimits) {
  const std::string body(20'000, 'x');
  ToldServer old_side(says(body, 200, "text/plain"));
  Silence silence;
  ToldServer new_side(silence.answer());
  between(old_side.port(), new_side.port(),
          "[rollouts.catalog.shadow]\nshare = \"100%\"\nnoise = \"0%\"\nat_once = 3\n"
          "time = \"10m\"\n");
  const auto read = [&] { ASSERT_EQ(test::get(port_, "/albums/1").status, 200u); };
  const auto without_copies = p99_of(read);
  begin_canary();
  for (int i = 0; i < 50; ++i) {
    const test::Seen seen = test::get(port_, "/albums/1");
    ASSERT_EQ(seen.status, 200u);
    ASSERT_EQ(seen.body, body) << "byte for byte, whatever becomes of copies";
  }
  until("the rest to be counted", [&] { return dropped("at_once") == 47; });
  EXPECT_EQ(silence.held(), 3u);
  EXPECT_EQ(copies().at("under_way"), 3);
  EXPECT_LT(copies().at("memory_bytes").get<std::uint64_t>(), 4 * body.size())
      << "what was dropped takes nothing";
  // Coarse, and more than once, for the machine has other things to do as well: what waits for such
  // a side waits each time. `./dev bench proxy --only shadow` measures.
  until("answers as quick as without copies",
        [&] { return p99_of(read) <= 2 * without_copies + std::chrono::milliseconds(5); });
  EXPECT_EQ(silence.held(), 3u);
  silence.let_go();
}

TEST_F(ACopy, OfAnAnswerThatItsClientDoesNotWaitForIsNotMadeAndLeavesNothingBehind) {
  test::Listener old_side;
  ToldServer new_side(says("{}"));
  between(old_side.port(), new_side.port(), kAll);
  begin_canary();
  test::Peer client = test::Peer::connect(port_);
  client.send("GET /albums/1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  test::Peer upstream = old_side.accept();
  upstream.read_head();
  upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + std::string(50'000, 'x'));
  client.read_head();
  client.read_exactly(50'000);
  until("half of the answer is kept",
        [&] { return copies().at("memory_bytes").get<std::uint64_t>() > 50'000; });
  client.reset();
  until("its reason", [&] { return dropped("no_answer") == 1; });
  until("its memory", [&] { return copies().at("memory_bytes") == 0; });
  EXPECT_EQ(copies().at("under_way"), 0);
  EXPECT_EQ(new_side.asked().size(), 0u);
}

TEST_F(ACopy, IsNoBusinessOfAClientThatHasItsAnswerAndLeaves) {
  ToldServer old_side(says("{}"));
  Silence silence;
  ToldServer new_side(silence.answer());
  between(old_side.port(), new_side.port(), kAll);
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums/1").status, 200u) << "by a connection that ends with it";
  until("the copy", [&] { return silence.held() == 1; });
  EXPECT_EQ(copies().at("under_way"), 1);
  silence.let_go();
  until("its place", [&] { return copies().at("under_way") == 0; });
  until("its memory", [&] { return copies().at("memory_bytes") == 0; });
}

TEST_F(ACopy, IsDroppedWhenThereIsNoMemoryForIt) {
  const std::string body(100'000, 'x');
  ToldServer old_side(says(body, 200, "text/plain"));
  Silence silence;
  ToldServer new_side(silence.answer());
  between(old_side.port(), new_side.port(),
          "[rollouts.catalog.shadow]\nshare = \"100%\"\nnoise = \"0%\"\ntime = \"10m\"\n"
          "max_request = 1024\nmax_answer = 100000\nmemory = 250000\n");
  begin_canary();
  for (int i = 0; i < 10; ++i) ASSERT_EQ(test::get(port_, "/albums/1").body, body);
  until("eight to be dropped", [&] { return dropped("memory") == 8; });
  EXPECT_LE(copies().at("memory_bytes").get<std::uint64_t>(), 250'000u);
  silence.let_go();
}

TEST_F(ACopy, OfALongerAnswerThanMayBeKeptIsNotMade) {
  ToldServer old_side(says(std::string(5'000, 'x'), 200, "text/plain"));
  ToldServer new_side(says("{}"));
  between(old_side.port(), new_side.port(),
          "[rollouts.catalog.shadow]\nshare = \"100%\"\nnoise = \"0%\"\nmax_answer = 4096\n");
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums/1").body.size(), 5'000u);
  until("its reason", [&] { return dropped("answer_too_large") == 1; });
  EXPECT_EQ(new_side.asked().size(), 0u);
}

TEST_F(ACopy, ToADeadSideIsCountedAndHurtsNeitherClientsNorTheSidesHealth) {
  ToldServer old_side(says("{}"));
  const std::uint16_t deaf = test::Listener().port();
  between(old_side.port(), deaf, kAll);
  begin_canary();
  const auto unreachable = [&] {
    return copies().at("failed").value("unreachable", std::uint64_t{0});
  };
  EXPECT_EQ(test::get(port_, "/albums/1").status, 200u);
  until("the first to fail", [&] { return unreachable() == 1; });
  for (int i = 0; i < 20; ++i) EXPECT_EQ(test::get(port_, "/albums/1").status, 200u);
  until("all to be counted", [&] { return unreachable() + dropped("upstream_paused") == 21; });
  EXPECT_GT(dropped("upstream_paused"), 0u) << "twenty pauses would last for more than a minute";
  until("their memory", [&] { return copies().at("memory_bytes") == 0; });
  EXPECT_THAT(metrics(), HasSubstr(R"(rollout="catalog",reason="upstream_paused"})"));
  EXPECT_THAT(test::get(port_, "/_banyan/api/upstreams").body,
              Not(HasSubstr(R"("state":"ejected")")))
      << "what comes of copies ejects nobody";
}

TEST_F(ACopy, ThatIsNotMadeToADeadSideIsSaidToBePausedThere) {
  ToldServer old_side(says("{}"));
  const std::uint16_t deaf = test::Listener().port();
  between(old_side.port(), deaf, kAll);
  begin_canary();
  const auto paused = [&](std::uint16_t side) -> double {
    const auto document = nlohmann::json::parse(test::get(port_, "/_banyan/api/upstreams").body);
    for (const auto& group : document.at("upstreams")) {
      for (const auto& each : group.at("instances")) {
        if (each.at("at") != "127.0.0.1:" + std::to_string(side)) continue;
        return each.at("copies_paused_seconds").get<double>();
      }
    }
    return -1;
  };
  EXPECT_EQ(paused(deaf), 0.0) << "nobody has tried";
  until("a pause that is seen", [&] {  // each is longer than the one before
    EXPECT_EQ(test::get(port_, "/albums/1").status, 200u);
    return paused(deaf) > 0.0;
  });
  EXPECT_EQ(paused(old_side.port()), 0.0);
}

TEST_F(ACopy, IsMadeAgainWhenADeadSideIsBack) {
  ToldServer old_side(says("{}"));
  const std::uint16_t deaf = test::Listener().port();
  between(old_side.port(), deaf, kAll);
  begin_canary();
  until("a pause", [&] {
    EXPECT_EQ(test::get(port_, "/albums/1").status, 200u);
    return dropped("upstream_paused") > 0;
  });
  ToldServer new_side(says("{}"), deaf);
  until("the one after the pause", [&] {
    EXPECT_EQ(test::get(port_, "/albums/1").status, 200u);
    return compared() > 0;
  });
  const std::uint64_t left_out = dropped("upstream_paused");
  const std::uint64_t before = compared();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(test::get(port_, "/albums/2").status, 200u);
  until("all of them", [&] { return compared() >= before + 5; });
  EXPECT_EQ(dropped("upstream_paused"), left_out) << "it is over at once";
}

TEST_F(ACopy, ThatIsTakenAndNotAnsweredInTimeBeginsNoPause) {
  ToldServer old_side(says("{}"));
  Silence silence;
  ToldServer new_side(silence.answer());
  between(old_side.port(), new_side.port(), all_with("time = \"100ms\"\n"));
  begin_canary();
  for (std::uint64_t i = 1; i <= 3; ++i) {
    EXPECT_EQ(test::get(port_, "/albums/1").status, 200u);
    until("its time to be over",
          [&] { return copies().at("failed").value("timeout", std::uint64_t{0}) == i; });
  }
  EXPECT_EQ(dropped("upstream_paused"), 0u) << "somebody is there";
  silence.let_go();
}

TEST_F(ACopy, IsTheFirstToGoWhenTheLoopOfItsClientIsLate) {
  ToldServer old_side(says("{}"));
  ToldServer new_side(says("{}"));
  write(file(), shop_configuration(old_side.port(), new_side.port(), kAll));
  ProxyOptions options;
  options.late_after = std::chrono::milliseconds(0);  // it always is
  start(options);
  begin_canary();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(test::get(port_, "/albums/1").status, 200u);
  until("its reason", [&] { return dropped("busy") == 5; });
  EXPECT_EQ(new_side.asked().size(), 0u);
  EXPECT_THAT(
      metrics(),
      HasSubstr(R"(banyan_shadow_copies_dropped_total{rollout="catalog",reason="busy"} 5)"));
}

TEST_F(ACopy, OfSomebodyWhoSaysWhoTheyAreIsNotMadeUnlessTheFileLetsThem) {
  ToldServer old_side(says("{}"));
  ToldServer new_side(says("{}"));
  between(old_side.port(), new_side.port(), kAll);
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums/1", "Authorization: Bearer x\r\n").status, 200u);
  until("its reason", [&] { return dropped("credentials") == 1; });
  EXPECT_EQ(new_side.asked().size(), 0u);
}

TEST_F(ACopy, ThatIsHeldBackIsToldByTheFieldForAsLongAsTheRuleIsInForce) {
  ToldServer old_side(says("{}"));
  ToldServer new_side(says("{}"));
  between(old_side.port(), new_side.port(), kAll);
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums/1", "X-User: ada\r\n").status, 200u);
  until("its reason", [&] { return dropped("credentials") == 1; });
  EXPECT_EQ(copies().at("held_back"),
            nlohmann::json::parse(R"({"requests":1,"fields":["x-user"]})"));
  EXPECT_EQ(copies().at("dropped_lately"), nlohmann::json::parse(R"(["credentials"])"));

  write(file(),
        shop_configuration(old_side.port(), new_side.port(), all_with("credentials = \"pass\"\n")));
  ASSERT_TRUE(proxy_->reload().has_value());
  EXPECT_FALSE(copies().contains("held_back")) << "advice is about now";
  EXPECT_EQ(dropped("credentials"), 1u) << "what has happened has happened";
}

TEST_F(ACopy, SaysWhoAsksOrDoesNotAsTheFileHasIt) {
  for (const auto& [rule, goes_along] : {std::pair{"pass", true}, std::pair{"drop", false}}) {
    ToldServer old_side(says("{}"));
    ToldServer new_side(says("{}"));
    between(old_side.port(), new_side.port(),
            all_with(std::string("credentials = \"") + rule + "\"\n"));
    begin_canary();
    EXPECT_EQ(test::get(port_, "/albums/1", "Authorization: Bearer x\r\n").status, 200u);
    until("the copy", [&] { return new_side.copies() == 1; });
    EXPECT_EQ(new_side.asked().front().fields.contains("Authorization"), goes_along) << rule;
    proxy_.reset();
  }
}

TEST_F(ACopy, KnowsTheFieldsByWhichThisApplicationKnowsWhoAsks) {
  ToldServer old_side(says("{}"));
  ToldServer new_side(says("{}"));
  const std::string ticket = "secret_fields = [\"X-Ticket\"]\n";
  between(old_side.port(), new_side.port(), all_with(ticket));
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums/1", "x-ticket: 4711\r\n").status, 200u);
  until("its reason", [&] { return dropped("credentials") == 1; });
  EXPECT_EQ(test::get(port_, "/albums/2", "X-User: ada\r\n").status, 200u);
  until("what users are told apart by", [&] { return dropped("credentials") == 2; });
  EXPECT_EQ(test::get(port_, "/albums/2", "X_Ticket: 4711\r\n").status, 200u);
  until("another way to spell it", [&] { return dropped("credentials") == 3; });
  EXPECT_EQ(new_side.asked().size(), 0u);
  proxy_.reset();

  between(old_side.port(), new_side.port(), all_with(ticket + "credentials = \"drop\"\n"));
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums/3", "X-Ticket: 4711\r\nX-User: ada\r\nX-Page: 2\r\n").status,
            200u);
  until("the copy", [&] { return new_side.copies() == 1; });
  const http::RequestHead copy = new_side.asked().front();
  EXPECT_FALSE(copy.fields.contains("X-Ticket"));
  EXPECT_FALSE(copy.fields.contains("X-User"));
  EXPECT_EQ(copy.fields.find("X-Page"), "2");
}

// A session may be bound to it: a copy that lacks it looks like a thief's.
TEST_F(ACopy, AcceptsTheCodingsOfWhoseSessionItComesWithAndElseNone) {
  ToldServer old_side(says("{}"));
  ToldServer new_side(says("{}"));
  between(old_side.port(), new_side.port(), all_with("credentials = \"pass\"\n"));
  begin_canary();
  const std::string accepts = "Accept-Encoding: gzip, br;q=0.5\r\nIf-None-Match: \"a\"\r\n";
  EXPECT_EQ(test::get(port_, "/albums/1", accepts).status, 200u);
  until("the first copy", [&] { return compared() == 1; });
  EXPECT_EQ(test::get(port_, "/albums/2", "Cookie: session=x\r\n" + accepts).status, 200u);
  until("the second copy", [&] { return compared() == 2; });
  ASSERT_EQ(new_side.asked().size(), 2u);
  EXPECT_EQ(new_side.asked().front().fields.find("Accept-Encoding"), std::nullopt);
  const http::RequestHead of_somebody = new_side.asked().back();
  EXPECT_EQ(of_somebody.fields.find("Accept-Encoding"), "gzip, br;q=0.5");
  EXPECT_EQ(of_somebody.fields.find("If-None-Match"), std::nullopt)
      << "a copy wants the whole answer";
}

TEST_F(ACopy, OfAReadOfTheNewSideAsksTheOldOne) {
  ToldServer old_side(says(R"({"price":100})"));
  ToldServer new_side(says(R"({"price":101})"));
  between(old_side.port(), new_side.port(), kAll);
  ASSERT_EQ(shift("100%"), 200u);
  EXPECT_EQ(test::get(port_, "/albums/1").body, R"({"price":101})");
  until("the comparison", [&] { return compared() == 1; });
  EXPECT_EQ(old_side.copies(), 1u);
  const auto field = differences().at("report").at("fields").at(0);
  EXPECT_EQ(field.at("examples").at(0).at("old").at("value"), "100") << "old is old";
}

TEST_F(ACopy, ToTheOldSideComesOutOfTheBudgetThatProtectsIt) {
  ToldServer old_side(says("{}"));
  ToldServer new_side(says("{}"));
  between(old_side.port(), new_side.port(),
          "[rollouts.catalog.shadow]\nshare = \"100%\"\n"
          "[upstreams.legacy.retries]\nshare = \"0%\"\nper_second = 0\n");
  ASSERT_EQ(shift("100%"), 200u);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(test::get(port_, "/albums/1").status, 200u);
  until("the reason", [&] { return dropped("budget") == 5; });
  EXPECT_EQ(old_side.asked().size(), 0u);
}

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

class AnExample : public TwoSides {
 protected:
  /// Asks for the album of Ada, in her session, and has both answers compared.
  void keep_one_of_ada(std::uint16_t old_side, std::uint16_t new_side) {
    between(old_side, new_side, all_with("credentials = \"pass\"\n"));
    begin_canary();
    EXPECT_EQ(
        test::get(port_, "/albums/ada?q=blue", "Cookie: session=of-ada\r\nUser-Agent: Browser\r\n")
            .status,
        200u);
    until("the comparison", [&] { return compared() == 1; });
  }
  test::Seen replay(const std::string& more) const {
    return post("/_banyan/api/differences/replay", R"({"example":"catalog:1")" + more + "}");
  }
};

constexpr const char* kOfAda =
    R"(,"target":"/albums/ada?q=blue","headers":{"Cookie":"session=of-ada","User-Agent":"B"})";

TEST_F(AnExample, OfWhichSomethingIsHiddenIsAskedAgainByWhoeverKnowsIt) {
  ToldServer old_side(says(R"({"price":100})"));
  ToldServer new_side(says(R"({"price":1})"));
  keep_one_of_ada(old_side.port(), new_side.port());
  const auto needs = differences().at("report").at("fields").at(0).at("examples").at(0).at("needs");
  EXPECT_EQ(needs.at("target"), "/albums/…?q=…");
  EXPECT_EQ(needs.at("headers"), nlohmann::json::parse(R"(["cookie"])"));
  EXPECT_EQ(needs.at("may_add"), nlohmann::json::parse(R"(["host","user-agent"])"));

  const test::Seen without = replay("");
  EXPECT_EQ(without.status, 422u);
  EXPECT_THAT(without.body,
              HasSubstr("banyan replay catalog:1 --target '/albums/…?q=…' --header 'cookie: …'"));

  const test::Seen with = replay(kOfAda);
  ASSERT_EQ(with.status, 200u) << with.body;
  EXPECT_EQ(nlohmann::json::parse(with.body).at("comparison").at("differences").at(0).at("path"),
            "/price");
  for (const auto* side : {&old_side, &new_side}) {
    const http::RequestHead asked = side->asked().back();
    EXPECT_EQ(asked.target, "/albums/ada?q=blue");
    EXPECT_EQ(asked.fields.find("Cookie"), "session=of-ada");
    EXPECT_EQ(asked.fields.find("User-Agent"), "B");
    EXPECT_EQ(asked.fields.find("Banyan-Shadow"), "1");
  }
  for (const std::string& shown : {with.body, without.body, differences().dump(), log()}) {
    EXPECT_THAT(shown, Not(HasSubstr("of-ada"))) << "what was said is nowhere afterwards";
  }
  EXPECT_EQ(copies().at("compared"), 1) << "and a replay is no evidence";
}

/// Each side's own answer to what is asked with that field, and `status` to all else.
ToldServer::Answer says_to(const std::string& field, const std::string& value, std::string body,
                           unsigned status) {
  return [=](const std::shared_ptr<http::Exchange>& exchange) {
    const bool fits = exchange->head().fields.find(field) == value;
    says(fits ? body : "{}", fits ? 200 : status)(exchange);
  };
}

TEST_F(AnExample, ThatIsAnsweredOtherwiseNowIsNotTheSame) {
  ToldServer old_side(says_to("Cookie", "session=of-ada", R"({"price":100})", 401));
  ToldServer new_side(says_to("Cookie", "session=of-ada", R"({"price":1})", 401));
  keep_one_of_ada(old_side.port(), new_side.port());
  const test::Seen over =
      replay(R"(,"target":"/albums/ada?q=blue","headers":{"Cookie":"session=of-yesterday"})");
  ASSERT_EQ(over.status, 200u) << over.body;
  const auto document = nlohmann::json::parse(over.body);
  EXPECT_EQ(document.at("comparison").at("same"), true) << "of what is no answer to the question";
  EXPECT_EQ(document.at("old_then").at("status"), 200);
  EXPECT_EQ(document.at("old").at("status"), 401);
  EXPECT_FALSE(nlohmann::json::parse(replay(kOfAda).body).contains("old_then"));
}

TEST_F(AnExample, OfSomebodyWhomStickinessGoesByIsAskedAgainInTheirNameOnly) {
  ToldServer old_side(says_to("X-User", "ada", R"({"price":100})", 404));
  ToldServer new_side(says_to("X-User", "ada", R"({"price":1})", 404));
  between(old_side.port(), new_side.port(), all_with("credentials = \"pass\"\n"));
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums?page=7", "X-User: ada\r\n").status, 200u);
  until("the comparison", [&] { return compared() == 1; });
  const auto example = differences().at("report").at("fields").at(0).at("examples").at(0);
  EXPECT_EQ(example.at("replayable"), false) << "by nobody it is another request";
  EXPECT_EQ(example.at("needs").at("headers").at(0), "x-user");
  EXPECT_THAT(differences().dump(), Not(HasSubstr("ada")));
  EXPECT_EQ(replay("").status, 422u);
  const auto with = nlohmann::json::parse(replay(R"(,"headers":{"X-User":"ada"})").body);
  EXPECT_FALSE(with.contains("old_then")) << with.dump();
  EXPECT_EQ(with.at("comparison").at("differences").at(0).at("path"), "/price");
}

TEST_F(AnExample, OfAnApplicationWithTenantsCanBeAskedWithItsHost) {
  ToldServer old_side(says_to("Host", "localhost", R"({"price":100})", 404));
  ToldServer new_side(says_to("Host", "localhost", R"({"price":1})", 404));
  between(old_side.port(), new_side.port(), kAll);
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums?page=7").status, 200u);
  until("the comparison", [&] { return compared() == 1; });
  EXPECT_EQ(nlohmann::json::parse(replay("").body).at("old_then").at("status"), 200)
      << "no tenant is called as the upstream's instance is";
  const auto with = nlohmann::json::parse(replay(R"(,"headers":{"Host":"localhost"})").body);
  EXPECT_FALSE(with.contains("old_then"));
  EXPECT_EQ(with.at("comparison").at("differences").at(0).at("path"), "/price");
}

TEST_F(AnExample, OfAClientWhoSpokeTlsIsAskedAgainAsOne) {
  ToldServer old_side(says_to("X-Forwarded-Proto", "https", R"({"price":100})", 301));
  ToldServer new_side(says_to("X-Forwarded-Proto", "https", R"({"price":1})", 301));
  write(file(), shop_configuration(old_side.port(), new_side.port(), kAll));
  ProxyOptions options;
  options.trusted_peers = {"127.0.0.1"};
  start(options);
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums?page=7", "X-Forwarded-Proto: https\r\n").status, 200u);
  until("the comparison", [&] { return compared() == 1; });
  const auto replayed = nlohmann::json::parse(replay("").body);
  EXPECT_EQ(replayed.at("old").at("status"), 200);
  EXPECT_EQ(replayed.at("comparison").at("differences").at(0).at("path"), "/price");
}

TEST_F(AnExample, ThatIsAskedAgainIsLoggedWithWhoAndWhyAndNothingThatIsSecret) {
  ToldServer old_side(says(R"({"price":100})"));
  ToldServer new_side(says(R"({"price":1})"));
  keep_one_of_ada(old_side.port(), new_side.port());
  const test::Seen asked = replay(std::string(kOfAda) + R"(,"who":"ann@shop","why":"ticket 47")");
  EXPECT_EQ(asked.status, 200u) << asked.body;
  until("its line", [&] { return log().find("example_asked_again") != std::string::npos; });
  EXPECT_THAT(log(), testing::AllOf(HasSubstr(R"("said":"target, Cookie, User-Agent")"),
                                    HasSubstr(R"("who":"ann@shop")"),
                                    HasSubstr(R"("why":"ticket 47")"), Not(HasSubstr("of-ada"))));
  EXPECT_EQ(replay(R"(,"who":7)").status, 400u);
  EXPECT_EQ(replay(R"(,"why":")" + std::string(3'000, 'x') + '"').status, 400u);
}

TEST_F(AnExample, IsAskedAgainByAFormThatIsToldOfEachPlaceThatDoesNotFit) {
  ToldServer old_side(says(R"({"price":100})"));
  ToldServer new_side(says(R"({"price":1})"));
  keep_one_of_ada(old_side.port(), new_side.port());
  const auto needs = differences().at("report").at("fields").at(0).at("examples").at(0).at("needs");
  EXPECT_EQ(needs.at("parts").size(), 2u);
  EXPECT_EQ(needs.at("parts").at(1),
            nlohmann::json::parse(R"({"name":"q of the query","form":"aaaa"})"));
  const test::Seen refused = replay(R"(,"parts":["adam","blue"],"headers":{})");
  EXPECT_EQ(refused.status, 400u);
  const auto details = nlohmann::json::parse(refused.body).at("details");
  ASSERT_EQ(details.size(), 2u) << refused.body;
  EXPECT_EQ(details.at(0).at("where"), "/parts/0");
  EXPECT_EQ(details.at(1).at("where"), "/headers/cookie");
  EXPECT_THAT(refused.body, Not(HasSubstr("adam")));

  const test::Seen asked =
      replay(R"(,"parts":["ada","blue"],"headers":{"cookie":"session=of-ada"},"who":"ann@shop")");
  ASSERT_EQ(asked.status, 200u) << asked.body;
  EXPECT_EQ(old_side.asked().back().target, "/albums/ada?q=blue");
  EXPECT_EQ(new_side.asked().back().fields.find("Cookie"), "session=of-ada");
  until("its line", [&] { return log().find("example_asked_again") != std::string::npos; });
  EXPECT_THAT(log(), testing::AllOf(HasSubstr(R"("said":"target, cookie")"),
                                    HasSubstr(R"("who":"ann@shop")"), Not(HasSubstr("of-ada"))));
}

TEST_F(AnExample, TakesNothingThatIsNotWhatWasHidden) {
  ToldServer old_side(says(R"({"price":100})"));
  ToldServer new_side(says(R"({"price":1})"));
  keep_one_of_ada(old_side.port(), new_side.port());
  const std::size_t before = old_side.asked().size();
  for (const char* other :
       {R"(,"target":"/albums/adam?q=blue","headers":{"Cookie":"session=of-ada"})",
        R"(,"target":"/shop/aaa?q=blue","headers":{"Cookie":"session=of-ada"})",
        R"(,"target":"/albums/ada?q=blue","headers":{"Cookie":"a","X-Forwarded-For":"1.2.3.4"})",
        R"(,"target":"/albums/ada?q=blue","headers":{"Cookie":"a","cookie":"b"})",
        R"(,"target":"/albums/ada?q=blue","headers":{"Cookie":"a\r\nEvil: 1"})",
        R"(,"target":"/albums/ada?q=blue","headers":{"Cookie":"a"},"body":"b")",
        R"(,"target":"/albums/ada?q=blue","parts":["ada","blue"],"headers":{"Cookie":"a"})",
        R"(,"parts":["ada"],"headers":{"Cookie":"a"})", R"(,"parts":"ada")", R"(,"parts":[7])",
        R"(,"target":7)", R"(,"headers":{"Cookie":7})", R"(,"headers":["Cookie: a"])",
        R"(,"cookie":"a")"}) {
    const test::Seen refused = replay(other);
    EXPECT_EQ(refused.status, 400u) << other << '\n' << refused.body;
    EXPECT_THAT(refused.body, Not(HasSubstr("of-ada")));
  }
  EXPECT_EQ(old_side.asked().size(), before) << "nobody was asked";
}

}  // namespace
}  // namespace banyan::serving

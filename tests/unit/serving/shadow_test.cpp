// SPDX-License-Identifier: Apache-2.0
// Which reads are copied to the other side, what copies say, and what they may take.
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "every_read_copied.hpp"
#include "support/deaf_port.hpp"
#include "two_sides_fixture.hpp"

namespace banyan::serving {
namespace {

using testing::HasSubstr;
using testing::Not;

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
  const std::uint16_t deaf = test::deaf_port();
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
  const std::uint16_t deaf = test::deaf_port();
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
  std::optional<test::DeafPort> deaf(std::in_place);
  const std::uint16_t port = deaf->number();
  between(old_side.port(), port, kAll);
  begin_canary();
  until("a pause", [&] {
    EXPECT_EQ(test::get(port_, "/albums/1").status, 200u);
    return dropped("upstream_paused") > 0;
  });
  deaf.reset();
  ToldServer new_side(says("{}"), port);
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

}  // namespace
}  // namespace banyan::serving

// SPDX-License-Identifier: Apache-2.0
// Examples of differences that are kept, and asked again by whoever knows what was hidden.
#include <gmock/gmock.h>

#include <string>

#include "every_read_copied.hpp"
#include "two_sides_fixture.hpp"

namespace banyan::serving {
namespace {

using testing::HasSubstr;
using testing::Not;

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

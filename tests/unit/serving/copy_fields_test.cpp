// SPDX-License-Identifier: Apache-2.0
// Copies that carry what the file names, between a proxy and two servers.
#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "two_sides_fixture.hpp"

namespace banyan::serving {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kSet =
    "set = { Authorization = { file = \"catalog.token\", scheme = \"Bearer\" } }\n";
const std::string kSetOld = "set_old = { Authorization = { file = \"shop.token\" } }\n";
constexpr const char* kOfTheClient = "Authorization: Bearer of-the-client\r\n";

class ACopyByRule : public TwoSides {
 protected:
  void SetUp() override {
    keep("catalog.token", "of-the-catalog");
    keep("shop.token", "Bearer of-the-shop");
  }
  void keep(const std::string& name, const std::string& secret) const {
    using std::filesystem::perms;
    std::ofstream(folder_.file(name), std::ios::trunc) << secret << '\n';
    std::filesystem::permissions(folder_.file(name), perms::owner_read | perms::owner_write);
  }
  /// Of every read, with more lines of the section.
  static std::string copies_with(const std::string& lines, const std::string& noise = "0%") {
    return "[rollouts.catalog.shadow]\nshare = \"100%\"\nnoise = \"" + noise + "\"\n" + lines +
           "[upstreams.legacy.retries]\nper_second = 1000\n";
  }
  /// The last one that the side was asked.
  static http::RequestHead last_copy(const ToldServer& side) {
    http::RequestHead last;
    for (const http::RequestHead& each : side.asked()) {
      if (each.fields.contains("Banyan-Shadow")) last = each;
    }
    return last;
  }
};

TEST_F(ACopyByRule, CarriesTheNamedCookieAndTheTokenOfItsSideAndNothingElseOfTheKind) {
  ToldServer old_side(says(R"({"price":100})"));
  ToldServer new_side(says(R"({"price":101})"));
  between(old_side.port(), new_side.port(),
          copies_with("credentials = \"drop\"\ncookies = { pass = [\"session\"] }\n"
                      "[rollouts.catalog.shadow.set]\nX-Tenant = \"shadow\"\n"
                      "Authorization = { file = \"catalog.token\", scheme = \"Bearer\" }\n"
                      "[rollouts.catalog.compare]\nexamples = \"clear\"\n"
                      "request_headers = [\"Authorization\", \"Cookie\", \"X-Tenant\"]\n"));
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums/1",
                      std::string(kOfTheClient) +
                          "Cookie: _ga=1; session=ada; last=2\r\nX-Tenant: real\r\n"
                          "X_Tenant: real\r\nX-Api-Key: 4711\r\nX_Api_Key: 4711\r\n"
                          "X-Page: 2\r\n")
                .status,
            200u);
  until("the comparison", [&] { return compared() == 1; });
  ASSERT_EQ(new_side.asked().size(), 1u);
  const http::RequestHead copy = new_side.asked().front();
  EXPECT_EQ(copy.fields.find("Authorization"), "Bearer of-the-catalog");
  EXPECT_EQ(copy.fields.count("Authorization"), 1u);
  EXPECT_EQ(copy.fields.find("Cookie"), "session=ada");
  EXPECT_EQ(copy.fields.find("X-Tenant"), "shadow");
  EXPECT_EQ(copy.fields.count("X-Tenant"), 1u);
  EXPECT_FALSE(copy.fields.contains(std::string_view("X_Tenant")))
      << "the same to a program that reads \"_\" as \"-\"";
  EXPECT_FALSE(copy.fields.contains("X-Api-Key"));
  EXPECT_FALSE(copy.fields.contains(std::string_view("X_Api_Key")));
  EXPECT_EQ(copy.fields.find("X-Page"), "2");
  ASSERT_EQ(old_side.asked().size(), 1u);
  const http::RequestHead real = old_side.asked().front();
  EXPECT_EQ(real.fields.find("Authorization"), "Bearer of-the-client") << "of the client's own";
  EXPECT_EQ(real.fields.find("Cookie"), "_ga=1; session=ada; last=2");

  const std::string report = differences().dump();
  EXPECT_THAT(report, HasSubstr("real")) << "what the client said is no secret";
  for (const std::string& all : {report, log(), metrics()}) {
    EXPECT_THAT(all, Not(HasSubstr("of-the-c"))) << "neither token is anywhere";
  }
}

TEST_F(ACopyByRule, IsMadeOfWhomNothingIsLeftThatSaysWhoAsks) {
  ToldServer old_side(says("{}"));
  ToldServer new_side(says("{}"));
  between(old_side.port(), new_side.port(),
          copies_with("cookies = { drop = [\"_ga*\"] }\n" + kSet));
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums/1", std::string(kOfTheClient) + "Cookie: _ga=1; _ga_X=2\r\n")
                .status,
            200u);
  until("the copy of one who has only what is taken away", [&] { return compared() == 1; });
  const http::RequestHead copy = last_copy(new_side);
  EXPECT_EQ(copy.fields.find("Authorization"), "Bearer of-the-catalog");
  EXPECT_FALSE(copy.fields.contains("Cookie"));

  EXPECT_EQ(test::get(port_, "/albums/2", "Cookie: _ga=1; session=ada\r\n").status, 200u);
  until("the reason of the other one", [&] { return dropped("credentials") == 1; });
  EXPECT_EQ(test::get(port_, "/albums/3").status, 200u);
  until("the copy of nobody's", [&] { return compared() == 2; });
  EXPECT_EQ(last_copy(new_side).fields.find("Authorization"), "Bearer of-the-catalog")
      << "it asks in its own name, too";
  EXPECT_EQ(new_side.asked().size(), 2u);
}

TEST_F(ACopyByRule, ForNoiseIsMadeByTheRulesOfTheOldSide) {
  ToldServer old_side(says("{}"));
  ToldServer new_side(says("{}"));
  between(old_side.port(), new_side.port(), copies_with(kSet, "100%"));
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums/1", kOfTheClient).status, 200u);
  until("the comparison", [&] { return compared() == 1; });
  EXPECT_EQ(old_side.copies(), 0u) << "which has no rule for it, and is not asked in their name";
  EXPECT_EQ(new_side.copies(), 1u);
  proxy_.reset();

  between(old_side.port(), new_side.port(), copies_with(kSet + kSetOld, "100%"));
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums/2", kOfTheClient).status, 200u);
  until("the comparison", [&] { return compared() == 1; });
  EXPECT_EQ(new_side.copies(), 1u);
  ASSERT_EQ(old_side.copies(), 1u);
  EXPECT_EQ(last_copy(old_side).fields.find("Authorization"), "Bearer of-the-shop");
}

TEST_F(ACopyByRule, ForTheOldSideNeverSaysWhatIsForTheNewOne) {
  ToldServer old_side(says("{}"));
  ToldServer new_side(says("{}"));
  between(old_side.port(), new_side.port(), copies_with("credentials = \"drop\"\n" + kSet));
  ASSERT_EQ(shift("100%"), 200u);
  EXPECT_EQ(test::get(port_, "/albums/1", kOfTheClient).status, 200u);
  until("the comparison", [&] { return compared() == 1; });
  ASSERT_EQ(old_side.copies(), 1u);
  EXPECT_FALSE(last_copy(old_side).fields.contains("Authorization"));
  ASSERT_EQ(new_side.asked().size(), 1u);
  EXPECT_EQ(new_side.asked().front().fields.find("Authorization"), "Bearer of-the-client");
}

TEST_F(ACopyByRule, SaysTheTokenThatItsFileHasSinceTheLastReload) {
  ToldServer old_side(says("{}"));
  ToldServer new_side(says("{}"));
  between(old_side.port(), new_side.port(), copies_with(kSet));
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums/1").status, 200u);
  until("a copy", [&] { return compared() == 1; });
  keep("catalog.token", "of-tomorrow");
  ASSERT_TRUE(proxy_->reload().has_value());
  EXPECT_EQ(test::get(port_, "/albums/2").status, 200u);
  until("a copy with the new one", [&] { return compared() == 2; });
  EXPECT_EQ(last_copy(new_side).fields.find("Authorization"), "Bearer of-tomorrow");

  std::filesystem::permissions(folder_.file("catalog.token"), std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const auto refused = proxy_->reload();
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(to_string(refused.error()), HasSubstr("open to everybody on this machine"));
  EXPECT_THAT(to_string(refused.error()), Not(HasSubstr("of-tomorrow")));
  EXPECT_EQ(test::get(port_, "/albums/3").status, 200u);
  until("a copy with what was read before", [&] { return compared() == 3; });
  EXPECT_EQ(last_copy(new_side).fields.find("Authorization"), "Bearer of-tomorrow");
}

TEST_F(ACopyByRule, IsAskedAgainWithoutTheFieldThatBothSidesAreTold) {
  ToldServer old_side(says(R"({"price":100})"));
  ToldServer new_side(says(R"({"price":101})"));
  between(old_side.port(), new_side.port(), copies_with(kSet + kSetOld));
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums?page=7", kOfTheClient).status, 200u);
  until("the comparison", [&] { return compared() == 1; });
  const auto example = differences().at("report").at("fields").at(0).at("examples").at(0);
  EXPECT_EQ(example.at("replayable"), true) << "nobody has to know the client's token";
  const test::Seen replayed = post("/_banyan/api/differences/replay", R"({"example":"catalog:1"})");
  EXPECT_EQ(replayed.status, 200u) << replayed.body;
  EXPECT_EQ(last_copy(old_side).fields.find("Authorization"), "Bearer of-the-shop");
}

TEST_F(ACopyByRule, IsAskedAgainWithNoCookieThatItHadNot) {
  ToldServer old_side(says(R"({"price":100})"));
  ToldServer new_side(says(R"({"price":101})"));
  between(old_side.port(), new_side.port(),
          copies_with("credentials = \"drop\"\ncookies = { pass = [\"language\"] }\n"));
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums?page=7", "Cookie: language=de; session=of-ada\r\n").status,
            200u);
  until("the comparison", [&] { return compared() == 1; });
  const auto replay_with = [&](const std::string& cookies) {
    return post("/_banyan/api/differences/replay",
                R"({"example":"catalog:1","headers":{"Cookie":")" + cookies + "\"}}");
  };
  const test::Seen refused = replay_with("language=de; session=of-ada");
  EXPECT_EQ(refused.status, 400u);
  EXPECT_THAT(refused.body, HasSubstr("have only language"));
  EXPECT_THAT(refused.body, Not(HasSubstr("of-ada")));
  const test::Seen to_a_form =
      post("/_banyan/api/differences/replay",
           R"({"example":"catalog:1","parts":[],"headers":{"cookie":"session=of-ada"}})");
  EXPECT_EQ(nlohmann::json::parse(to_a_form.body).at("details").at(0).at("where"),
            "/headers/cookie");
  EXPECT_EQ(replay_with("language=fr").status, 200u);
  EXPECT_EQ(last_copy(new_side).fields.find("Cookie"), "language=fr");
}

TEST_F(ACopyByRule, HasItsTokenInNoReportThoughASideSaysWhatItHears) {
  const auto says_what_it_hears = [](const std::shared_ptr<http::Exchange>& exchange) {
    const auto heard = exchange->head().fields.find("Authorization").value_or("nothing");
    says(R"({"debug":")" + std::string(heard) + "\"}")(exchange);
  };
  ToldServer old_side(says_what_it_hears);
  ToldServer new_side(says_what_it_hears);
  between(old_side.port(), new_side.port(),
          copies_with(kSet + kSetOld + "[rollouts.catalog.compare]\nexamples = \"clear\"\n"));
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums?page=7").status, 200u);
  until("the comparison", [&] { return compared() == 1; });
  const std::string report = differences().dump();
  EXPECT_THAT(report, HasSubstr("Bearer …"));
  EXPECT_THAT(report, Not(HasSubstr("of-the-")));
  EXPECT_THAT(post("/_banyan/api/differences/replay", R"({"example":"catalog:1"})").body,
              testing::AllOf(HasSubstr("Bearer …"), Not(HasSubstr("of-the-"))));
}

TEST_F(ACopyByRule, WhoseTokenIsRefusedSaysNothingOfTheNewSide) {
  ToldServer old_side(says("{}"));
  std::atomic<bool> is_over = false;
  ToldServer new_side([&](const std::shared_ptr<http::Exchange>& exchange) {
    says(is_over ? R"({"error":"expired"})" : "{}", is_over ? 401 : 200)(exchange);
  });
  between(old_side.port(), new_side.port(), copies_with(kSet));
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums/1").status, 200u);
  until("the comparison with what the token opens", [&] { return compared() == 1; });
  is_over = true;
  EXPECT_EQ(test::get(port_, "/albums/2").status, 200u);
  until("the reason", [&] { return dropped("refused") == 1; });
  EXPECT_EQ(compared(), 1u);
  EXPECT_EQ(differences().at("report").at("operations").at(0).at("differing"), 0);
  EXPECT_THAT(metrics(), HasSubstr(R"(reason="refused"} 1)"));
  proxy_.reset();

  between(old_side.port(), new_side.port(), copies_with(""));
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums/3").status, 200u);
  until("a finding, where copies say nothing of their own", [&] { return compared() == 1; });
  EXPECT_EQ(differences().at("report").at("operations").at(0).at("differing"), 1);
}

TEST_F(ACopyByRule, IsWhatAReplayAsksToo) {
  ToldServer old_side(says(R"({"price":100})"));
  ToldServer new_side(says(R"({"price":101})"));
  between(old_side.port(), new_side.port(), copies_with(kSet + kSetOld));
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums?page=7").status, 200u);
  until("the comparison", [&] { return compared() == 1; });
  const test::Seen replayed = post("/_banyan/api/differences/replay", R"({"example":"catalog:1"})");
  EXPECT_EQ(replayed.status, 200u) << replayed.body;
  EXPECT_EQ(new_side.copies(), 2u);
  EXPECT_EQ(last_copy(new_side).fields.find("Authorization"), "Bearer of-the-catalog");
  ASSERT_EQ(old_side.copies(), 1u);
  EXPECT_EQ(last_copy(old_side).fields.find("Authorization"), "Bearer of-the-shop");
  EXPECT_THAT(replayed.body, Not(HasSubstr("of-the-")));
}

}  // namespace
}  // namespace banyan::serving

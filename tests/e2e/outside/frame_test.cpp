// SPDX-License-Identifier: Apache-2.0
// What all simulators of outside parties have in common, as who runs them meets it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "card_simulator.hpp"

namespace recordshop::card {
namespace {

using banyan::test::Ran;
using testing::HasSubstr;

class OutsideParty : public testing::TestWithParam<const char*> {
 protected:
  static Ran run(std::vector<std::string> options) {
    options.insert(options.begin(), BANYAN_BIN "/" + std::string(GetParam()));
    return banyan::test::run_program(options);
  }
};

TEST_P(OutsideParty, SharesItsPortWithNobody) {
  const Started first(GetParam(), {});
  const Ran second = run({"--port", std::to_string(first.endpoint().port)});
  EXPECT_EQ(second.exit_code, 69) << second.output;
  EXPECT_THAT(second.output, HasSubstr("Give it another --port"));
}

TEST_P(OutsideParty, EndsAtWrongUsageWithItsCode) {
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{"--prot", "1"}, {"what"}, {"--port"}}) {
    const Ran ran = run(wrong);
    EXPECT_EQ(ran.exit_code, 64) << ran.output;
    EXPECT_THAT(ran.output, HasSubstr(std::string(GetParam()) + " --help"));
  }
}

TEST_P(OutsideParty, EndsAtAWrongConfigurationWithItsCode) {
  const banyan::test::TemporaryFolder folder;
  const std::string file = (folder.path() / "party.properties").string();
  std::ofstream(file) << "port = many\n";
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{"--config", file},
        {"--config", (folder.path() / "nowhere.properties").string()},
        {"--port", "65536"},
        {"--seed", "x"},
        {"--books", (folder.path() / "no" / "such.db").string()}}) {
    const Ran ran = run(wrong);
    EXPECT_EQ(ran.exit_code, 78) << wrong.at(0) << ' ' << ran.output;
  }
  EXPECT_THAT(run({"--books", folder.path().string()}).output, HasSubstr("Give --books a file"));
}

TEST_P(OutsideParty, TakesTheCommandLineBeforeItsFile) {
  const banyan::test::TemporaryFolder folder;
  const std::string file = (folder.path() / "party.properties").string();
  std::ofstream(file) << "port = 1\nseed = 7\n";
  EXPECT_EQ(Started(GetParam(), {"--config", file}).stop(), 0);
}

TEST_P(OutsideParty, IsMadeToBehaveBadlyOnlyByWhatItKnows) {
  Started party(GetParam(), {});
  const auto control = [&](const std::string& query) {
    return party.send("GET", "/control" + query);
  };
  for (const char* wrong :
       {"?slow=-1", "?slow=x", "?outage=2", "?lose_answers=101", "?outage=on&mood=1"}) {
    EXPECT_EQ(control(wrong).head.status, 400U) << wrong;
  }
  EXPECT_EQ(json::parse(control("").body).at("outage"), 0) << "all of it or nothing";
  EXPECT_EQ(json::parse(control("?outage=on&late=5").body).at("outage"), 1);
  EXPECT_EQ(json::parse(control("?outage=0").body).at("late"), 5);
  EXPECT_EQ(json::parse(control("").body).at("untold"), 0);
  EXPECT_EQ(party.send("GET", "/nothing").head.status, 404U);
  EXPECT_EQ(party.stop(), 0);
}

TEST_P(OutsideParty, IsNotEndedByADocumentHoweverDeep) {
  constexpr int kAbyss = 200'000;
  std::string open;
  std::string close;
  for (int i = 0; i < kAbyss; ++i) {
    open += "<a>";
    close += "</a>";
  }
  Started party(GetParam(), {});
  for (const std::string& xml : {open + close, open}) {
    for (const char* const path : {"/gw/xml", "/ws/CargoConnect"}) {
      EXPECT_EQ(party.send("POST", path, xml).body.find("<a>"), std::string::npos);
    }
  }
  EXPECT_EQ(party.stop(), 0);
}

INSTANTIATE_TEST_SUITE_P(All, OutsideParty, testing::Values("payment-provider", "parcel-carrier"),
                         [](const auto& party) {
                           return std::string(party.param).substr(0, 7) == "payment" ? "Provider"
                                                                                     : "Carrier";
                         });

}  // namespace
}  // namespace recordshop::card

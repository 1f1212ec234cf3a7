// SPDX-License-Identifier: Apache-2.0
// What all simulators of outside parties have in common, as who runs them meets it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "banyan/sqlite/connection.hpp"
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

/// Whole, as bytes.
std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_P(OutsideParty, KeepsItsBooksInNobodyElsesFile) {
  using banyan::sqlite::Connection;
  using banyan::sqlite::OpenMode;
  const banyan::test::TemporaryFolder folder;
  const auto made = [&](const std::string& name, const std::string& script) {
    const std::filesystem::path file = folder.path() / name;
    Connection::open(file, OpenMode::Create).run(script);
    return file;
  };
  const std::filesystem::path text = folder.path() / "notes.txt";
  std::ofstream(text) << "no database at all";
  for (const std::filesystem::path& foreign :
       {made("music.sqlite", "CREATE TABLE albums (id INTEGER PRIMARY KEY, title TEXT)"),
        made("beside.sqlite",
             "CREATE TABLE transactions (a); CREATE TABLE credits (a); CREATE TABLE parcels (a);"
             " CREATE TABLE scans (a)"),
        made("view.sqlite", "CREATE VIEW parcels AS SELECT 1"),
        made("logged.sqlite", "PRAGMA journal_mode = WAL; CREATE TABLE albums (id INTEGER)"),
        made("marked.sqlite", "PRAGMA application_id = 7"), text}) {
    const std::string before = bytes_of(foreign);
    const Ran ran = run({"--books", foreign.string()});
    EXPECT_EQ(ran.exit_code, 78) << foreign << ran.output;
    EXPECT_THAT(ran.output, HasSubstr("It is left as it is. Give --books another file")) << foreign;
    EXPECT_EQ(bytes_of(foreign), before) << foreign;
    EXPECT_FALSE(std::filesystem::exists(foreign.string() + "-wal")) << foreign;
  }
}

TEST_P(OutsideParty, KnowsItsBooksAgainAndNoOtherPartyTakesThem) {
  const std::string me = GetParam();
  const std::string other = me == "parcel-carrier" ? "payment-provider" : "parcel-carrier";
  const banyan::test::TemporaryFolder folder;
  const std::string file = (folder.path() / "books.db").string();
  std::ofstream(file) << "";  // an empty one is nobody's
  EXPECT_EQ(Started(me, {"--books", file}).stop(), 0);
  EXPECT_EQ(Started(me, {"--books", file}).stop(), 0);
  const Ran ran = banyan::test::run_program({BANYAN_BIN "/" + other, "--books", file});
  EXPECT_EQ(ran.exit_code, 78) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("is marked by another program as its own"));
}

TEST_P(OutsideParty, TakesItsBooksOfBeforeThereWasAMark) {
  const std::string me = GetParam();
  const banyan::test::TemporaryFolder folder;
  const std::string file = (folder.path() / "books.db").string();
  EXPECT_EQ(Started(me, {"--books", file}).stop(), 0);
  const auto mark = [&] {
    return banyan::sqlite::Connection::open(file, banyan::sqlite::OpenMode::Read).application_id();
  };
  const std::uint32_t own = mark();
  EXPECT_NE(own, 0U);
  banyan::sqlite::Connection::open(file, banyan::sqlite::OpenMode::Write).set_application_id(0);
  EXPECT_EQ(Started(me, {"--books", file}).stop(), 0);
  EXPECT_EQ(mark(), own);
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

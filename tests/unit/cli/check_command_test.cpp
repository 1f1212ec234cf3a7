// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "banyan/stages/control_store.hpp"
#include "banyan/stages/switchboard.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "banyan_process.hpp"
#include "support/certificates.hpp"
#include "support/secret_file.hpp"

namespace banyan::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kShop = R"([proxy]
listen = ["127.0.0.1:8080"]
operators = "127.0.0.1:9180"
[upstreams.shop]
instances = ["127.0.0.1:9000"]
[upstreams.catalog]
instances = ["127.0.0.1:9001"]
[rollouts.catalog]
[[routes]]
name = "rest"
prefix = "/"
methods = ["*"]
legacy = "shop"
[[routes]]
name = "albums"
prefix = "/albums"
methods = ["*"]
legacy = "shop"
successor = "catalog"
successor_path = { strip = "/albums", add = "/v2/albums" }
rollout = "catalog"
)";

class CheckCommand : public testing::Test {
 protected:
  /// The report on a file with this text, as a program reads it.
  json check(const std::string& text, const std::vector<std::string>& requests = {}) {
    std::ofstream(file_) << text;
    std::vector<std::string> words{"check", file_, "--json"};
    for (const std::string& each : requests) words.insert(words.end(), {"--request", each});
    const Outcome outcome = run_banyan(words);
    exit_code_ = outcome.exit_code;
    EXPECT_TRUE(json::accept(outcome.out)) << outcome.out << outcome.err;
    return json::parse(outcome.out, nullptr, false);
  }
  /// What it found, by its rules.
  std::vector<std::string> rules(const std::string& text) {
    std::vector<std::string> all;
    const json report = check(text);
    for (const json& each : report["findings"]) all.push_back(each["rule"]);
    return all;
  }
  /// The shop with a line in place of another.
  static std::string shop_with(const std::string& line, const std::string& instead) {
    std::string text = kShop;
    const std::size_t at = text.find(line);
    EXPECT_NE(at, std::string::npos) << line;
    return at == std::string::npos ? text : text.replace(at, line.size(), instead);
  }

  /// The shop with these as what users are told apart by.
  static std::string sticky_by(const std::string& sources) {
    return shop_with("[upstreams.shop]", "sticky = [" + sources + "]\n[upstreams.shop]");
  }

  TemporaryFolder folder_;
  std::string file_ = folder_.file("banyan.toml");
  int exit_code_ = -1;
};

TEST_F(CheckCommand, WarnsOfAKeyThatEverybodyMayRead) {
  const Authority authority(folder_.path());
  const Issued shop = authority.issue("shop", {.names = {"DNS:shop.example"}});
  const std::string text = shop_with("[upstreams.shop]",
                                     "[[proxy.tls]]\nlisten = [\"127.0.0.1:8443\"]\n"
                                     "certificates = [{ chain = \"shop.pem\", key = \"shop.key\" "
                                     "}]\n[upstreams.shop]");
  EXPECT_THAT(rules(text), IsEmpty());
  std::filesystem::permissions(shop.key_file, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const json report = check(text);
  ASSERT_EQ(report["findings"].size(), 1U) << report["findings"];
  EXPECT_EQ(report["findings"][0]["rule"], "check.key_open_to_everybody");
  EXPECT_THAT(report["findings"][0].dump(), HasSubstr("chmod o= "));
}

TEST_F(CheckCommand, FindsNothingInAGoodFile) {
  const json report = check(kShop);
  EXPECT_EQ(exit_code_, 0);
  EXPECT_EQ(report["starts"], true);
  EXPECT_THAT(report["findings"], IsEmpty()) << report["findings"];
  EXPECT_EQ(report["listeners"][0]["url"], "http://127.0.0.1:8080/");
  EXPECT_EQ(report["listeners"][1]["operators"], true);
}

TEST_F(CheckCommand, StartsAndWritesNothing) {
  check(kShop);
  std::vector<std::string> left;
  for (const auto& each : std::filesystem::directory_iterator(folder_.path())) {
    left.push_back(each.path().filename());
  }
  EXPECT_THAT(left, ElementsAre("banyan.toml"));
}

TEST_F(CheckCommand, ListsRoutesInTheOrderInWhichTheyWin) {
  const json report = check(kShop);
  std::vector<std::string> names;
  for (const json& each : report["routes"]) names.push_back(each["name"]);
  EXPECT_THAT(names, ElementsAre("albums", "rest"));
}

TEST_F(CheckCommand, SaysWhereARequestGoesAtEachStage) {
  const json requests = check(kShop, {"GET /albums/1?full", "POST /albums", "/cart"})["requests"];
  const json& read = requests[0];
  EXPECT_EQ(read["route"], "albums");
  EXPECT_EQ(read["effect"], "read");
  EXPECT_EQ(read["stage"], "legacy");
  EXPECT_EQ(read["goes_to"]["legacy"]["upstream"], "shop");
  EXPECT_EQ(read["goes_to"]["legacy"]["target"], "/albums/1?full");
  EXPECT_EQ(read["goes_to"]["canary"]["share"]["target"], "/v2/albums/1?full");
  EXPECT_EQ(read["goes_to"]["moved"]["upstream"], "catalog");
  const json& write = requests[1];
  EXPECT_EQ(write["effect"], "write");
  EXPECT_FALSE(write["goes_to"]["canary"].contains("share")) << "writes move as a whole";
  EXPECT_EQ(write["goes_to"]["moved"]["upstream"], "catalog");
  EXPECT_EQ(requests[2]["route"], "rest");
  EXPECT_EQ(requests[2]["goes_to"]["always"]["upstream"], "shop");
}

TEST_F(CheckCommand, KnowsWhereTheTrafficStands) {
  auto store = strangler::ControlStore::open(folder_.file("control.db"), system_clock());
  ASSERT_TRUE(store) << store.error().message;
  ASSERT_TRUE((*store)->enlist({"catalog", "gone", "never"}));
  strangler::Switchboard board(**store);
  ASSERT_TRUE(board.next("catalog", {"ann", "why"}));
  ASSERT_TRUE(board.next("gone", {"ann", "why"}));
  const json report = check(kShop, {"/albums/1"});
  EXPECT_EQ(report["requests"][0]["stage"], "canary 1%");
  ASSERT_EQ(report["findings"].size(), 1U) << report["findings"];
  EXPECT_EQ(report["findings"][0]["rule"], "check.rollout_without_routes");
  EXPECT_EQ(report["findings"][0]["weight"], "problem") << "no proxy starts with it";
  EXPECT_THAT(report["findings"][0]["message"], HasSubstr("gone at canary 1%"));
}

TEST_F(CheckCommand, FindsThatARolloutWouldLoseTheRoutesOfItsWrites) {
  auto store = strangler::ControlStore::open(folder_.file("control.db"), system_clock());
  ASSERT_TRUE(store) << store.error().message;
  ASSERT_TRUE((*store)->enlist({"catalog"}));
  ASSERT_TRUE((*store)->change(
      "catalog", {"ann", "why"}, [](const strangler::Traffic&) -> Result<strangler::Traffic> {
        return strangler::Traffic::of(strangler::Percent::all(), Side::Remote);
      }));
  const std::string reads = shop_with("prefix = \"/albums\"\nmethods = [\"*\"]",
                                      "prefix = \"/albums\"\nmethods = [\"GET\"]");
  EXPECT_THAT(rules(reads), Not(Contains("check.rollout_without_routes")))
      << "nobody knows whether there was more";
  ASSERT_TRUE((*store)->note_table({{"reach catalog", "reads and writes"}},
                                   {"proxy (root@here)", "it started"}));
  EXPECT_THAT(rules(reads), Contains("check.rollout_without_routes"));
  EXPECT_THAT(rules(kShop), Not(Contains("check.rollout_without_routes")));
}

TEST_F(CheckCommand, ExplainsWhatIsNotForwarded) {
  const json requests =
      check(shop_with("prefix = \"/\"", "path = \"/\""),
            {"/_banyan/api/status", "/cart", "/albums/../cart", "GET /albums%2f1"})["requests"];
  EXPECT_EQ(requests[0]["answer"], "operators");
  EXPECT_EQ(requests[1]["answer"], "not_found");
  EXPECT_EQ(requests[2]["answer"], "refused");
}

TEST_F(CheckCommand, ReadsToPeople) {
  std::ofstream(file_) << kShop;
  const Outcome outcome = run_banyan({"check", file_, "--request", "GET /albums/1"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("a proxy can start with it; nothing is unsafe or odd"),
                    HasSubstr("shop -> catalog (rollout catalog)"), HasSubstr("GET /albums/1"),
                    HasSubstr("a read"), HasSubstr("moved    catalog  /v2/albums/1")));
  EXPECT_EQ(run_banyan({"proxy", "--check", "--config", file_}).out,
            run_banyan({"check", file_}).out);
}

TEST_F(CheckCommand, RefusesWhatAProxyRefusesWithEveryProblem) {
  const json report = check("[proxy]\nlisten = [\"nowhere\"]\nlimit = 1\n");
  EXPECT_EQ(exit_code_, 78);
  EXPECT_EQ(report["starts"], false);
  EXPECT_EQ(report["findings"].size(), 2U);
  EXPECT_EQ(report["findings"][0]["line"], 2);
}

TEST_F(CheckCommand, IsStrictOnRequest) {
  const std::string odd = shop_with("successor = \"catalog\"", "successor = \"shop\"");
  EXPECT_THAT(rules(odd), Contains("check.unused_upstream"));
  EXPECT_EQ(exit_code_, 0);
  EXPECT_EQ(run_banyan({"check", file_, "--strict"}).exit_code, 1);
}

TEST_F(CheckCommand, WantsAMethodAndAPath) {
  std::ofstream(file_) << kShop;
  const Outcome outcome = run_banyan({"check", file_, "--request", "albums"});
  EXPECT_EQ(outcome.exit_code, 64);
  EXPECT_THAT(outcome.err, HasSubstr("\"albums\" is no request"));
}

// Each of what is unsafe or odd, and nothing else with it.

TEST_F(CheckCommand, FindsAWriteThatMovesByPercentage) {
  EXPECT_THAT(
      rules(shop_with("rollout = \"catalog\"\n", "rollout = \"catalog\"\neffect = \"read\"\n")),
      ElementsAre("check.writes_by_percentage"));
}

TEST_F(CheckCommand, FindsARouteThatNothingReaches) {
  EXPECT_THAT(
      rules(std::string(kShop) +
            "[[routes]]\nprefix = \"/_banyan/mine\"\nmethods = [\"GET\"]\nlegacy = \"shop\"\n"),
      ElementsAre("check.unreachable_route"));
}

TEST_F(CheckCommand, FindsWhatNobodyUses) {
  EXPECT_THAT(rules(std::string(kShop) + "[upstreams.old]\ninstances = [\"127.0.0.1:9002\"]\n"
                                         "[rollouts.orders]\n"),
              ElementsAre("check.unused_upstream", "check.unused_rollout"));
}

/// What `recordshop --config` may read: the routes are those of its modules.
constexpr const char* kOfAnApplication = R"([proxy]
listen = ["127.0.0.1:8080"]
operators = "127.0.0.1:9180"
[upstreams.catalog]
instances = ["127.0.0.1:9001"]
[rollouts.catalog.fallback]
[rollouts.catalog.plan]
samples = 50
)";

TEST_F(CheckCommand, HasNobodyDeleteWhatAnApplicationGoesBy) {
  const json report = check(kOfAnApplication);
  EXPECT_EQ(exit_code_, 0);
  ASSERT_EQ(report["findings"].size(), 1U) << report["findings"];
  EXPECT_EQ(report["findings"][0]["rule"], "check.no_routes");
  EXPECT_EQ(report["findings"][0]["weight"], "note");
  EXPECT_THAT(report["findings"][0]["message"],
              AllOf(HasSubstr("a proxy answers 404"), HasSubstr("adds the routes of its modules"),
                    HasSubstr("its own control store")));
  EXPECT_EQ(run_banyan({"check", file_, "--strict"}).exit_code, 0);
}

TEST_F(CheckCommand, ClaimsNoStageThatOnlyAnApplicationKnows) {
  EXPECT_FALSE(check(kOfAnApplication)["rollouts"][0].contains("stage"));
  EXPECT_THAT(run_banyan({"check", file_}).out, Not(HasSubstr("legacy")));
  EXPECT_EQ(check(kShop)["rollouts"][0]["stage"], "legacy") << "a proxy would begin so";
  const auto store = strangler::ControlStore::open(folder_.file("control.db"), system_clock());
  ASSERT_TRUE(store) << store.error().message;
  ASSERT_TRUE((*store)->enlist({"catalog"}));
  EXPECT_EQ(check(kOfAnApplication)["rollouts"][0]["stage"], "legacy") << "the one beside it does";
}

TEST_F(CheckCommand, SaysThatARolloutWithoutARouteMayBeAModules) {
  for (const char* unused :
       {"[rollouts.orders]\n", "[upstreams.orders]\ninstances = [\"127.0.0.1:9002\"]\n"}) {
    const json report = check(std::string(kShop) + unused);
    ASSERT_EQ(report["findings"].size(), 1U) << report["findings"];
    EXPECT_THAT(report["findings"][0]["message"],
                HasSubstr("unless an application reads the file of which orders is a module"));
  }
}

TEST_F(CheckCommand, FindsASuccessorThatIsTheOldSide) {
  EXPECT_THAT(
      rules(shop_with("successor = \"catalog\"\nsuccessor_path = { strip = \"/albums\", add = "
                      "\"/v2/albums\" }",
                      "successor = \"shop\"")),
      Contains("check.same_on_both_sides"));
}

TEST_F(CheckCommand, FindsThatOperatorsAreNowhereOrAmongClientsOrInTheClear) {
  EXPECT_THAT(rules(shop_with("operators = \"127.0.0.1:9180\"\n", "")),
              ElementsAre("check.operators_among_clients"));
  EXPECT_THAT(rules(shop_with("listen = [\"127.0.0.1:8080\"]\noperators = \"127.0.0.1:9180\"\n",
                              "listen = [\"0.0.0.0:8080\"]\n")),
              ElementsAre("check.no_operators"));
  write_secret(folder_.file("token"), "a token of operators\n");
  EXPECT_THAT(rules(shop_with("operators = \"127.0.0.1:9180\"\n",
                              "operators = \"0.0.0.0:9180\"\noperators_token_file = \"token\"\n")),
              ElementsAre("check.operators_in_the_clear"));
  EXPECT_THAT(
      rules(shop_with("operators = \"127.0.0.1:9180\"\n", "operators_token_file = \"token\"\n")),
      IsEmpty());
}

TEST_F(CheckCommand, FindsThatEverybodyIsTrusted) {
  for (const char* peers : {"\"0.0.0.0/0\"", "\"::/0\"", "\"0.0.0.0/1\", \"128.0.0.0/1\""}) {
    EXPECT_THAT(rules(shop_with("[upstreams.shop]",
                                std::string("trusted_peers = [") + peers + "]\n[upstreams.shop]")),
                ElementsAre("check.everybody_is_trusted"))
        << peers;
  }
  EXPECT_THAT(rules(shop_with("[upstreams.shop]",
                              "trusted_peers = [\"10.0.0.0/8\", \"fd00::/8\"]\n[upstreams.shop]")),
              IsEmpty());
}

TEST_F(CheckCommand, FindsAnUpstreamWhoseCertificateIsNotVerified) {
  EXPECT_THAT(rules(shop_with("[upstreams.catalog]",
                              "tls = { verify = \"insecure-none\" }\n[upstreams.catalog]")),
              ElementsAre("check.unverified_upstream"));
}

TEST_F(CheckCommand, FindsAnUpstreamThatIsTheProxyItself) {
  EXPECT_THAT(rules(shop_with("127.0.0.1:9001", "127.0.0.1:8080")),
              ElementsAre("check.leads_to_itself"));
}

TEST_F(CheckCommand, FindsThatAFirstVisitMovesWhenItIsGivenASession) {
  const auto by = [](const std::string& sticky) { return sticky_by(sticky); };
  for (const char* torn :
       {R"("cookie:session")", R"("cookie:session", "address")",
        R"("header:X-User", "cookie:session")", R"("cookie:session", "visit")"}) {
    EXPECT_THAT(rules(by(torn)), ElementsAre("check.first_visit_moves")) << torn;
  }
  const json warned = check(by(R"("header:X-User", "cookie:session", "visit")"));
  EXPECT_EQ(warned["findings"][0]["weight"], "warning");
  EXPECT_THAT(warned["findings"][0]["message"].get<std::string>(),
              AllOf(HasSubstr("Put \"visit\" before the cookie"), HasSubstr("at 0% or 100%")))
      << "first of all it would take the place of the header";
  for (const char* whole : {R"("visit")", R"("visit", "address")", R"("header:X-User", "visit")",
                            R"("address")", R"("header:X-User")"}) {
    EXPECT_THAT(rules(by(whole)), IsEmpty()) << whole;
  }
}

TEST_F(CheckCommand, FindsAFirstVisitThatMovesAlsoWhereOnlyModulesOfAnApplicationDo) {
  const std::string text = sticky_by(R"("cookie:session")");
  const std::string without_two_sides = text.substr(0, text.find("[[routes]]\nname = \"albums\""));
  EXPECT_THAT(rules(without_two_sides), Contains("check.first_visit_moves"));
}

TEST_F(CheckCommand, FindsWhatIsNeverAskedWhoAUserIs) {
  for (const char* unheard : {R"("address", "cookie:session")", R"("address", "header:X-User")",
                              R"("visit", "header:X-User")", R"("visit", "cookie:session")"}) {
    EXPECT_THAT(rules(sticky_by(unheard)), ElementsAre("check.sticky_unheard")) << unheard;
  }
  const auto weight = [&](const char* sticky) {
    return check(sticky_by(sticky))["findings"][0]["weight"].get<std::string>();
  };
  EXPECT_EQ(weight(R"("visit", "header:X-User")"), "warning");
  EXPECT_EQ(weight(R"("visit", "cookie:session")"), "note") << "an exported table asks for it";
}

TEST_F(CheckCommand, FindsACookieOfVisitsThatNoBrowserKeepsWithoutTls) {
  for (const char* never : {R"("visit:__Host-v")", R"("visit:__Secure-v")"}) {
    EXPECT_THAT(rules(sticky_by(never)), ElementsAre("check.visit_never_kept")) << never;
  }
  EXPECT_THAT(rules(shop_with("[upstreams.shop]",
                              "sticky = [\"visit:__Host-v\"]\ntrusted_peers = [\"10.0.0.1\"]\n"
                              "[upstreams.shop]")),
              IsEmpty());
}

TEST_F(CheckCommand, NotesThatThereIsNoCatchAll) {
  EXPECT_THAT(rules(shop_with("prefix = \"/\"", "prefix = \"/shop\"")),
              ElementsAre("check.no_catch_all"));
}

TEST_F(CheckCommand, NotesWhatStaysBelowWhatMoves) {
  EXPECT_THAT(rules(std::string(kShop) +
                    "[[routes]]\nname = \"one\"\npath = \"/albums/{id}\"\nmethods = [\"GET\"]\n"
                    "legacy = \"shop\"\n"),
              ElementsAre("check.stays_below"));
}

constexpr const char* kReads = R"([proxy]
listen = ["127.0.0.1:8080"]
operators = "127.0.0.1:9180"
[upstreams.application]
instances = ["127.0.0.1:9000"]
[upstreams.albums]
instances = ["127.0.0.1:9001"]
[rollouts.albums]
[[routes]]
name = "rest"
prefix = "/"
methods = ["*"]
legacy = "application"
[[routes]]
name = "listAlbums"
path = "/albums"
methods = ["GET"]
legacy = "application"
successor = "albums"
rollout = "albums"
[[routes]]
name = "getAlbum"
path = "/albums/{id}"
methods = ["GET"]
legacy = "application"
successor = "albums"
rollout = "albums"
)";

/// A route that writes and has no rollout.
std::string staying(const std::string& name, const std::string& path, const std::string& methods) {
  return "[[routes]]\nname = \"" + name + "\"\n" + path + "\nmethods = [" + methods +
         "]\nlegacy = \"application\"\n";
}

TEST_F(CheckCommand, WarnsOfWritesThatStayWhereTheReadsOfTheirPathMove) {
  const json report =
      check(kReads + staying("addAlbum", "path = \"/albums\"", "\"POST\"") +
            staying("changeAlbum", "path = \"/albums/{id}\"", "\"PUT\", \"DELETE\""));
  EXPECT_EQ(exit_code_, 0);
  ASSERT_EQ(report["findings"].size(), 2U) << report["findings"];
  const json& first = report["findings"][0];
  EXPECT_EQ(first["rule"], "check.writes_apart");
  EXPECT_EQ(first["weight"], "warning");
  EXPECT_GE(first["line"].get<int>(), 28) << "of the write";
  EXPECT_THAT(first["message"].get<std::string>(),
              AllOf(HasSubstr("reads of /albums move with [rollouts.albums], and POST /albums "
                              "(\"addAlbum\") stays at application"),
                    HasSubstr("rollout = \"albums\""), HasSubstr("reads_only = true"),
                    HasSubstr("shared_data = true")));
  EXPECT_THAT(report["findings"][1]["message"].get<std::string>(),
              AllOf(HasSubstr("PUT"), HasSubstr("DELETE"), HasSubstr("(\"changeAlbum\")")));
  EXPECT_EQ(run_banyan({"check", file_, "--strict"}).exit_code, 1);
}

TEST_F(CheckCommand, WarnsOfNoWritesThatGoStraightToWhereTheReadsGo) {
  std::string straight = staying("addAlbum", "path = \"/albums\"", "\"POST\"");
  const std::string old_side = "legacy = \"application\"";
  straight.replace(straight.find(old_side), old_side.size(), "legacy = \"albums\"");
  EXPECT_THAT(rules(kReads + straight), Not(Contains("check.writes_apart")));
}

TEST_F(CheckCommand, WarnsOfWritesBelowAPrefixOfReadsAndOfThoseInAnotherRollout) {
  std::string prefix = kReads;
  const std::string path = "path = \"/albums\"\n";
  prefix.replace(prefix.find(path), path.size(), "prefix = \"/albums\"\n");
  EXPECT_THAT(rules(prefix + staying("rate", "path = \"/albums/{id}/ratings\"", "\"POST\"")),
              ElementsAre("check.writes_apart"));
  EXPECT_THAT(rules(kReads + staying("old forms", "prefix = \"/albums\"", "\"POST\"")),
              ElementsAre("check.writes_apart"));
  const json apart = check(kReads + staying("addAlbum", "path = \"/albums\"", "\"POST\"") +
                           "successor = \"albums\"\nrollout = \"desk\"\n[rollouts.desk]\n");
  ASSERT_EQ(apart["findings"].size(), 1U) << apart["findings"];
  EXPECT_THAT(apart["findings"][0]["message"].get<std::string>(),
              HasSubstr("moves with [rollouts.desk]"));
}

TEST_F(CheckCommand, SaysNothingOfWritesThatMoveToo) {
  EXPECT_THAT(rules(kReads + staying("addAlbum", "path = \"/albums\"", "\"POST\"") +
                    "successor = \"albums\"\nrollout = \"albums\"\n"),
              IsEmpty());
  EXPECT_THAT(rules(kReads), IsEmpty()) << "nobody has said that there is such a write";
  EXPECT_THAT(rules(kReads + staying("import", "path = \"/albums/import\"", "\"POST\"")), IsEmpty())
      << "which is another path";
  EXPECT_THAT(rules(kReads + staying("reviews", "path = \"/albums/{id}/reviews\"", "\"POST\"")),
              IsEmpty())
      << "whose reads do not move";
}

TEST_F(CheckCommand, TakesWritesThatStayForMeantWhereTheFileSaysSo) {
  const std::string file = kReads + staying("addAlbum", "path = \"/albums\"", "\"POST\"");
  const auto with = [&](const std::string& lines) {
    std::string text = file;
    const std::string section = "[rollouts.albums]\n";
    return text.replace(text.find(section), section.size(), lines);
  };
  EXPECT_THAT(rules(with("[rollouts.albums]\nreads_only = true\n")), IsEmpty());
  EXPECT_THAT(rules(with("[rollouts.albums.fallback]\nshared_data = true\n")), IsEmpty())
      << "what is written is what is read, wherever";
  EXPECT_THAT(rules(with("[rollouts.albums]\nreads_only = true\n") +
                    "successor = \"albums\"\nrollout = \"albums\"\n"),
              ElementsAre("check.reads_only_with_writes"));
}

TEST_F(CheckCommand, NotesThatAnApplicationWithANameOfItsOwnHearsAnotherOneThanTheBrowsers) {
  EXPECT_THAT(rules(shop_with("instances = [\"127.0.0.1:9000\"]\n",
                              "instances = [\"127.0.0.1:9000\"]\nhost = \"shop.internal\"\n")),
              ElementsAre("check.host_beside_origin"));
}

TEST_F(CheckCommand, NotesATotalTimeThatCutsStreams) {
  const std::string all = "[limits]\ntotal_time = \"2m\"\n[upstreams.shop]";
  const std::string limited = shop_with("[upstreams.shop]", all);
  EXPECT_THAT(rules(limited), ElementsAre("check.total_time_ends_streams"));
  EXPECT_EQ(check(limited)["findings"][0]["weight"], "note");
}

TEST_F(CheckCommand, TakesATotalTimeForMeantWhereNoStreamMayLastAsLong) {
  std::string limited = "[limits]\ntotal_time = \"2m\"\n" + std::string(kShop);
  for (const char* each : {"[upstreams.shop]\n", "[upstreams.catalog]\n"}) {
    const std::string section = each;
    limited.replace(limited.find(section), section.size(), section + "stream_time = \"2m\"\n");
  }
  EXPECT_THAT(rules(limited), IsEmpty());
}

TEST_F(CheckCommand, NotesThatCopiesAskInTheirOwnNameAndNeverSaysTheSecret) {
  const std::string token = folder_.file("catalog.token");
  const auto with = [&](const std::string& lines) {
    return shop_with("[rollouts.catalog]\n", "[rollouts.catalog.shadow]\n" + lines);
  };
  const std::string set = "set = { Authorization = { file = \"catalog.token\" } }\n";
  EXPECT_THAT(rules(with(set)), ElementsAre("check.refused")) << "there is no such file";
  EXPECT_EQ(exit_code_, 78);

  std::ofstream(token) << "Bearer of-the-catalog\n";
  std::filesystem::permissions(token, std::filesystem::perms::owner_read);
  const json report = check(with(set));
  EXPECT_EQ(exit_code_, 0);
  ASSERT_EQ(report["findings"].size(), 1U) << report["findings"];
  EXPECT_EQ(report["findings"][0]["rule"], "check.copies_ask_in_their_own_name");
  EXPECT_THAT(
      report["findings"][0]["message"],
      AllOf(HasSubstr("Authorization"), HasSubstr("set_old"), HasSubstr("a plan goes by it")));
  EXPECT_THAT(report.dump(), Not(HasSubstr("of-the-catalog")));

  const json both = check(with(set + "set_old = { X-Key = { file = \"catalog.token\" } }\n"));
  ASSERT_EQ(both["findings"].size(), 1U) << both["findings"];
  EXPECT_THAT(both["findings"][0]["message"], Not(HasSubstr("set_old")));
  EXPECT_THAT(rules(with("set = { X-Tenant = \"shadow\" }\n")), IsEmpty());
}

TEST_F(CheckCommand, FindsARuleForAnOperationThatThereIsNoneOf) {
  const auto with = [](const std::string& lines) {
    return shop_with("[rollouts.catalog]\n",
                     "[[rollouts.catalog.compare.fields]]\npath = \"/price\"\n" + lines);
  };
  EXPECT_THAT(rules(with("operation = \"albums\"\n")), IsEmpty());
  const json report = check(with("operation = \"album\"\n"));
  ASSERT_EQ(report["findings"].size(), 1U) << report;
  const json& found = report["findings"][0];
  EXPECT_EQ(found["rule"], "check.unknown_operation");
  EXPECT_EQ(found["line"], 8) << found;
  EXPECT_THAT(found["message"], AllOf(HasSubstr("\"/price\" is never applied"),
                                      HasSubstr("Did you mean \"albums\"?")));
  EXPECT_EQ(run_banyan({"check", file_, "--strict"}).exit_code, 1) << "it is without effect";
}

TEST_F(CheckCommand, FindsAWaiverForAnOperationThatThereIsNoneOf) {
  const auto waives = [](const std::string& names) {
    return shop_with("[rollouts.catalog]\n", "[rollouts.catalog.plan]\nwaived = [" + names + "]\n");
  };
  EXPECT_THAT(rules(waives(R"x("albums", "albums (writes)")x")), IsEmpty());
  const json report = check(waives(R"("albums", "nosuch")"));
  ASSERT_EQ(report["findings"].size(), 1U) << report;
  EXPECT_EQ(report["findings"][0]["rule"], "check.unknown_operation");
  EXPECT_THAT(report["findings"][0]["message"],
              AllOf(HasSubstr("\"nosuch\" in waived"), HasSubstr("\"albums\"")));
}

TEST_F(CheckCommand, FindsARuleThatIgnoredUntilADayThatIsOver) {
  const auto until = [](const std::string& day) {
    return shop_with("[rollouts.catalog]\n",
                     "[[rollouts.catalog.compare.fields]]\npath = \"/price\"\nas = \"ignored\"\n"
                     "until = \"" +
                         day + "\"\nowner = \"ann\"\nwhy = \"once\"\n");
  };
  EXPECT_THAT(rules(until("2999-01-01")), IsEmpty());
  EXPECT_THAT(rules(until("2001-01-01")), ElementsAre("check.ignoring_is_over"));
}

TEST_F(CheckCommand, NotesASecretThatGoesOverTheWireInTheClear) {
  std::ofstream(folder_.file("catalog.token")) << "Bearer of-the-catalog\n";
  std::filesystem::permissions(folder_.file("catalog.token"), std::filesystem::perms::owner_read);
  std::string text = shop_with("127.0.0.1:9001", "10.0.0.5:9001");
  const std::string rollout = "[rollouts.catalog]\n";
  text.replace(text.find(rollout), rollout.size(),
               "[rollouts.catalog.shadow]\nset = { Authorization = { file = \"catalog.token\" } }\n"
               "set_old = { Authorization = { file = \"catalog.token\" } }\n");
  EXPECT_THAT(rules(text), Contains("check.secret_in_the_clear"));
  const std::string told = check(text).dump();
  EXPECT_THAT(told, HasSubstr("to [upstreams.catalog] without TLS"));
  EXPECT_THAT(told, Not(HasSubstr("to [upstreams.shop] without TLS"))) << "it is on this machine";
}

TEST_F(CheckCommand, NotesThatCopiesAreFromAnotherUserWhomAFieldNames) {
  std::string text = sticky_by("\"header:X-User\", \"address\"");
  const std::string rollout = "[rollouts.catalog]\n";
  text.replace(text.find(rollout), rollout.size(),
               "[rollouts.catalog.shadow]\nset = { X-User = \"shadow\" }\n");
  EXPECT_THAT(rules(text), testing::Contains("check.copies_ask_in_their_own_name"));
}

TEST_F(CheckCommand, FindsFilesAndFoldersThatAreNotThere) {
  EXPECT_THAT(rules(shop_with("[upstreams.shop]",
                              "control_store = \"no/such/control.db\"\n"
                              "[access_log]\nfile = \"no/access.log\"\n"
                              "[upstreams.shop]")),
              ElementsAre("check.control_store_folder", "check.access_log"));
  EXPECT_EQ(exit_code_, 78);
  EXPECT_THAT(
      rules(shop_with("[upstreams.catalog]", "tls = { ca = \"no.pem\" }\n[upstreams.catalog]")),
      ElementsAre("check.refused"));
  EXPECT_EQ(exit_code_, 78);
  EXPECT_THAT(
      rules(shop_with("[upstreams.shop]", "operators_token_file = \"no\"\n[upstreams.shop]")),
      ElementsAre("check.refused"));
}

TEST_F(CheckCommand, FindsThatTheControlStoreWasLost) {
  std::ofstream(folder_.file("control.db.made")) << "it was\n";
  EXPECT_THAT(rules(kShop), ElementsAre("banyan.control_store_lost"));
  EXPECT_EQ(exit_code_, 78);
  std::ofstream(folder_.file("control.db")).flush();
  EXPECT_THAT(rules(kShop), ElementsAre("banyan.control_store_lost")) << "an empty file is none";
  EXPECT_EQ(exit_code_, 78);
}

TEST_F(CheckCommand, FindsThatTheControlStoreIsAnOlderOne) {
  ASSERT_TRUE(strangler::ControlStore::open(folder_.file("control.db"), system_clock()));
  std::ofstream(folder_.file("control.db.made"))
      << "Last revision: 7 " << std::string(64, 'a') << "\n";
  EXPECT_THAT(rules(kShop), ElementsAre("banyan.control_store_older"));
  EXPECT_EQ(exit_code_, 78);
}

}  // namespace
}  // namespace banyan::test

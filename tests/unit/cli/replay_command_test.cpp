// SPDX-License-Identifier: Apache-2.0
// Differences that a process has found, and examples of them that it asks again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "admin_server.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "banyan_process.hpp"

namespace banyan::test {
namespace {

using testing::HasSubstr;

TEST(AReplay, SaysWhatWasHiddenToTheProcessAndToNobodyElse) {
  const TemporaryFolder folder;
  const std::string fields = folder.file("fields.txt");
  std::ofstream(fields) << "Cookie: session=of-ada; a=b:c\r\n\nUser-Agent:\tBrowser\n";
  const std::string body = folder.file("body.json");
  std::ofstream(body) << R"({"who":"ada"})";
  std::string posted;
  Outcome outcome;
  {  // its thread ends with it
    const AdminServer alike([&](const std::string&, const std::string&, const std::string& said) {
      posted = said;
      return std::pair(200U, std::string(R"({"example":"catalog:3","request":"GET /albums/aaa",
          "old":{"status":200},"new":{"status":200},
          "comparison":{"same":true,"differences":[]}})"));
    });
    outcome = run_banyan({"replay", "catalog:3", "--target", "/albums/ada?q=blue", "--header",
                          "Authorization: Bearer of-ada", "--header", '@' + fields, "--body", body,
                          "--who", "ann", "--why", "ticket 47", "--url", alike.url()});
  }
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(nlohmann::json::parse(posted),
            nlohmann::json::parse(R"({"example":"catalog:3","target":"/albums/ada?q=blue",
                "headers":{"Authorization":"Bearer of-ada","Cookie":"session=of-ada; a=b:c",
                           "User-Agent":"Browser"},"body":"{\"who\":\"ada\"}",
                "who":"ann","why":"ticket 47"})"));
  EXPECT_THAT(outcome.out, HasSubstr("catalog:3, GET /albums/aaa"));
  EXPECT_THAT(outcome.out + outcome.err, testing::Not(HasSubstr("ada")));
}

TEST(AReplay, ThatTheOldSideAnswersOtherwiseThanThenIsNoSuccess) {
  const AdminServer over([](const std::string&, const std::string&, const std::string&) {
    return std::pair(200U, std::string(R"({"example":"catalog:3","request":"GET /albums/aaa",
        "old":{"status":401},"new":{"status":401},"old_then":{"status":200},
        "comparison":{"same":true,"differences":[]}})"));
  });
  const Outcome outcome = run_banyan({"replay", "catalog:3", "--url", over.url()});
  EXPECT_EQ(outcome.exit_code, 1) << outcome.out;
  EXPECT_THAT(outcome.out, HasSubstr("the old side answered 200 then and 401 now"));
}

TEST(AReplay, OfAnExampleThatIsNotThereIsNoDifference) {
  const AdminServer forgets([](const std::string&, const std::string&, const std::string&) {
    return std::pair(404U, std::string(R"({"code":"not_found","rule":"banyan.no_such_example",
        "detail":"no example is called catalog:3 any more"})"));
  });
  const Outcome outcome = run_banyan({"replay", "catalog:3", "--url", forgets.url()});
  EXPECT_EQ(outcome.exit_code, 69) << outcome.out;
}

TEST(Differences, SendNothingToATerminalThatItWouldObey) {
  const AdminServer differs([](const std::string&, const std::string&, const std::string&) {
    return std::pair(200U, std::string(R"({"modules":[{"module":"catalog","copies":{"sent":1},
        "report":{"operations":[],"fields":[{"operation":"getPage","path":"",
        "opinion":"difference","old_new":{"pairs":1,"differing":1},"kinds":{"bytes":1},
        "examples":[{"number":1,"request":"GET /pages?\u009bJ=1","replayable":true,
        "old":{"value":"<p>\u001b[2Jada"},"new":{"value":"<p>eve"}}]}]}}]})"));
  });
  const Outcome outcome = run_banyan({"differences", "--url", differs.url()});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("GET /pages???J=1  old <p>?[2Jada, new <p>eve"));
  EXPECT_FALSE(outcome.out.contains('\x1b'));
  EXPECT_FALSE(outcome.out.contains("\xc2\x9b"));
}

TEST(AReplay, SaysNothingOfAFieldThatIsWrittenWrongly) {
  const Outcome nameless = run_banyan({"replay", "catalog:3", "--header", "session=of-ada"});
  EXPECT_EQ(nameless.exit_code, 64);
  EXPECT_THAT(nameless.err, HasSubstr("NAME: VALUE"));
  EXPECT_THAT(nameless.err, testing::Not(HasSubstr("of-ada")));
  const Outcome twice = run_banyan(
      {"replay", "catalog:3", "--header", "Cookie: of=ada", "--header", "Cookie: of=eve"});
  EXPECT_EQ(twice.exit_code, 64);
  EXPECT_THAT(twice.err, HasSubstr("--header says Cookie twice"));
}

TEST(AReplay, TakesNothingThatCannotBeSaidAsItIs) {
  const TemporaryFolder folder;
  const std::string latin = folder.file("latin.txt");
  std::ofstream(latin) << "caf\xe9";
  const Outcome odd = run_banyan({"replay", "catalog:3", "--body", latin});
  EXPECT_EQ(odd.exit_code, 64);
  EXPECT_THAT(odd.err, HasSubstr("no UTF-8"));
  const Outcome twice = run_banyan({"replay", "catalog:3", "--header", "@-", "--body", "-"});
  EXPECT_EQ(twice.exit_code, 64);
  EXPECT_THAT(twice.err, HasSubstr("standard input is named twice"));
}

TEST(AReplay, ReadsItsTargetFromAFileTooWhichIsInNoHistory) {
  const TemporaryFolder folder;
  const std::string target = folder.file("target.txt");
  std::ofstream(target) << "/albums/ada?q=blue\n";
  std::string posted;
  {  // its thread ends with it
    const AdminServer alike([&](const std::string&, const std::string&, const std::string& said) {
      posted = said;
      return std::pair(200U, std::string(R"({"example":"catalog:3","request":"GET /albums/aaa",
          "old":{"status":200},"new":{"status":200},
          "comparison":{"same":true,"differences":[]}})"));
    });
    EXPECT_EQ(run_banyan({"replay", "catalog:3", "--target", '@' + target, "--url", alike.url()})
                  .exit_code,
              0);
  }
  EXPECT_EQ(nlohmann::json::parse(posted).at("target"), "/albums/ada?q=blue");
}

TEST(TheListOfDifferences, SaysWhatAnExampleNeedsToBeAskedAgain) {
  const AdminServer lists([](const std::string&, const std::string&, const std::string&) {
    return std::pair(200U, std::string(R"({"modules":[{"module":"catalog","copies":{},"report":{
        "operations":[],"fields":[{"operation":"get_album","path":"/t","opinion":"difference",
        "old_new":{"differing":1,"pairs":1},"examples":[
          {"number":1,"request":"GET /albums/aaa","replayable":false,"old":{},"new":{},
           "needs":{"target":"/albums/…","headers":["cookie"],"body":true}},
          {"number":2,"request":"GET /albums","replayable":true,"old":{},"new":{}}]}]}}]})"));
  });
  const Outcome outcome = run_banyan({"differences", "--url", lists.url()});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("catalog:1  GET /albums/aaa  old nothing, new nothing  (to "
                                     "replay: --target, --header cookie, --body)\n"));
  EXPECT_THAT(outcome.out, HasSubstr("catalog:2  GET /albums  old nothing, new nothing\n"));
}

}  // namespace
}  // namespace banyan::test

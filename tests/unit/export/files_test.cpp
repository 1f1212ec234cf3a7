// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "example_table.hpp"

namespace banyan::strangler {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string golden(const fs::path& name) {
  std::ifstream stream(EXPORT_GOLDEN / name, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// After a change that is meant: BANYAN_WRITE_GOLDEN=1 rewrites them, and somebody reads them
/// again.
void expect_golden(const fs::path& folder, const ExportedTable& made) {
  for (const ExportedFile& each : made.files) {
    if (std::getenv("BANYAN_WRITE_GOLDEN") != nullptr) {
      fs::create_directories(EXPORT_GOLDEN / folder);
      std::ofstream(EXPORT_GOLDEN / folder / each.name, std::ios::binary) << each.text;
    }
    EXPECT_EQ(each.text, golden(folder / each.name)) << each.name;
  }
}

std::vector<std::string> names(const ExportedTable& made) {
  std::vector<std::string> all;
  for (const ExportedFile& each : made.files) all.push_back(each.name);
  return all;
}

TEST(TheFilesForHaproxy, AreThoseThatSomebodyHasReadAndFoundGood) {
  const auto made = export_for_haproxy(whole_table().table());
  EXPECT_THAT(names(made),
              ElementsAre("haproxy.cfg", "banyan_paths.map", "banyan_patterns.map",
                          "banyan_shares.map", "banyan_upstreams.map", "banyan_buckets.lua"));
  expect_golden("haproxy", made);
}

TEST(TheFilesForNginx, AreThoseThatSomebodyHasReadAndFoundGood) {
  const auto made = export_for_nginx(whole_table().table());
  EXPECT_THAT(names(made), ElementsAre("nginx.conf", "banyan.conf", "banyan_buckets.js"));
  expect_golden("nginx", made);
}

TEST(TheFiles, NeedNoScriptWhereNoRolloutIsBetween0And100PerCent) {
  const ExampleTable example = ExampleTable(kWholeTable).at("catalog", 0).at("orders", 100'00);
  EXPECT_THAT(names(export_for_haproxy(example.table())),
              Not(testing::Contains("banyan_buckets.lua")));
  const auto nginx = export_for_nginx(example.table());
  EXPECT_THAT(names(nginx), ElementsAre("nginx.conf", "banyan.conf"));
  EXPECT_THAT(nginx.files.front().text, Not(HasSubstr("load_module")));
}

TEST(TheFiles, NeedNoScriptWithTheHashOfTheEngineAndTellWhomThatMoves) {
  const ExampleTable example = whole_table();
  for (const auto& made : {export_for_haproxy(example.table(BucketHash::Engine)),
                           export_for_nginx(example.table(BucketHash::Engine))}) {
    EXPECT_THAT(made.differences.front(),
                HasSubstr("at 25 %, about 37.5 % of the users of catalog"));
    EXPECT_THAT(made.files.front().text,
                AllOf(HasSubstr("OTHER USERS: at 25 %"), Not(HasSubstr("lua-load")),
                      Not(HasSubstr("load_module"))));
  }
}

TEST(TheFiles, SayInTheirFirstLineWhoWroteThem) {
  const ExampleTable example = whole_table();
  for (const auto& made :
       {export_for_haproxy(example.table()), export_for_nginx(example.table())}) {
    for (const ExportedFile& each : made.files) {
      EXPECT_THAT(each.text.substr(0, each.text.find('\n')), HasSubstr(kExportMark)) << each.name;
    }
  }
}

TEST(TheFilesForNginx, HaveADollarOfAPathThatIsNoVariable) {
  ExampleTable example = whole_table();
  for (Route& each : example.configuration.routes) {
    if (!each.successor_path.add.empty()) each.successor_path.add = "/v2$host";
  }
  const auto made = export_for_nginx(example.table());
  EXPECT_THAT(made.files[1].text,
              AllOf(HasSubstr("geo $banyan_dollar {"), HasSubstr("/v2${banyan_dollar}host"),
                    Not(HasSubstr("/v2$host"))));
}

TEST(TheFilesForNginx, LetNobodyForgeWordsOfProxiesByUnderscores) {
  ExampleTable example = whole_table();
  const std::string without = export_for_nginx(example.table()).files[1].text;
  EXPECT_THAT(without, Not(HasSubstr("proxy_set_header x_forwarded_user")));
  example.configuration.stickiness_keys = {StickinessKey::parse("header:x_tenant").value()};
  const auto made = export_for_nginx(example.table());
  EXPECT_THAT(made.files[1].text, AllOf(HasSubstr("underscores_in_headers on;"),
                                        HasSubstr("proxy_set_header x_forwarded_user \"\";"),
                                        HasSubstr("proxy_set_header x_forwarded_for \"\";"),
                                        HasSubstr("proxy_set_header banyan_routing \"\";")));
  EXPECT_THAT(made.differences, testing::Contains(HasSubstr("X-Forwarded_User")));
}

TEST(TheFiles, TakeTheIdOfAVisitThatHasBegunAndNothingElseForOne) {
  ExampleTable example = whole_table();
  example.configuration.stickiness_keys = {StickinessKey::parse("visit").value(),
                                           StickinessKey::parse("cookie:session").value()};
  EXPECT_THAT(export_for_haproxy(example.table()).files.front().text,
              AllOf(HasSubstr("banyan_visit=([0-9a-f]{32})[ \\x09]*[;\\r]"),
                    HasSubstr("session=([^;\\n]*[^; \\x09\\r\\n])")));
  EXPECT_THAT(export_for_nginx(example.table()).files.at(1).text,
              AllOf(HasSubstr("banyan_visit=(?<banyan_cookie_1>[0-9a-f]{32})[ \\x09]*(?:;|$)"),
                    HasSubstr("session=(?<banyan_cookie_2>[^;]*[^; \\x09])")));
}

TEST(TheFiles, CountAClientOfIPv6ByItsNetworkOfAHousehold) {
  ExampleTable example = whole_table();
  example.configuration.stickiness_keys = {StickinessKey::parse("address").value()};
  EXPECT_THAT(export_for_haproxy(example.table()).files.front().text,
              HasSubstr("set-var(txn.banyan_key) src,ipmask(32,64)\n"));
  EXPECT_THAT(export_for_nginx(example.table()).files.at(1).text,
              HasSubstr("map $banyan_address $banyan_key {\n  default  $banyan_address;\n"));
}

TEST(TheFiles, LetNoTextOfTheTableOutOfItsComment) {
  ExampleTable example = whole_table();
  for (Route& each : example.configuration.routes) each.name += "\nbackend evil";
  for (const auto& made :
       {export_for_haproxy(example.table()), export_for_nginx(example.table())}) {
    EXPECT_THAT(made.files, Each(Field(&ExportedFile::text, Not(HasSubstr("\nbackend evil")))));
  }
}

}  // namespace
}  // namespace banyan::strangler

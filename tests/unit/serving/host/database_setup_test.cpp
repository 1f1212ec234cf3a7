// SPDX-License-Identifier: Apache-2.0
#include "database_setup.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "banyan/kernel/whole_file.hpp"
#include "banyan/manifest/manifest.hpp"
#include "banyan/test/temporary_folder.hpp"

namespace banyan::host {
namespace {

using testing::HasSubstr;

Error refusal_to_take_over(const std::string& database) {
  Options options;
  options.database = {sql::Engine::Postgres, {}, database};
  const auto may = may_set_up_beside_another({.name = "shop"}, {}, options);
  return may ? Error{} : may.error();
}

TEST(TakeOver, Is_tried_again_when_the_database_is_away) {
  const Error refused = refusal_to_take_over("postgresql://ann@/shop?host=/nowhere");
  EXPECT_EQ(refused.code, ErrorCode::Unavailable);
  EXPECT_EQ(refused.rule, "banyan.takeover_refused");
  EXPECT_THAT(refused.message, HasSubstr("cannot take over now"));
  EXPECT_THAT(refused.message, HasSubstr("Is the server running"));
}

TEST(TakeOver, Is_refused_for_good_when_the_databases_address_is_mistyped) {
  const Error refused = refusal_to_take_over("postgresql://ann@/shop?hots=/nowhere");
  EXPECT_EQ(refused.code, ErrorCode::FailedPrecondition);
  EXPECT_THAT(refused.message, HasSubstr("\"hots\""));
}

TEST(ADamagedManifest, IsPutAsideByTheStartWhichSaysSo) {
  const test::TemporaryFolder folder;
  const std::filesystem::path database = folder.file("shop.db");
  const std::string damaged = R"({"statements": [)";
  std::ofstream(manifest::manifest_file(database)) << damaged;
  Options options;
  options.database = {sql::Engine::Sqlite, database, {}};
  {
    const telemetry::Log log({.service = "shop", .file = folder.file("log.json")});
    set_up_database({.name = "shop"}, {}, options, log);
  }
  EXPECT_EQ(manifest::read(database)->application, "shop");
  const auto aside = manifest::damaged_manifests(database);
  ASSERT_EQ(aside.size(), 1U);
  EXPECT_EQ(whole_file(aside.front()).value_or(""), damaged);
  EXPECT_THAT(whole_file(folder.file("log.json")).value_or(""),
              testing::AllOf(HasSubstr("manifest_put_aside"), HasSubstr(aside.front().string())));
}

}  // namespace
}  // namespace banyan::host

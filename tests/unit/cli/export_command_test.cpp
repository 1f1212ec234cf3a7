// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "banyan/stages/control_store.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "banyan_process.hpp"

namespace banyan::test {
namespace {

using testing::HasSubstr;

/// A table with one rollout whose control store is where the file says.
std::string table_in(const TemporaryFolder& folder) {
  const std::string file = folder.file("banyan.toml");
  std::ofstream(file) << "[proxy]\nlisten = [\"127.0.0.1:8080\"]\ncontrol_store = \"control.db\"\n"
                         "[upstreams.old]\ninstances = [\"127.0.0.1:9000\"]\n"
                         "[upstreams.new]\ninstances = [\"127.0.0.1:9001\"]\n"
                         "[rollouts.albums]\n[[routes]]\nprefix = \"/\"\nmethods = [\"GET\"]\n"
                         "legacy = \"old\"\nsuccessor = \"new\"\nrollout = \"albums\"\n";
  return file;
}

TEST(Exporting, WritesNothingWhereTheControlStoreIsLost) {
  const TemporaryFolder folder;
  const std::string file = table_in(folder);
  std::ofstream(folder.file("control.db.made")) << "it was made\n";
  for (const char* engine : {"haproxy", "nginx"}) {
    const std::string out = folder.file(engine);
    const Outcome refused = run_banyan({"export", engine, "--config", file, "--out", out});
    EXPECT_EQ(refused.exit_code, 1) << "as proxy and check refuse it";
    EXPECT_THAT(refused.err, HasSubstr("is gone, and with it where the traffic of each rollout"));
    EXPECT_FALSE(std::filesystem::exists(out));
  }
  const Outcome document =
      run_banyan({"export", "nginx", "--config", file, "--out", folder.file("out"), "--json"});
  EXPECT_THAT(document.out, HasSubstr("banyan.control_store_lost"));
}

TEST(Exporting, SaysThatAllIsAtLegacyWhereThereIsNoControlStore) {
  const TemporaryFolder folder;
  const std::string file = table_in(folder);
  const Outcome made =
      run_banyan({"export", "haproxy", "--config", file, "--out", folder.file("out")});
  EXPECT_EQ(made.exit_code, 0) << made.err;
  EXPECT_THAT(made.err, HasSubstr("attention: there is no control store"));
  EXPECT_THAT(made.err, HasSubstr("all rollouts are written at legacy"));
}

TEST(Exporting, LeavesTheOldConfigurationWhereItsTablesCannotBeWritten) {
  const TemporaryFolder folder;
  const std::string file = table_in(folder);
  const std::string out = folder.file("out");
  std::vector<std::string> words{"export", "haproxy", "--config", file, "--out", out, "--force"};
  ASSERT_EQ(run_banyan(words).exit_code, 0);
  const std::string main_file = out + "/haproxy.cfg";
  std::ofstream(main_file) << "the one before\n";
  // What takes a file's place by a rename cannot take that of a folder with something in it.
  std::filesystem::remove(out + "/banyan_shares.map");
  std::filesystem::create_directories(out + "/banyan_shares.map/in the way");
  EXPECT_NE(run_banyan(words).exit_code, 0);
  std::ifstream stream(main_file);
  std::string first;
  EXPECT_TRUE(std::getline(stream, first));
  EXPECT_EQ(first, "the one before");
}

TEST(Exporting, WritesIntoTheFilesTheWholeCommandThatMakesThemAgain) {
  const TemporaryFolder folder;
  const std::string store = folder.file("control.db");
  ASSERT_TRUE(strangler::ControlStore::open(store, system_clock()).value()->enlist({"albums"}));
  const std::string file = folder.file("banyan.toml");
  std::ofstream(file) << "[proxy]\nlisten = [\"127.0.0.1:8080\"]\n"
                         "[upstreams.old]\ninstances = [\"127.0.0.1:9000\"]\n"
                         "[upstreams.new]\ninstances = [\"127.0.0.1:9001\"]\n"
                         "[rollouts.albums]\n[[routes]]\nprefix = \"/\"\nmethods = [\"GET\"]\n"
                         "legacy = \"old\"\nsuccessor = \"new\"\nrollout = \"albums\"\n";
  const std::string out = folder.file("nginx");
  const Outcome made = run_banyan(
      {"export", "nginx", "--config", file, "--store", store, "--revision", "0", "--out", out});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  std::ifstream stream(out + "/banyan.conf");
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  EXPECT_THAT(text, HasSubstr("banyan export nginx --config " + file + " --store " + store +
                              " --revision 0 --out " + out));
}

}  // namespace
}  // namespace banyan::test

// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "banyan/stages/control_store.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "banyan_process.hpp"

namespace banyan::test {
namespace {

using testing::HasSubstr;

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

// SPDX-License-Identifier: Apache-2.0
// What reaches the disk, and in which order: this program's own fsync and rename stand before the
// system's.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "banyan/manifest/manifest.hpp"
#include "banyan/test/temporary_folder.hpp"

namespace {

std::vector<std::string>& calls() {
  static std::vector<std::string> all;
  return all;
}

}  // namespace

extern "C" int fsync(int descriptor) {
  std::error_code ignored;
  const auto link = "/proc/self/fd/" + std::to_string(descriptor);
  calls().push_back("sync " + std::filesystem::read_symlink(link, ignored).string());
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

extern "C" int rename(const char* from, const char* to) noexcept {
  calls().push_back("rename " + std::string(from) + " " + to);
  return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

namespace banyan::manifest {
namespace {

using ::testing::ElementsAre;

TEST(ManifestOnDisk, IsSyncedThenRenamedThenItsNameIsSynced) {
  const test::TemporaryFolder folder;
  const auto database = folder.path() / "shop.db";
  ASSERT_TRUE(write(database, {.application = "shop"}));
  const auto file = manifest_file(database).string();
  const auto part = file + "." + std::to_string(::getpid()) + ".part";
  EXPECT_THAT(calls(), ElementsAre("sync " + part, "rename " + part + " " + file,
                                   "sync " + folder.path().string()));
}

}  // namespace
}  // namespace banyan::manifest

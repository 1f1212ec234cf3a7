// SPDX-License-Identifier: Apache-2.0
// A system that lets no more files be watched.
#include <gmock/gmock.h>
#include <sys/inotify.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include "banyan/test/temporary_folder.hpp"
#include "file_watch.hpp"
#include "support/becomes_true.hpp"

static std::atomic<bool> no_instances = false;
static std::atomic<bool> no_watches = false;

extern "C" int __real_inotify_init1(int);         // NOLINT: as the linker names it
extern "C" int __wrap_inotify_init1(int flags) {  // NOLINT
  if (!no_instances) return __real_inotify_init1(flags);
  errno = EMFILE;
  return -1;
}

extern "C" int __real_inotify_add_watch(int, const char*, std::uint32_t);  // NOLINT
extern "C" int __wrap_inotify_add_watch(int instance, const char* path,    // NOLINT
                                        std::uint32_t events) {
  if (!no_watches) return __real_inotify_add_watch(instance, path, events);
  errno = ENOSPC;
  return -1;
}

namespace banyan::serving {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

class AWatchThatCannotBeHad : public testing::Test {
 protected:
  ~AWatchThatCannotBeHad() override {
    no_instances = false;
    no_watches = false;
  }

  /// A change is found although it is an hour until anybody would look.
  void finds_a_change() {
    std::ofstream(file_) << "1";
    const FileWatch watch(
        marks_of({file_}), [this] { ++changes_; }, 1h,
        [this](std::string_view what) {
          const std::lock_guard lock(mutex_);
          told_.emplace_back(what);
        });
    std::ofstream(file_) << "22";
    ASSERT_TRUE(test::becomes_true([this] { return changes_ != 0; })) << "it was not found";
  }

  test::TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_.path() / "banyan.toml";
  std::atomic<int> changes_ = 0;
  std::mutex mutex_;
  std::vector<std::string> told_;
};

TEST_F(AWatchThatCannotBeHad, ForWantOfInstancesIsSaidOnceAndFilesAreLookedAt) {
  no_instances = true;
  finds_a_change();
  EXPECT_THAT(told_, ElementsAre(HasSubstr("fs.inotify.max_user_instances")));
}

TEST_F(AWatchThatCannotBeHad, ForWantOfWatchesIsSaidOnceAndFilesAreLookedAt) {
  no_watches = true;
  finds_a_change();
  EXPECT_THAT(told_, ElementsAre(HasSubstr("fs.inotify.max_user_watches")));
}

}  // namespace
}  // namespace banyan::serving

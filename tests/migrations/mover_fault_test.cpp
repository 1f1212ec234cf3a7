// SPDX-License-Identifier: Apache-2.0
// A disk that fails: this program's own system calls stand before the system's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "banyan/mover/move.hpp"
#include "warehouse_sample.hpp"

namespace {

// The call that fails, counted from 1; 0 is none. `forever`: and all after it.
int fails_at = 0;
bool forever = false;
int error = EIO;
int calls = 0;

bool must_fail() {
  if (fails_at == 0) return false;
  ++calls;
  if (calls != fails_at && !(forever && calls > fails_at)) return false;
  errno = error;
  return true;
}

}  // namespace

extern "C" ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t at) {
  if (must_fail()) return -1;
  return ::syscall(SYS_pwrite64, descriptor, bytes, size, at);
}

extern "C" ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t at) {
  if (must_fail()) return -1;
  return ::syscall(SYS_pwrite64, descriptor, bytes, size, at);
}

extern "C" int fdatasync(int descriptor) {
  if (must_fail()) return -1;
  return static_cast<int>(::syscall(SYS_fdatasync, descriptor));
}

extern "C" int fsync(int descriptor) {
  if (must_fail()) return -1;
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

extern "C" int ftruncate64(int descriptor, off64_t size) noexcept {
  if (must_fail()) return -1;
  return static_cast<int>(::syscall(SYS_ftruncate, descriptor, size));
}

namespace banyan::mover {
namespace {

using ::testing::HasSubstr;
using testing::TempFolder;
using testing::warehouse_content;
using testing::warehouse_request;

struct Disk {
  int error;
  bool forever;
  Step from;  ///< calls are counted from here on
};

class FailingDisk : public ::testing::TestWithParam<Disk> {};

// The calls before the switch and after it, one after another, until a move needs fewer of them.
TEST_P(FailingDisk, The_outcome_says_which_side_is_authoritative) {
  const TempFolder home;
  testing::make_shop(home / "shop.db", 1);
  const auto before = warehouse_content(home / "shop.db");
  const TempFolder away;
  std::filesystem::copy(home.path(), away.path());
  ASSERT_TRUE(move_module(warehouse_request(away / "shop.db"), Direction::Out));
  int switched_though_it_failed = 0;
  for (const Direction direction : {Direction::Out, Direction::Back}) {
    for (int at = 1;; ++at) {
      const TempFolder folder;
      std::filesystem::copy((direction == Direction::Out ? home : away).path(), folder.path());
      const auto shared = folder / "shop.db";
      const auto request = warehouse_request(shared);
      MoveOptions options;
      options.lock_wait = std::chrono::milliseconds(1);
      options.on_step = [&](Step step, auto, auto) {
        if (step != GetParam().from) return;
        calls = 0;
        error = GetParam().error;
        forever = GetParam().forever;
        fails_at = at;
      };
      const auto outcome = move_module(request, direction, options);
      const bool has_failed = calls >= at;
      std::optional<Result<MoveOutcome>> still;
      if (forever) still = move_module(request, direction);  // on the same bad disk
      fails_at = 0;

      const auto placement = placement_of(shared, "warehouse");
      ASSERT_TRUE(placement);
      const bool switched = placement->moved == (direction == Direction::Out);
      const std::string where = std::string(to_string(direction)) + " at call " +
                                std::to_string(at) + ": " +
                                (outcome ? to_text(*outcome) : outcome.error().message);
      EXPECT_EQ(outcome.has_value(), switched) << where;
      const auto said = placement->file.filename().string() + " is authoritative";
      EXPECT_THAT(outcome ? to_text(*outcome) : outcome.error().message, HasSubstr(said)) << where;
      if (outcome && !outcome->left_to_do.empty()) {
        ++switched_though_it_failed;
        EXPECT_THAT(outcome->left_to_do, HasSubstr("same command again")) << where;
      }
      if (still && has_failed) {
        const std::string told = *still ? to_text(**still) : still->error().message;
        EXPECT_TRUE(switched || !*still) << where;
        EXPECT_THAT(told, HasSubstr("authoritative")) << where;
      }
      const auto again = move_module(request, direction);
      ASSERT_TRUE(again) << where << "\n" << again.error().message;
      EXPECT_EQ(again->left_to_do, "");
      EXPECT_EQ(warehouse_content(testing::expect_single_authority(shared)), before) << where;
      if (!has_failed) break;
    }
  }
  RecordProperty("switched_though_it_failed", switched_though_it_failed);
  if (GetParam().from == Step::Switched && GetParam().forever) {
    EXPECT_GT(switched_though_it_failed, 0);
  }
}
INSTANTIATE_TEST_SUITE_P(Disks, FailingDisk,
                         ::testing::Values(Disk{EIO, false, Step::Sealed},
                                           Disk{ENOSPC, true, Step::Sealed},
                                           Disk{EIO, true, Step::Switched}));

}  // namespace
}  // namespace banyan::mover

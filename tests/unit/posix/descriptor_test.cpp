// SPDX-License-Identifier: Apache-2.0
#include "banyan/posix/descriptor.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <optional>
#include <type_traits>
#include <utility>

namespace banyan::posix {
namespace {

static_assert(!std::is_copy_constructible_v<Descriptor> && !std::is_copy_assignable_v<Descriptor>);
static_assert(std::is_nothrow_move_constructible_v<Descriptor> &&
              std::is_nothrow_move_assignable_v<Descriptor>);
static_assert(!std::is_convertible_v<int, Descriptor>, "who owns a number says so");

int open_one() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

bool is_open(int number) { return ::fcntl(number, F_GETFD) != -1; }

TEST(ADescriptor, ClosesWhatItOwnsAtItsEnd) {
  int number = -1;
  {
    const Descriptor owner(open_one());
    number = owner.number();
    ASSERT_TRUE(owner.valid());
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(ADescriptor, IsInvalidWithoutANumber) {
  EXPECT_FALSE(Descriptor().valid());
  EXPECT_EQ(Descriptor().number(), -1);
}

TEST(ADescriptor, OfACallThatFailedIsInvalidAndLeavesItsReason) {
  errno = 0;
  {
    Descriptor owner(::open("/nowhere/at/all", O_RDONLY | O_CLOEXEC));
    EXPECT_FALSE(owner.valid());
    const Descriptor moved(std::move(owner));
  }
  EXPECT_EQ(errno, ENOENT) << "nothing was there to close";
}

TEST(ADescriptor, PassesWhatItOwnsOnWhenItIsMoved) {
  std::optional<Descriptor> owner(std::in_place, open_one());
  const int number = owner->number();
  Descriptor next(std::move(*owner));
  EXPECT_FALSE(owner->valid());  // NOLINT(bugprone-use-after-move)
  owner.reset();
  EXPECT_EQ(next.number(), number);
  EXPECT_TRUE(is_open(number));
}

TEST(ADescriptor, ClosesAtOnceWhatItHadBeforeAnotherIsAssigned) {
  Descriptor owner(open_one());
  Descriptor other(open_one());
  const int before = owner.number();
  const int number = other.number();
  owner = std::move(other);
  EXPECT_FALSE(other.valid());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(owner.number(), number);
  EXPECT_TRUE(is_open(number));
  EXPECT_FALSE(is_open(before)) << "it would hold a lock for as long as the other one lives";
}

TEST(ADescriptor, KeepsWhatItOwnsWhenItIsAssignedToItself) {
  Descriptor owner(open_one());
  Descriptor& itself = owner;
  const int number = owner.number();
  owner = std::move(itself);
  EXPECT_EQ(owner.number(), number);
  EXPECT_TRUE(is_open(number));
}

TEST(ADescriptor, LeavesOpenWhatItHasReleased) {
  int number = -1;
  {
    Descriptor owner(open_one());
    number = owner.release();
    EXPECT_FALSE(owner.valid());
  }
  EXPECT_TRUE(is_open(number));
  const Descriptor ends_it(number);
}

TEST(ADescriptor, ThatWasClosedDoesNotCloseTheNextOfItsNumber) {
  int number = -1;
  std::optional<Descriptor> next;
  {
    Descriptor owner(open_one());
    number = owner.number();
    owner.close();
    EXPECT_FALSE(owner.valid());
    EXPECT_FALSE(is_open(number));
    // The lowest number that is free: the same.
    next.emplace(open_one());
    ASSERT_EQ(next->number(), number);
    owner.close();
    EXPECT_TRUE(is_open(number)) << "closed a second time by close()";
  }
  EXPECT_TRUE(is_open(number)) << "closed a second time at the end";
}

}  // namespace
}  // namespace banyan::posix

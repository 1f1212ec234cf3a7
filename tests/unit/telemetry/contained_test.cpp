// SPDX-License-Identifier: Apache-2.0
#include "banyan/telemetry/contained.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <string>

namespace banyan::telemetry {
namespace {

TEST(AScheduledTaskThatThrows, IsToldOfAndComesAgainAtItsNextTurn) {
  std::atomic<int> faults = 0;
  const auto scheduler = contained(make_thread_scheduler(), [&](std::string_view what) {
    EXPECT_EQ(what, "the disk is full");
    ++faults;
  });
  std::promise<void> third;
  int turns = 0;
  const auto handle = scheduler->every(std::chrono::milliseconds(1), [&] {
    if (++turns == 3) third.set_value();
    if (turns <= 2) throw std::runtime_error("the disk is full");
  });
  EXPECT_EQ(third.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  EXPECT_EQ(faults, 2);
}

TEST(WhatIsContained, MayThrowAnything) {
  std::string told;
  contain([] { throw 7; }, [&](std::string_view what) { told = what; });
  EXPECT_NE(told, "");
  contain([] { throw 7; }, {});
}

}  // namespace
}  // namespace banyan::telemetry

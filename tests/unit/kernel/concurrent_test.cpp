// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/concurrent.hpp"

#include <gtest/gtest.h>

#include <latch>
#include <stdexcept>

#include "support/demo_port.hpp"

namespace banyan {
namespace {

using std::chrono::milliseconds;

TEST(ConcurrentCalls, RunSideBySide) {
  demo::ScriptedDemo module;
  std::latch both(2);  // opens only when both calls are inside at once
  module.on_echo = [&](const demo::Echo& op, const Context&) {
    both.arrive_and_wait();
    return demo::Echoed{op.text};
  };
  const auto pool = make_worker_pool(2, 2);
  const Context context = Context::begin(milliseconds(10'000), system_clock(), system_random());
  auto first = start(*pool, module, demo::Echo{"a"}, context, system_clock());
  auto second = start(*pool, module, demo::Echo{"b"}, context, system_clock());
  EXPECT_EQ(first.get()->text, "a");
  EXPECT_EQ(second.get()->text, "b");
}

TEST(ConcurrentCalls, FailSinglyWithoutTakingTheOthersAlong) {
  demo::ScriptedDemo module;
  module.on_echo = [](const demo::Echo& op, const Context&) -> Result<demo::Echoed> {
    if (op.text == "bad") return fail(ErrorCode::Unavailable, "demo.refused", "not now");
    return demo::Echoed{op.text};
  };
  const auto pool = make_worker_pool(2, 2);
  const Context context = Context::begin(milliseconds(10'000), system_clock(), system_random());
  auto bad = start(*pool, module, demo::Echo{"bad"}, context, system_clock());
  auto good = start(*pool, module, demo::Echo{"good"}, context, system_clock());
  EXPECT_FALSE(bad.get());
  EXPECT_EQ(good.get()->text, "good");
}

TEST(ConcurrentCalls, StopWaitingAtTheDeadline) {
  demo::ScriptedDemo module;
  std::latch release(1);
  module.on_echo = [&](const demo::Echo& op, const Context&) {
    release.wait();
    return demo::Echoed{op.text};
  };
  const auto pool = make_worker_pool(1, 1);
  auto pending =
      start(*pool, module, demo::Echo{"slow"},
            Context::begin(milliseconds(20), system_clock(), system_random()), system_clock());
  EXPECT_EQ(pending.get().error().rule, "banyan.deadline_exceeded");
  release.count_down();
}

TEST(ConcurrentCalls, SayWhenThereIsNoRoom) {
  struct Full final : Executor {
    bool submit(Task) override { return false; }
  } full;
  demo::ScriptedDemo module;
  auto pending =
      start(full, module, demo::Echo{"x"},
            Context::begin(milliseconds(1000), system_clock(), system_random()), system_clock());
  EXPECT_EQ(pending.get().error().rule, "banyan.too_busy");
}

TEST(ConcurrentCalls, AreRefusedWhileAUnitOfWorkIsOpenOnTheCallersThread) {
  demo::ScriptedDemo module;
  const auto pool = make_worker_pool(1, 1);
  const OpenUnitOfWork open;
  auto pending =
      start(*pool, module, demo::Echo{"x"},
            Context::begin(milliseconds(10'000), system_clock(), system_random()), system_clock());
  EXPECT_EQ(pending.get().error().rule, "banyan.call_inside_unit_of_work");
}

TEST(ConcurrentCalls, HandAnExceptionToWhoeverWaits) {
  demo::ScriptedDemo module;
  module.on_echo = [](const demo::Echo&, const Context&) -> Result<demo::Echoed> {
    throw std::runtime_error("broken");
  };
  const auto pool = make_worker_pool(1, 1);
  auto pending =
      start(*pool, module, demo::Echo{"x"},
            Context::begin(milliseconds(10'000), system_clock(), system_random()), system_clock());
  EXPECT_THROW(static_cast<void>(pending.get()), std::runtime_error);
}

}  // namespace
}  // namespace banyan

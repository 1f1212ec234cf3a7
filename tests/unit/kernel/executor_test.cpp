// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/executor.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <iterator>
#include <latch>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace banyan {
namespace {

TEST(WorkerPool, RunsEveryTaskThatItTook) {
  std::atomic<int> done = 0;
  {
    const auto pool = make_worker_pool(2, 100);
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(pool->submit([&] { ++done; }));
    }
  }
  EXPECT_EQ(done, 100);
}

TEST(WorkerPool, TakesNoMoreThanFitIntoItsQueue) {
  std::latch running(1);
  std::latch release(1);
  const auto pool = make_worker_pool(1, 2);
  ASSERT_TRUE(pool->submit([&] {
    running.count_down();
    release.wait();
  }));
  running.wait();
  EXPECT_TRUE(pool->submit([] {}));
  EXPECT_TRUE(pool->submit([] {}));
  EXPECT_FALSE(pool->submit([] {}));
  release.count_down();
}

TEST(WorkerPool, RunsAsManyAtOnceAsItMayAndTakesNoMoreThanThese) {
  constexpr int kThreads = 8;
  std::latch running(kThreads);
  std::latch release(1);
  const auto pool = make_worker_pool(kThreads, 0);
  for (int i = 0; i < kThreads; ++i) {
    ASSERT_TRUE(pool->submit([&] {
      running.count_down();
      release.wait();
    })) << "of all threads the "
        << i << "th, which need not be there yet";
  }
  running.wait();
  EXPECT_FALSE(pool->submit([] {}));
  release.count_down();
}

std::ptrdiff_t threads_of_this_process() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return std::distance(begin(tasks), end(tasks));
}

TEST(WorkerPool, MakesThreadsOnlyWhenThereIsWorkForThem) {
  const auto before = threads_of_this_process();
  const auto pool = make_worker_pool(64, 8);
  for (int i = 0; i < 10; ++i) {
    std::latch done(1);
    ASSERT_TRUE(pool->submit([&] { done.count_down(); }));
    done.wait();
  }
  EXPECT_LE(threads_of_this_process() - before, 10)
      << "one works; it may not be back yet for the next";
}

TEST(WorkerPool, GoesOnAfterATaskThatThrowsAndTellsOfIt) {
  std::vector<std::string> told;
  std::atomic<int> done = 0;
  {
    const auto pool = make_worker_pool(1, 8, [&](std::string_view what) {
      told.emplace_back(what);
      throw std::runtime_error("nobody hears this");
    });
    ASSERT_TRUE(pool->submit([] { throw std::runtime_error("no room"); }));
    ASSERT_TRUE(pool->submit([] { throw 7; }));
    ASSERT_TRUE(pool->submit([&] { ++done; }));
  }
  EXPECT_EQ(done, 1);
  EXPECT_EQ(told, (std::vector<std::string>{"no room", "an exception of an unknown type"}));
}

TEST(WorkerPool, GoesOnAfterATaskThatThrowsAlsoWhenNobodyIsTold) {
  std::atomic<int> done = 0;
  {
    const auto pool = make_worker_pool(1, 8);
    ASSERT_TRUE(pool->submit([] { throw std::runtime_error("no room"); }));
    ASSERT_TRUE(pool->submit([&] { ++done; }));
  }
  EXPECT_EQ(done, 1);
}

TEST(ThreadScheduler, CallsATaskAgainThatHasThrownAndTellsOfIt) {
  std::counting_semaphore<> told(0);
  std::atomic<int> calls = 0;
  const auto scheduler = make_thread_scheduler([&](std::string_view what) {
    EXPECT_EQ(what, "not now");
    told.release();
  });
  const auto handle = scheduler->every(std::chrono::milliseconds(1), [&] {
    ++calls;
    throw std::runtime_error("not now");
  });
  for (int i = 0; i < 3; ++i) told.acquire();
  EXPECT_GE(calls, 3);
}

TEST(ThreadScheduler, CallsAgainAndAgain) {
  std::counting_semaphore<> ran(0);
  const auto scheduler = make_thread_scheduler();
  const auto handle = scheduler->every(std::chrono::milliseconds(1), [&] { ran.release(); });
  for (int i = 0; i < 3; ++i) ran.acquire();
}

TEST(ThreadScheduler, CallsAtOnceWhenWoken) {
  std::counting_semaphore<> ran(0);
  const auto scheduler = make_thread_scheduler();
  const auto handle = scheduler->every(std::chrono::hours(1), [&] { ran.release(); });
  handle->wake();
  ran.acquire();
}

TEST(ThreadScheduler, CallsOnceMoreWhenWokenDuringACall) {
  std::counting_semaphore<> began(0);
  std::counting_semaphore<> go_on(0);
  const auto scheduler = make_thread_scheduler();
  const auto handle = scheduler->every(std::chrono::hours(1), [&] {
    began.release();
    go_on.acquire();
  });
  handle->wake();
  began.acquire();
  handle->wake();
  go_on.release();
  began.acquire();
  go_on.release();
}

TEST(ThreadScheduler, LetsNoTaskWaitForAnother) {
  constexpr int kTasks = 8;
  std::latch all(kTasks);
  const auto scheduler = make_thread_scheduler();
  std::vector<std::unique_ptr<Scheduler::Handle>> handles;
  for (int i = 0; i < kTasks; ++i) {
    handles.push_back(scheduler->every(std::chrono::hours(1), [&] { all.arrive_and_wait(); }));
  }
  for (const auto& each : handles) each->wake();
  all.wait();
}

TEST(ThreadScheduler, WaitsForACallBeforeItsTaskGoes) {
  const auto scheduler = make_thread_scheduler();
  for (int i = 0; i < 100; ++i) {
    std::counting_semaphore<> began(0);
    bool done = false;
    auto handle = scheduler->every(std::chrono::hours(1), [&] {
      began.release();
      std::this_thread::yield();
      done = true;
    });
    handle->wake();
    began.acquire();
    handle.reset();
    EXPECT_TRUE(done);
  }
}

}  // namespace
}  // namespace banyan

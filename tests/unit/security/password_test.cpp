// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <latch>
#include <thread>

#include "banyan/kernel/clock.hpp"
#include "banyan/security/passwords.hpp"

namespace banyan::security {
namespace {

using std::chrono::minutes;
using std::chrono::steady_clock;

SteadyTime soon() { return steady_clock::now() + minutes(1); }

TEST(Password, IsKnownByItsHashOnly) {
  const std::string hash = hash_password("open sesame", kCheapest);

  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
  EXPECT_EQ(hash.find("sesame"), std::string::npos);
  EXPECT_TRUE(verify_password(hash, "open sesame"));
  EXPECT_FALSE(verify_password(hash, "open sesam"));
  EXPECT_FALSE(verify_password(hash, ""));
}

TEST(Password, HasAnotherHashEveryTime) {
  EXPECT_NE(hash_password("open sesame", kCheapest), hash_password("open sesame", kCheapest));
}

TEST(Password, MatchesNothingThatIsNoHash) {
  for (const char* text : {"", "open sesame", "$argon2id$v=19$m=8,t=1,p=1$", "$1$salt$hash"}) {
    EXPECT_FALSE(verify_password(text, "open sesame")) << text;
    EXPECT_TRUE(needs_rehash(text, kCheapest)) << text;
  }
}

TEST(Password, IsHashedAnewWhenTheCostHasChanged) {
  const std::string hash = hash_password("open sesame", kCheapest);

  EXPECT_FALSE(needs_rehash(hash, kCheapest));
  EXPECT_TRUE(needs_rehash(hash, {.passes = 2, .memory = kCheapest.memory}));
  EXPECT_TRUE(needs_rehash(hash, {.passes = 1, .memory = 2 * kCheapest.memory}));
}

TEST(Password, CostsWhatIsUsualForPeopleWhoWait) {
  EXPECT_TRUE(
      hash_password("open sesame", kInteractive).starts_with("$argon2id$v=19$m=65536,t=2,p=1$"));
}

TEST(Passwords, TellsRightFromWrongAndOutdated) {
  const std::string old = hash_password("open sesame", kCheapest);
  Passwords passwords({.passes = 2, .memory = kCheapest.memory}, 1);
  const std::string fresh = passwords.hash("open sesame", soon()).value();

  EXPECT_TRUE(passwords.check("open sesame", fresh, soon())->right);
  EXPECT_FALSE(passwords.check("open sesame", fresh, soon())->outdated);
  EXPECT_TRUE(passwords.check("open sesame", old, soon())->outdated);
  EXPECT_FALSE(passwords.check("sesame", old, soon())->right);
  EXPECT_FALSE(passwords.check("sesame", old, soon())->outdated);
}

TEST(Passwords, WorksAsHardForSomebodyUnknown) {
  // Not the time, which a busy machine stretches, but the work: the processor time of this thread.
  constexpr PasswordCost kDear{.passes = 4, .memory = 8U * 1024 * 1024};
  Passwords passwords(kDear, 1);
  const std::string hash = hash_password("open sesame", kDear);
  const auto work_of = [&](const std::optional<std::string>& of) {
    timespec before{};
    timespec after{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
    EXPECT_FALSE(passwords.check("sesame", of, soon())->right);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
    return static_cast<double>(after.tv_sec - before.tv_sec) +
           1e-9 * static_cast<double>(after.tv_nsec - before.tv_nsec);
  };

  EXPECT_GT(work_of(std::nullopt), work_of(hash) / 4);
}

TEST(Passwords, TurnsAwayWhoGetsNoTurnBeforeTheDeadline) {
  Passwords nobody(kCheapest, 0);

  EXPECT_FALSE(nobody.hash("open sesame", steady_clock::now()));
  EXPECT_FALSE(nobody.check("open sesame", std::nullopt, steady_clock::now()));
}

TEST(Passwords, ServesAllWhoWaitTheirTurn) {
  constexpr std::size_t kPeople = 8;
  Passwords passwords(kCheapest, 2);
  const std::string hash = passwords.hash("open sesame", soon()).value();
  std::latch all(kPeople);
  std::atomic<int> right = 0;
  std::vector<std::jthread> people;
  for (std::size_t i = 0; i < kPeople; ++i) {
    people.emplace_back([&] {
      all.arrive_and_wait();
      for (int n = 0; n < 20; ++n) {
        const auto verdict = passwords.check("open sesame", hash, soon());
        if (verdict && verdict->right) ++right;
      }
    });
  }
  people.clear();

  EXPECT_EQ(right, 160);
}

}  // namespace
}  // namespace banyan::security

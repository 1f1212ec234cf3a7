// SPDX-License-Identifier: Apache-2.0
#include "banyan/comparison/alias_map.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace banyan::strangler {
namespace {

TEST(AliasMap, IsOneToOne) {
  AliasMap map;
  map.add("a", "1");
  map.add("a", "2");
  map.add("b", "1");
  EXPECT_EQ(map.size(), 1U);
  EXPECT_EQ(map.new_of("a"), "1");
  EXPECT_EQ(map.old_of("1"), "a");
  EXPECT_TRUE(map.known("a", "1"));
  EXPECT_TRUE(map.contradicts("a", "2"));
  EXPECT_TRUE(map.contradicts("b", "1"));
  EXPECT_FALSE(map.contradicts("b", "2"));
}

TEST(AliasMap, ForgetsTheOldestAndCountsIt) {
  AliasMap map(2);
  for (const char* id : {"a", "b", "c"}) map.add(id, id);
  EXPECT_EQ(map.size(), 2U);
  EXPECT_EQ(map.forgotten(), 1U);
  EXPECT_FALSE(map.new_of("a"));
  EXPECT_TRUE(map.new_of("c"));
}

TEST(SessionAliases, KeepWhatOneSessionLearntFromOthers) {
  SessionAliases sessions;
  sessions.learn("ann", {{"a", "1"}});
  EXPECT_TRUE(sessions.of("ann").known("a", "1"));
  EXPECT_FALSE(sessions.of("bob").known("a", "1"));
}

TEST(SessionAliases, KeepNothingOfNobody) {
  SessionAliases sessions;
  sessions.learn("", {{"a", "1"}});
  EXPECT_FALSE(sessions.of("").known("a", "1"));
  EXPECT_EQ(sessions.size(), 0u);
}

TEST(SessionAliases, ForgetTheSessionThatWasUsedLeastRecently) {
  SessionAliases sessions(2);
  sessions.learn("ann", {{"a", "1"}});
  sessions.learn("bob", {{"a", "2"}});
  (void)sessions.of("ann");
  sessions.learn("cid", {{"a", "3"}});
  EXPECT_EQ(sessions.size(), 2U);
  EXPECT_TRUE(sessions.of("ann").known("a", "1"));
  EXPECT_EQ(sessions.of("bob").size(), 0U);
}

TEST(SessionAliases, MayBeUsedByManyAtATime) {
  SessionAliases sessions(8);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&sessions, t] {
      for (int i = 0; i < 500; ++i) {
        const std::string session = std::to_string((i * 7 + t) % 16);
        sessions.learn(session, {{std::to_string(i), std::to_string(i)}});
        (void)sessions.of(session);
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_LE(sessions.size(), 8U);
}

}  // namespace
}  // namespace banyan::strangler

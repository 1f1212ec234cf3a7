// SPDX-License-Identifier: Apache-2.0
#include "banyan/discovery/traffic_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "banyan/discovery/proposal.hpp"

namespace banyan::discovery {
namespace {

LogLine asked(const std::string& target) {
  LogLine line;
  line.method = "GET";
  line.target = target;
  line.status = 200;
  line.client = "192.0.2.1";
  return line;
}

std::vector<std::string> paths_of(const Proposal& proposal) {
  std::vector<std::string> all;
  for (const Group& group : proposal.groups) {
    for (const Route& route : group.routes) all.push_back(route.path);
  }
  return all;
}

TEST(TrafficTree, KeepsABoundWithManyDifferentWords) {
  TrafficTree tree;
  const auto slug = [](int number) {
    std::string text = "/albums/the";
    for (; number > 0; number /= 26) text += static_cast<char>('a' + number % 26);
    return text;
  };
  for (int i = 0; i < 200'000; ++i) {
    tree.add(asked(slug(i)));
    if (i % 20 == 0) tree.add(asked("/albums/new"));
  }
  EXPECT_LT(tree.nodes(), 1'000U);
  const Proposal proposal = propose(std::move(tree), {});
  EXPECT_THAT(paths_of(proposal), testing::UnorderedElementsAre("/albums/{name}", "/albums/new"))
      << "a word that is seen often stays one";
  EXPECT_EQ(proposal.all.requests, 210'000U);
}

TEST(TrafficTree, KeepsABoundWhereWordsThatAreFoldedHaveOthersBelowThem) {
  TrafficTree tree;
  const auto word = [](int number) {
    std::string text = "w";
    for (; number > 0; number /= 26) text += static_cast<char>('a' + number % 26);
    return text;
  };
  for (int i = 0; i < 40'000; ++i) {
    tree.add(asked("/users/" + word(i) + "/x" + word(i)));
    if (i % 20 == 0) tree.add(asked("/users/new"));
  }
  EXPECT_LT(tree.nodes(), 2'000U);
  const Proposal proposal = propose(std::move(tree), {});
  EXPECT_THAT(paths_of(proposal),
              testing::UnorderedElementsAre("/users/new", "/users/{name}/{name2}"));
  EXPECT_TRUE(proposal.left_out.empty()) << "there was room for all";
}

TEST(TrafficTree, KeepsABoundWhereEverySegmentIsAnother) {
  TrafficTree tree({.words_below_one = 50, .nodes = 500, .longest_target = 8'192});
  const auto word = [](int number) {
    std::string text = "w";
    for (; number > 0; number /= 26) text += static_cast<char>('a' + number % 26);
    return text;
  };
  for (int i = 0; i < 20'000; ++i) {
    tree.add(asked('/' + word(i % 97) + '/' + word(i % 89) + '/' + word(i % 83) + '/' + word(i)));
  }
  EXPECT_LE(tree.nodes(), 500U);
  const Proposal proposal = propose(std::move(tree), {});
  std::uint64_t told = 0;
  for (const Group& each : proposal.groups) told += each.requests;
  for (const LeftOut& each : proposal.left_out) told += each.requests;
  EXPECT_EQ(told, 20'000U) << "what has no proposal is told";
}

TEST(TrafficTree, TellsWhatItPassesOver) {
  TrafficTree tree;
  LogLine trace = asked("/");
  trace.method = "TRACE";
  LogLine invented = asked("/");
  invented.method = "BREW";
  LogLine options = asked("*");
  options.method = "OPTIONS";
  for (const LogLine& each :
       {trace, invented, options, asked("http://other/"), asked("/a//b"), asked("/a/../b"),
        asked("/a%2Fb"), asked("/a%zz"), asked('/' + std::string(10'000, 'a')),
        asked("/_banyan/api/status")}) {
    tree.add(each);
  }
  std::uint64_t sum = 0;
  for (const auto& [why, requests] : tree.passed_over()) sum += requests;
  EXPECT_EQ(sum, 10U);
  EXPECT_TRUE(propose(std::move(tree), {.words = 20, .least = 1}).groups.empty());
}

}  // namespace
}  // namespace banyan::discovery

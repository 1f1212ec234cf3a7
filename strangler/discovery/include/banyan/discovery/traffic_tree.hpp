// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "banyan/discovery/evidence.hpp"
#include "banyan/discovery/log_line.hpp"

namespace banyan::discovery {

struct PathNode;

/// The requests of an application by their paths, folded while they come: what looks like an id is
/// not kept, and of a parent with ever more words below it only those that are seen often are. So
/// the memory has a bound whatever the logs are (about 20,000 nodes), and what the bound cost is
/// told.
class TrafficTree {
 public:
  struct Limits {
    std::size_t words_below_one = 256;  ///< before the rare ones of them are folded
    std::size_t nodes = 20'000;
    std::size_t longest_target = 8'192;
  };
  TrafficTree() : TrafficTree(Limits{}) {}
  explicit TrafficTree(const Limits& limits);
  ~TrafficTree();
  TrafficTree(TrafficTree&&) noexcept;
  TrafficTree& operator=(TrafficTree&&) noexcept;

  void add(const LogLine& line);

  /// An operation of a description of the application: its words are never folded, its parameters
  /// keep their names, and it is proposed though nobody has asked it. False when a route cannot be
  /// written like its path.
  bool expect(std::string_view method, std::string_view path, std::string_view comment);

  /// Requests that have no place in the tree, by the reason.
  const std::map<std::string, std::uint64_t, std::less<>>& passed_over() const;
  const Evidence& all() const;
  std::size_t nodes() const;

  PathNode& root();  ///< for propose()

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace banyan::discovery

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "banyan/discovery/distinct_count.hpp"
#include "banyan/discovery/evidence.hpp"

namespace banyan::discovery {

/// What was seen, and said, of one method of a path.
struct PathUse {
  Evidence evidence;
  bool described = false;
  std::string comment;  ///< of the description
};

/// A segment of paths, with what comes behind it.
struct PathNode {
  using Words = std::map<std::string, std::unique_ptr<PathNode>, std::less<>>;
  Words words;  ///< "" behind a last slash
  std::unique_ptr<PathNode> parameter;
  std::map<std::string, PathUse, std::less<>> uses;  ///< by method

  std::uint64_t requests = 0;   ///< of it and all below
  std::uint64_t recent = 0;     ///< the same, since words were folded last
  std::uint64_t for_files = 0;  ///< of these, for what browsers fetch beside a page
  std::uint64_t ids = 0;        ///< of those of the parameter below, how many looked like one
  std::uint64_t dates = 0;      ///< or like a date
  /// Which the parameter below stands for; null: for none. A word that comes again after it was
  /// folded is folded again, and is one all the same.
  std::unique_ptr<FineDistinctCount> folded_words;
  std::string parameter_name;  ///< of the parameter below, by a description; ""
  bool described = false;      ///< stays, however seldom it is asked
};

/// Whether a word below a parent is seen often: then it is part of the language, and no value.
inline bool is_seen_often(std::uint64_t requests, std::uint64_t of_all) {
  constexpr std::uint64_t kOneIn = 50;
  constexpr std::uint64_t kLeast = 10;
  return requests >= kLeast && requests * kOneIn >= of_all;
}

/// Takes everything of `from` into `into`; returns how many nodes are gone by that.
std::size_t merge(PathNode& into, PathNode& from);

/// Folds the words below `node` of which `goes` says so into its parameter; how many nodes are
/// gone.
template <class Goes>
std::size_t fold_words(PathNode& node, const Goes& goes) {
  std::size_t gone = 0;
  for (auto it = node.words.begin(); it != node.words.end();) {
    if (it->first.empty() || it->second->described || !goes(*it->second)) {
      ++it;
      continue;
    }
    if (node.folded_words == nullptr) node.folded_words = std::make_unique<FineDistinctCount>();
    node.folded_words->add(it->first);
    const std::unique_ptr<PathNode> word = std::move(it->second);
    it = node.words.erase(it);
    if (node.parameter == nullptr) {
      node.parameter = std::make_unique<PathNode>();
    } else {
      ++gone;
    }
    gone += merge(*node.parameter, *word);
  }
  return gone;
}

}  // namespace banyan::discovery

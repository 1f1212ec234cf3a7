// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace banyan::strangler {

/// Which id of the new side stands for which of the old side's. One to one: an id that has an alias
/// has no other. Bounded: the oldest goes, and is counted. Not safe for concurrent use.
class AliasMap {
 public:
  AliasMap() : AliasMap(1'000) {}
  explicit AliasMap(std::size_t most) : most_(most) {}

  /// What the new side calls what the old side calls `old_id`, and the other way round.
  std::optional<std::string_view> new_of(std::string_view old_id) const;
  std::optional<std::string_view> old_of(std::string_view new_id) const;

  /// Do they stand for one another already?
  bool known(std::string_view old_id, std::string_view new_id) const;
  /// Has one of the two another alias?
  bool contradicts(std::string_view old_id, std::string_view new_id) const;
  /// Nothing when it is known already, or contradicts what is known.
  void add(std::string_view old_id, std::string_view new_id);
  void add(const std::vector<std::pair<std::string, std::string>>& pairs);

  std::size_t size() const { return to_new_.size(); }
  std::size_t forgotten() const { return forgotten_; }

 private:
  using Ids = std::map<std::string, std::string, std::less<>>;
  std::size_t most_;
  std::size_t forgotten_ = 0;
  Ids to_new_;
  Ids to_old_;
  std::deque<std::string> order_;  // old ids, the oldest first
};

/// The aliases of many sessions, by the key that keeps a user on one side: what one request made,
/// later ones of the same session are compared by. Bounded: the session that was used least
/// recently goes. Safe for concurrent use.
class SessionAliases {
 public:
  explicit SessionAliases(std::size_t sessions = 10'000, std::size_t ids_per_session = 1'000)
      : most_(sessions), ids_(ids_per_session) {}

  /// A copy, to compare by; empty when the session is new.
  AliasMap of(std::string_view session);
  /// Nothing of "": that is nobody who comes again.
  void learn(std::string_view session,
             const std::vector<std::pair<std::string, std::string>>& pairs);
  std::size_t size() const;

 private:
  using Sessions = std::list<std::pair<std::string, AliasMap>>;
  Sessions::iterator touch(std::string_view session);

  std::size_t most_;
  std::size_t ids_;
  mutable std::mutex mutex_;
  Sessions recent_;  // the last used first
  std::map<std::string, Sessions::iterator, std::less<>> by_name_;
};

}  // namespace banyan::strangler

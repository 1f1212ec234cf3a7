// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/lease.hpp"
#include "banyan/kernel/read_model.hpp"

namespace orders {

/// The copies of the names: the one that is answered from, and the one that a rebuild fills. 0:
/// none.
struct NameGenerations {
  std::int64_t served = 0;
  std::int64_t building = 0;
  friend bool operator==(const NameGenerations&, const NameGenerations&) = default;
};

/// The rebuild that was asked for last.
struct NamesRebuild {
  std::int64_t generation = 0;
  banyan::Asked asked;
  banyan::Timestamp asked_at;
  std::string source;      ///< the module whose rows are read next; "" when all have been
  std::string cursor;      ///< of the page that is read next; "" is the first
  std::int64_t names = 0;  ///< read so far
  std::optional<banyan::Timestamp> ended_at;
  std::optional<std::string> problem;  ///< why the last attempt to go on failed
  std::string holder;                  ///< who goes on with it now; "" nobody
  banyan::LeaseTime held_until;
  friend bool operator==(const NamesRebuild&, const NamesRebuild&) = default;
};

/// What orders keeps of names that others own, in one unit of work. Ids are those of customers and
/// of tracks, which their prefixes tell apart.
class NameRows {
 public:
  virtual NameGenerations generations() = 0;
  virtual void set(const NameGenerations& generations) = 0;

  /// Whatever is there gives way: an event is newer than what was read before it. Without a name:
  /// who has left.
  virtual void put(std::int64_t generation, const std::string& id,
                   const std::optional<std::string>& name) = 0;
  /// Whatever is there stays: an event that has come meanwhile is at least as new as what was read.
  virtual void put_if_absent(std::int64_t generation, const std::string& id,
                             const std::optional<std::string>& name) = 0;
  /// Forgets names of generations before that one, at most `limit` of them. Returns how many.
  virtual std::int64_t forget_before(std::int64_t generation, std::int64_t limit) = 0;

  virtual std::optional<NamesRebuild> rebuild() = 0;
  virtual void save(const NamesRebuild& rebuild) = 0;

  /// See banyan::ReadModel.
  virtual std::optional<banyan::Timestamp> complete_until(const std::string& source) = 0;
  virtual void set_complete_until(const std::string& source, banyan::Timestamp until) = 0;

 protected:
  ~NameRows() = default;
};

}  // namespace orders

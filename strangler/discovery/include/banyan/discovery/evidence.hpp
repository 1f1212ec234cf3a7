// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "banyan/discovery/distinct_count.hpp"
#include "banyan/kernel/clock.hpp"

namespace banyan::discovery {

/// What was seen of requests of one kind. Numbers only: nothing in it can be traced to a person.
struct Evidence {
  std::uint64_t requests = 0;
  std::map<unsigned, std::uint64_t> statuses;
  std::optional<Timestamp> first;
  std::optional<Timestamp> last;
  DistinctCount clients;

  void add(unsigned status, std::optional<Timestamp> time, std::string_view client);
  void add(const Evidence& other);
  /// How many were answered with a status from `least` to `most`.
  std::uint64_t answered(unsigned least, unsigned most) const;
};

}  // namespace banyan::discovery

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "banyan/export/exported_table.hpp"
#include "path_pattern_text.hpp"

/// The table in the terms that HAProxy and nginx have in common: a method and a path lead to a way,
/// a way and a side to an upstream.
///
///   configuration + stages → ways_of() → Ways → text of one proxy
namespace banyan::strangler {

/// Where all requests go that share a rollout, an effect, and both sides.
struct Way {
  std::string id;           ///< "catalog_reads", "stay_shop_writes": letters, digits, "_"
  const Route* route;       ///< one of those that take it; has the sides
  std::size_t rollout = 0;  ///< place in Ways::rollouts, if it has one
  Effect effect = Effect::Read;
  std::uint32_t share = 0;  ///< whose bucket is below it goes to the new side

  bool in_rollout() const { return !route->rollout.empty(); }
  bool by_bucket() const { return share > 0 && share < 10'000; }
};

/// Requests with one of these methods and such a path take that way.
struct WayLine {
  const Route* route;
  std::vector<std::string> methods;  ///< empty: any
  std::size_t way;
  bool first_of_route;
};

struct ExportedRollout {
  std::string name;
  std::string word;  ///< the name with "_" only, for variables
  Traffic traffic;
};

struct Ways {
  std::vector<Way> ways;
  std::vector<WayLine> lines;  ///< the first that fits is taken
  std::vector<ExportedRollout> rollouts;

  bool any_by_bucket() const;
  /// The ids of the ways for which it holds.
  template <class Holds>
  std::vector<std::string> ids(const Holds& holds) const {
    std::vector<std::string> all;
    for (const Way& each : ways) {
      if (holds(each)) all.push_back(each.id);
    }
    return all;
  }
};

Ways ways_of(const TableToExport& table);

/// "(?:GET|HEAD)", or of any method "[^:]+".
std::string methods_expression(const WayLine& line);

/// For a comment: "browse: GET, HEAD /albums/{id}".
std::string line_text(const WayLine& line);

}  // namespace banyan::strangler

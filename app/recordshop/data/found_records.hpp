// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "data/load_shop.hpp"

namespace recordshop {

/// What the records that are there are to those of a load.
enum class Standing : std::uint8_t {
  Begun,       ///< none, or the first of its own: a load of them goes on behind these
  Complete,    ///< all of its own, and no others
  Other,       ///< others, or more: a shop with its own data, or one that was used since
  OtherBegun,  ///< others, and the last kinds lack as where a load was broken off or is at work
};

struct FoundRecords {
  ShopSize there;  ///< whoever put them there
  Standing standing = Standing::Begun;
  /// The first kind of which others are there, or more ("albums"); "" where all are of the load.
  std::string_view differing;
};

/// How many records of each kind there are. A load that is at work meanwhile is seen as it was at
/// some moment, or with more of its earlier kinds, never with a gap. Throws banyan::sql::Fault.
ShopSize count_records(const ModuleDatabases& modules, const banyan::Clock& clock);

/// Looks at what is there, and at the contents of some of each batch, since two Chinook databases
/// number their records alike. Throws banyan::sql::Fault.
FoundRecords find_records(ShopData& data, const ModuleDatabases& modules,
                          const banyan::Clock& clock);

}  // namespace recordshop

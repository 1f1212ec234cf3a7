// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "banyan/kernel/id.hpp"

/// The identities of the catalogue. Other modules keep them as soft references.
namespace catalog {

struct ArtistTag {
  static constexpr std::string_view prefix = "art";
};
struct AlbumTag {
  static constexpr std::string_view prefix = "alb";
};
struct TrackTag {
  static constexpr std::string_view prefix = "trk";
};

using ArtistId = banyan::Id<ArtistTag>;
using AlbumId = banyan::Id<AlbumTag>;
using TrackId = banyan::Id<TrackTag>;

}  // namespace catalog

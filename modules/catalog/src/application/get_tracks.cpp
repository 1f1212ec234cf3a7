// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "application/use_cases.hpp"

namespace catalog {
namespace {

constexpr std::size_t kMostIds = 100;

}  // namespace

banyan::Result<TracksFound> get_tracks(CatalogStore& store, const GetTracks& request,
                                       const banyan::Context& context) {
  if (request.ids.empty() || request.ids.size() > kMostIds) {
    const std::string range = "1 … " + std::to_string(kMostIds);
    return banyan::fail(banyan::ErrorCode::InvalidArgument, "catalog.bad_id_count",
                        "ask for " + range + " tracks",
                        {{"/ids", std::to_string(request.ids.size()) + " ids; expected " + range}});
  }
  return store.read(context, [&](CatalogReading& catalog) -> banyan::Result<TracksFound> {
    TracksFound found;
    std::set<TrackId> seen;
    for (const TrackId& id : request.ids) {
      if (!seen.insert(id).second) continue;
      if (std::optional<Track> track = catalog.track(id)) {
        found.tracks.push_back(*std::move(track));
      } else {
        found.unknown.push_back(id);
      }
    }
    return found;
  });
}

}  // namespace catalog

// SPDX-License-Identifier: Apache-2.0
#include "application/unknown_track.hpp"
#include "application/use_cases.hpp"

namespace catalog {

banyan::Result<Track> get_track(CatalogStore& store, const GetTrack& request,
                                const banyan::Context& context) {
  std::optional<Track> track =
      store.read(context, [&](CatalogReading& catalog) { return catalog.track(request.id); });
  if (!track) return unknown_track(request.id);
  return *std::move(track);
}

}  // namespace catalog

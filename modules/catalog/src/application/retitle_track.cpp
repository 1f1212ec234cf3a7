// SPDX-License-Identifier: Apache-2.0
#include "application/unknown_track.hpp"
#include "application/use_cases.hpp"
#include "catalog/events.hpp"
#include "domain/title.hpp"

namespace catalog {

banyan::Result<Track> retitle_track(CatalogStore& store, const RetitleTrack& request,
                                    const banyan::Context& context) {
  if (auto right = check_title(request.title); !right) return banyan::fail(right.error());
  return store.write(
      context, [&](CatalogWriting& catalog, banyan::UnitOfWork& unit) -> banyan::Result<Track> {
        std::optional<Track> track = catalog.track(request.id);
        if (!track) return unknown_track(request.id);
        if (track->title == request.title) return *std::move(track);
        catalog.set_title(track->id, request.title);
        unit.publish(TrackRetitled{track->id, request.title});
        track->title = request.title;
        return *std::move(track);
      });
}

}  // namespace catalog

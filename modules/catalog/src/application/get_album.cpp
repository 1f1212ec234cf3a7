// SPDX-License-Identifier: Apache-2.0
#include "application/use_cases.hpp"

namespace catalog {

banyan::Result<Album> get_album(CatalogStore& store, const GetAlbum& request,
                                const banyan::Context& context) {
  return store.read(context, [&](CatalogReading& catalog) -> banyan::Result<Album> {
    std::optional<AlbumSummary> album = catalog.album(request.id);
    if (!album) {
      return banyan::fail(banyan::ErrorCode::NotFound, "catalog.unknown_album",
                          "there is no album " + request.id.str());
    }
    return Album{album->id, std::move(album->title), std::move(album->artist),
                 catalog.tracks_on(request.id)};
  });
}

}  // namespace catalog

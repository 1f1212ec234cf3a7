// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "application/catalog_store.hpp"

/// What the catalogue does, one function (and one file) for each operation of the port.
namespace catalog {

banyan::Result<AlbumPage> list_albums(CatalogStore& store, const ListAlbums& request,
                                      const banyan::Context& context);
banyan::Result<Album> get_album(CatalogStore& store, const GetAlbum& request,
                                const banyan::Context& context);
banyan::Result<TrackPage> list_tracks(CatalogStore& store, const ListTracks& request,
                                      const banyan::Context& context);
banyan::Result<Track> get_track(CatalogStore& store, const GetTrack& request,
                                const banyan::Context& context);
banyan::Result<TracksFound> get_tracks(CatalogStore& store, const GetTracks& request,
                                       const banyan::Context& context);
banyan::Result<Track> change_price(CatalogStore& store, const ChangePrice& request,
                                   const banyan::Context& context);
banyan::Result<Track> retitle_track(CatalogStore& store, const RetitleTrack& request,
                                    const banyan::Context& context);
banyan::Result<SearchPage> search(CatalogStore& store, const Search& request,
                                  const banyan::Context& context);

/// The port on a store.
std::unique_ptr<Catalog> make_catalog_on(std::unique_ptr<CatalogStore> store);

}  // namespace catalog

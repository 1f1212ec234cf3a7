// SPDX-License-Identifier: Apache-2.0
#include "application/use_cases.hpp"

namespace catalog {
namespace {

using banyan::Context;
using banyan::Result;

class CatalogOnStore final : public Catalog {
 public:
  explicit CatalogOnStore(std::unique_ptr<CatalogStore> store) : store_(std::move(store)) {}

  Result<AlbumPage> handle(const ListAlbums& request, const Context& context) override {
    return list_albums(*store_, request, context);
  }
  Result<Album> handle(const GetAlbum& request, const Context& context) override {
    return get_album(*store_, request, context);
  }
  Result<TrackPage> handle(const ListTracks& request, const Context& context) override {
    return list_tracks(*store_, request, context);
  }
  Result<Track> handle(const GetTrack& request, const Context& context) override {
    return get_track(*store_, request, context);
  }
  Result<TracksFound> handle(const GetTracks& request, const Context& context) override {
    return get_tracks(*store_, request, context);
  }
  Result<Track> handle(const ChangePrice& request, const Context& context) override {
    return change_price(*store_, request, context);
  }
  Result<Track> handle(const RetitleTrack& request, const Context& context) override {
    return retitle_track(*store_, request, context);
  }
  Result<SearchPage> handle(const Search& request, const Context& context) override {
    return search(*store_, request, context);
  }

 private:
  std::unique_ptr<CatalogStore> store_;
};

}  // namespace

std::unique_ptr<Catalog> make_catalog_on(std::unique_ptr<CatalogStore> store) {
  return std::make_unique<CatalogOnStore>(std::move(store));
}

}  // namespace catalog

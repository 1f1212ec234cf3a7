// SPDX-License-Identifier: Apache-2.0
#include "persistence/memory_catalog.hpp"

#include <algorithm>
#include <map>

namespace catalog {
namespace {

class MemoryCatalog final : public CatalogWriting {
 public:
  explicit MemoryCatalog(const Records& records) {
    for (const ArtistRecord& artist : records.artists) artists_[artist.id] = artist.name;
    for (const AlbumRecord& album : records.albums) {
      albums_[album.id] = {album.id, album.title, {album.artist, artists_.at(album.artist)}};
    }
    for (const TrackRecord& track : records.tracks) {
      tracks_[track.id] = {track.position,
                           {track.id, track.album, track.title, albums_.at(track.album).artist.name,
                            track.composer, track.duration_ms, track.price}};
    }
  }

  std::vector<AlbumSummary> albums(const std::optional<ArtistId>& artist, const std::string& after,
                                   std::int64_t limit) override {
    std::vector<AlbumSummary> page;
    for (const auto& [id, album] : albums_) {
      if (id.str() <= after || (artist && album.artist.id != *artist)) continue;
      if (std::cmp_equal(page.size(), limit)) break;
      page.push_back(album);
    }
    return page;
  }

  std::optional<AlbumSummary> album(const AlbumId& id) override {
    const auto found = albums_.find(id);
    if (found == albums_.end()) return std::nullopt;
    return found->second;
  }

  std::vector<Track> tracks_on(const AlbumId& album) override {
    std::vector<Placed> on_album;
    for (const auto& [id, placed] : tracks_) {
      if (placed.track.album == album) on_album.push_back(placed);
    }
    std::ranges::stable_sort(on_album, {}, &Placed::position);
    std::vector<Track> tracks;
    tracks.reserve(on_album.size());
    for (Placed& placed : on_album) tracks.push_back(std::move(placed.track));
    return tracks;
  }

  std::vector<Track> tracks(const std::optional<AlbumId>& album, const std::string& after,
                            std::int64_t limit) override {
    std::vector<Track> page;
    for (const auto& [id, placed] : tracks_) {
      if (id.str() <= after || (album && placed.track.album != *album)) continue;
      if (std::cmp_equal(page.size(), limit)) break;
      page.push_back(placed.track);
    }
    return page;
  }

  std::optional<Track> track(const TrackId& id) override {
    const auto found = tracks_.find(id);
    if (found == tracks_.end()) return std::nullopt;
    return found->second.track;
  }

  void set_price(const TrackId& id, const banyan::Money& price) override {
    tracks_.at(id).track.price = price;
  }

 private:
  struct Placed {
    std::int64_t position = 0;
    Track track;
  };

  std::map<ArtistId, std::string> artists_;
  std::map<AlbumId, AlbumSummary> albums_;
  std::map<TrackId, Placed> tracks_;
};

}  // namespace

std::unique_ptr<CatalogStore> make_memory_catalog_store(const Records& records,
                                                        const banyan::Clock& clock) {
  return std::make_unique<banyan::MemoryStore<CatalogReading, CatalogWriting, MemoryCatalog>>(
      MemoryCatalog(records), clock);
}

}  // namespace catalog

// SPDX-License-Identifier: Apache-2.0
#include "persistence/memory_catalog.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "domain/search_words.hpp"

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

  std::vector<SearchHit> search(const std::vector<std::string>& words, std::int64_t skip,
                                std::int64_t limit) override {
    struct Found {
      int score;
      bool is_track;
      SearchHit hit;
    };
    std::vector<Found> found;
    for (const auto& [id, album] : albums_) {
      if (const int score = score_of(words, album.title, album.artist.name, ""); score > 0) {
        found.push_back({score, false, {album, std::nullopt}});
      }
    }
    for (const auto& [id, placed] : tracks_) {
      const AlbumSummary& album = albums_.at(placed.track.album);
      const int score = score_of(words, placed.track.title, album.artist.name, album.title);
      if (score > 0) found.push_back({score, true, {album, placed.track}});
    }
    std::ranges::stable_sort(found, [](const Found& a, const Found& b) {
      return std::tuple(-a.score, a.is_track) < std::tuple(-b.score, b.is_track);
    });
    std::vector<SearchHit> page;
    for (auto at = static_cast<std::size_t>(skip);
         at < found.size() && std::cmp_less(page.size(), limit); ++at) {
      page.push_back(std::move(found[at].hit));
    }
    return page;
  }

  void set_price(const TrackId& id, const banyan::Money& price) override {
    tracks_.at(id).track.price = price;
  }

  void set_title(const TrackId& id, const std::string& title) override {
    tracks_.at(id).track.title = title;
  }

 private:
  // As the tables weigh them; 0 when a word is nowhere.
  static int score_of(const std::vector<std::string>& words, std::string_view title,
                      std::string_view artist, std::string_view album) {
    const std::array<std::pair<std::vector<std::string>, int>, 3> columns{
        {{search_words(title), 10}, {search_words(artist), 4}, {search_words(album), 2}}};
    int sum = 0;
    for (const std::string& word : words) {
      int best = 0;
      for (const auto& [has, weight] : columns) {
        const bool there = std::ranges::any_of(has, [&](const std::string& each) {
          return &word == &words.back() ? each.starts_with(word) : each == word;
        });
        if (there) best = std::max(best, weight);
      }
      if (best == 0) return 0;
      sum += best;
    }
    return sum;
  }

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
                                                        const banyan::Clock& clock,
                                                        banyan::UnitEnding* ending) {
  return std::make_unique<banyan::MemoryStore<CatalogReading, CatalogWriting, MemoryCatalog>>(
      MemoryCatalog(records), clock, nullptr, ending);
}

}  // namespace catalog

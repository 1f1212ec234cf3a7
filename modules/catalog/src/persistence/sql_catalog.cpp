// SPDX-License-Identifier: Apache-2.0
#include "persistence/sql_catalog.hpp"

#include "banyan/sql/sql_store.hpp"
#include "persistence/search_index.hpp"

namespace catalog {
namespace {

using banyan::Money;
using banyan::sql::ModuleDatabase;
using banyan::sql::Session;
using Text = std::string;

using AlbumRow = std::tuple<AlbumId, Text, ArtistId, Text>;

std::vector<AlbumSummary> albums_from(std::vector<AlbumRow> rows) {
  std::vector<AlbumSummary> albums;
  albums.reserve(rows.size());
  for (auto& [id, title, artist, name] : rows) {
    albums.push_back({std::move(id), std::move(title), {std::move(artist), std::move(name)}});
  }
  return albums;
}

constexpr std::string_view kAlbums =
    "SELECT albums.id, albums.title, artists.id, artists.name FROM albums"
    " JOIN artists ON artists.id = albums.artist_id ";

constexpr std::string_view kTracks =
    "SELECT tracks.id, albums.id, tracks.title, artists.name, tracks.composer, tracks.duration_ms,"
    " tracks.price_minor, tracks.currency FROM tracks"
    " JOIN albums ON albums.id = tracks.album_id JOIN artists ON artists.id = albums.artist_id ";

using TrackRow =
    std::tuple<TrackId, AlbumId, Text, Text, std::optional<Text>, std::int64_t, std::int64_t, Text>;

Track track_from(TrackRow row) {
  auto& [id, album, title, artist, composer, duration_ms, price, currency] = row;
  return {std::move(id),
          std::move(album),
          std::move(title),
          std::move(artist),
          std::move(composer),
          duration_ms,
          {price, std::move(currency)}};
}

std::vector<Track> tracks_from(std::vector<TrackRow> rows) {
  std::vector<Track> tracks;
  tracks.reserve(rows.size());
  for (TrackRow& row : rows) tracks.push_back(track_from(std::move(row)));
  return tracks;
}

class SqlCatalog final : public CatalogWriting {
 public:
  explicit SqlCatalog(Session& session) : session_(session) {}

  std::vector<AlbumSummary> albums(const std::optional<ArtistId>& artist, const std::string& after,
                                   std::int64_t limit) override {
    if (artist) {
      return albums_from(
          all_albums("WHERE albums.artist_id = :artist AND albums.id > :after"
                     " ORDER BY albums.id LIMIT :limit",
                     *artist, after, limit));
    }
    return albums_from(
        all_albums("WHERE albums.id > :after ORDER BY albums.id LIMIT :limit", after, limit));
  }

  std::optional<AlbumSummary> album(const AlbumId& id) override {
    std::vector<AlbumSummary> albums = albums_from(all_albums("WHERE albums.id = :id", id));
    if (albums.empty()) return std::nullopt;
    return std::move(albums.front());
  }

  std::vector<Track> tracks_on(const AlbumId& album) override {
    return tracks_from(
        all_tracks("WHERE tracks.album_id = :album ORDER BY tracks.position, tracks.id", album));
  }

  std::vector<Track> tracks(const std::optional<AlbumId>& album, const std::string& after,
                            std::int64_t limit) override {
    if (album) {
      return tracks_from(all_tracks(
          "WHERE tracks.album_id = :album AND tracks.id > :after ORDER BY tracks.id LIMIT :limit",
          *album, after, limit));
    }
    return tracks_from(
        all_tracks("WHERE tracks.id > :after ORDER BY tracks.id LIMIT :limit", after, limit));
  }

  std::optional<Track> track(const TrackId& id) override {
    auto rows = all_tracks("WHERE tracks.id = :id", id);
    if (rows.empty()) return std::nullopt;
    return track_from(std::move(rows.front()));
  }

  std::vector<SearchHit> search(const std::vector<Text>& words, std::int64_t skip,
                                std::int64_t limit) override {
    return search_index(session_, words, skip, limit);
  }

  void set_price(const TrackId& id, const Money& price) override {
    session_.run("UPDATE tracks SET price_minor = :price, currency = :currency WHERE id = :id",
                 price.minor_units, price.currency, id);
  }

  void set_title(const TrackId& id, const std::string& title) override {
    session_.run("UPDATE tracks SET title = :title WHERE id = :id", title, id);
    index_again(session_, id);
  }

 private:
  template <class... Args>
  std::vector<AlbumRow> all_albums(std::string_view which, const Args&... args) {
    return session_.all<AlbumId, Text, ArtistId, Text>(Text(kAlbums).append(which), args...);
  }

  template <class... Args>
  std::vector<TrackRow> all_tracks(std::string_view which, const Args&... args) {
    return session_
        .all<TrackId, AlbumId, Text, Text, std::optional<Text>, std::int64_t, std::int64_t, Text>(
            Text(kTracks).append(which), args...);
  }

  Session& session_;
};

}  // namespace

std::unique_ptr<CatalogStore> make_soci_catalog_store(ModuleDatabase& database) {
  return std::make_unique<banyan::sql::SqlStore<CatalogStore, SqlCatalog>>(database);
}

}  // namespace catalog

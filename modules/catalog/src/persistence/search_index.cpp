// SPDX-License-Identifier: Apache-2.0
#include "persistence/search_index.hpp"

#include <optional>
#include <string_view>
#include <utility>

namespace catalog {
namespace {

using banyan::sql::Engine;
using banyan::sql::Session;
using Text = std::string;

// The best are found first, by the index alone, and then looked up. Where two fit as well, the
// order of their rows makes it the same each time.
constexpr std::string_view kInSqlite =
    "SELECT albums.id, albums.title, artists.id, artists.name, tracks.id, tracks.title,"
    " tracks.composer, tracks.duration_ms, tracks.price_minor, tracks.currency FROM"
    " (SELECT rowid AS place, bm25(catalog_search, 0, 0, 10, 4, 2) AS score FROM catalog_search"
    "  WHERE catalog_search MATCH :words ORDER BY score, place LIMIT :limit OFFSET :skip) AS best"
    " CROSS JOIN catalog_search ON catalog_search.rowid = best.place"
    " JOIN albums ON albums.id = catalog_search.album_id"
    " JOIN artists ON artists.id = albums.artist_id"
    " LEFT JOIN tracks ON tracks.id = catalog_search.id ORDER BY best.score, best.place";

constexpr std::string_view kInPostgres =
    "SELECT albums.id, albums.title, artists.id, artists.name, tracks.id, tracks.title,"
    " tracks.composer, tracks.duration_ms, tracks.price_minor, tracks.currency FROM"
    " (SELECT id, album_id, ts_rank('{0, 0.2, 0.4, 1}', words, wanted, 1) AS score"
    "  FROM catalog_search, to_tsquery('simple', :words) AS wanted WHERE words @@ wanted"
    "  ORDER BY score DESC, id LIMIT :limit OFFSET :skip) AS best"
    " JOIN albums ON albums.id = best.album_id"
    " JOIN artists ON artists.id = albums.artist_id"
    " LEFT JOIN tracks ON tracks.id = best.id ORDER BY best.score DESC, best.id";

// "silent" "riv"*, in quotes so that no word is taken for AND, OR, NOT or NEAR.
Text for_sqlite(const std::vector<Text>& words) {
  Text query;
  for (const Text& word : words) query += '"' + word + "\" ";
  query.back() = '*';
  return query;
}

// 'silent' & 'riv':*
Text for_postgres(const std::vector<Text>& words) {
  Text query;
  for (const Text& word : words) {
    if (!query.empty()) query += " & ";
    query += '\'' + word + '\'';
  }
  return query + ":*";
}

using Row = std::tuple<AlbumId, Text, ArtistId, Text, std::optional<TrackId>, std::optional<Text>,
                       std::optional<Text>, std::optional<std::int64_t>,
                       std::optional<std::int64_t>, std::optional<Text>>;

SearchHit hit_from(Row row) {
  auto& [album, album_title, artist, name, track, title, composer, duration_ms, price, currency] =
      row;
  SearchHit hit{{album, std::move(album_title), {std::move(artist), name}}, std::nullopt};
  if (track) {
    hit.track = Track{*std::move(track),
                      std::move(album),
                      *std::move(title),
                      std::move(name),
                      std::move(composer),
                      *duration_ms,
                      {*price, *std::move(currency)}};
  }
  return hit;
}

}  // namespace

std::vector<SearchHit> search_index(Session& session, const std::vector<Text>& words,
                                    std::int64_t skip, std::int64_t limit) {
  const bool sqlite = session.engine() == Engine::Sqlite;
  std::vector<SearchHit> hits;
  for (Row& row : session.all<AlbumId, Text, ArtistId, Text, std::optional<TrackId>,
                              std::optional<Text>, std::optional<Text>, std::optional<std::int64_t>,
                              std::optional<std::int64_t>, std::optional<Text>>(
           sqlite ? kInSqlite : kInPostgres, sqlite ? for_sqlite(words) : for_postgres(words),
           limit, skip)) {
    hits.push_back(hit_from(std::move(row)));
  }
  return hits;
}

void index_album(Session& session, const AlbumId& album) {
  session.run(
      "INSERT INTO catalog_search (id, album_id, title, artist, album)"
      " SELECT albums.id, albums.id, albums.title, artists.name, ''"
      " FROM albums JOIN artists ON artists.id = albums.artist_id WHERE albums.id = :id",
      album);
}

void index_track(Session& session, const TrackId& track) {
  session.run(
      "INSERT INTO catalog_search (id, album_id, title, artist, album)"
      " SELECT tracks.id, albums.id, tracks.title, artists.name, albums.title"
      " FROM tracks JOIN albums ON albums.id = tracks.album_id"
      " JOIN artists ON artists.id = albums.artist_id WHERE tracks.id = :id",
      track);
}

void index_again(Session& session, const TrackId& track) {
  session.run("DELETE FROM catalog_search WHERE id = :id", track);
  index_track(session, track);
}

std::int64_t index_everything(Session& session) {
  session.run("DELETE FROM catalog_search");
  const std::int64_t albums = session.run(
      "INSERT INTO catalog_search (id, album_id, title, artist, album)"
      " SELECT albums.id, albums.id, albums.title, artists.name, ''"
      " FROM albums JOIN artists ON artists.id = albums.artist_id");
  return albums + session.run(
                      "INSERT INTO catalog_search (id, album_id, title, artist, album)"
                      " SELECT tracks.id, albums.id, tracks.title, artists.name, albums.title"
                      " FROM tracks JOIN albums ON albums.id = tracks.album_id"
                      " JOIN artists ON artists.id = albums.artist_id");
}

}  // namespace catalog

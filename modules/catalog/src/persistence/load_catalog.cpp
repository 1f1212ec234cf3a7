// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <tuple>

#include "banyan/sql/module_database.hpp"
#include "catalog/module.hpp"
#include "persistence/search_index.hpp"

namespace catalog {
namespace {

using banyan::Result;
using banyan::sql::Session;

Result<void> already_loaded(std::string_view what, const std::string& id) {
  return banyan::fail(banyan::ErrorCode::AlreadyExists, "catalog.already_loaded",
                      std::string(what) + ' ' + id +
                          " is in the catalogue already; nothing of this batch was loaded. Load"
                          " into a new database.");
}

bool is_stored(Session& session, const ArtistRecord& artist) {
  return session.value<std::string>("SELECT name FROM artists WHERE id = :id", artist.id) ==
         artist.name;
}

bool is_stored(Session& session, const AlbumRecord& album) {
  const auto row = session.one<ArtistId, std::string>(
      "SELECT artist_id, title FROM albums WHERE id = :id", album.id);
  return row && *row == std::tie(album.artist, album.title);
}

bool is_stored(Session& session, const TrackRecord& track) {
  const auto row = session.one<AlbumId, std::int64_t, std::string, std::optional<std::string>,
                               std::int64_t, std::int64_t, std::string>(
      "SELECT album_id, position, title, composer, duration_ms, price_minor, currency"
      " FROM tracks WHERE id = :id",
      track.id);
  return row && *row == std::tie(track.album, track.position, track.title, track.composer,
                                 track.duration_ms, track.price.minor_units, track.price.currency);
}

std::int64_t count(banyan::sql::ModuleDatabase& database, const banyan::Context& context,
                   std::string_view count_all) {
  return database.read(context, [count_all](Session& session) {
    return session.value<std::int64_t>(count_all).value_or(0);
  });
}

}  // namespace

Result<void> load(banyan::sql::ModuleDatabase& database, const banyan::Context& context,
                  const Records& records) {
  return database.write(context, [&records](Session& session) -> Result<void> {
    // A conflict is asked for in the statement: to try it costs PostgreSQL three of them.
    for (const ArtistRecord& artist : records.artists) {
      if (session.run("INSERT INTO artists (id, name) VALUES (:id, :name) ON CONFLICT DO NOTHING",
                      artist.id, artist.name) == 0) {
        return already_loaded("artist", artist.id.str());
      }
    }
    for (const AlbumRecord& album : records.albums) {
      if (session.run("INSERT INTO albums (id, artist_id, title) VALUES (:id, :artist, :title)"
                      " ON CONFLICT DO NOTHING",
                      album.id, album.artist, album.title) == 0) {
        return already_loaded("album", album.id.str());
      }
      index_album(session, album.id);
    }
    for (const TrackRecord& track : records.tracks) {
      if (session.run("INSERT INTO tracks (id, album_id, position, title, composer, duration_ms,"
                      " price_minor, currency) VALUES (:id, :album, :position, :title, :composer,"
                      " :duration, :price, :currency) ON CONFLICT DO NOTHING",
                      track.id, track.album, track.position, track.title, track.composer,
                      track.duration_ms, track.price.minor_units, track.price.currency) == 0) {
        return already_loaded("track", track.id.str());
      }
      index_track(session, track.id);
    }
    return {};
  });
}

Result<std::int64_t> rebuild_search(banyan::sql::ModuleDatabase& database,
                                    const banyan::Context& context) {
  return database.write(
      context, [](Session& session) -> Result<std::int64_t> { return index_everything(session); });
}

bool holds(banyan::sql::ModuleDatabase& database, const banyan::Context& context,
           const Records& records) {
  return database.read(context, [&records](Session& session) {
    const auto stored = [&session](const auto& record) { return is_stored(session, record); };
    return std::ranges::all_of(records.artists, stored) &&
           std::ranges::all_of(records.albums, stored) &&
           std::ranges::all_of(records.tracks, stored);
  });
}

std::int64_t count_artists(banyan::sql::ModuleDatabase& database, const banyan::Context& context) {
  return count(database, context, "SELECT count(*) FROM artists");
}

std::int64_t count_albums(banyan::sql::ModuleDatabase& database, const banyan::Context& context) {
  return count(database, context, "SELECT count(*) FROM albums");
}

std::int64_t count_tracks(banyan::sql::ModuleDatabase& database, const banyan::Context& context) {
  return count(database, context, "SELECT count(*) FROM tracks");
}

}  // namespace catalog

// SPDX-License-Identifier: Apache-2.0
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

template <class... Args>
bool inserted(Session& session, std::string_view sql, const Args&... args) {
  auto done = session.try_run(sql, args...);
  if (done) return true;
  if (done.error().kind == banyan::sql::ConstraintKind::Unique) return false;
  throw banyan::sql::Fault(banyan::sql::FaultKind::Constraint,
                           "catalog: loading failed: " + to_string(done.error()), done.error());
}

}  // namespace

Result<void> load(banyan::sql::ModuleDatabase& database, const banyan::Context& context,
                  const Records& records) {
  return database.write(context, [&records](Session& session) -> Result<void> {
    for (const ArtistRecord& artist : records.artists) {
      if (!inserted(session, "INSERT INTO artists (id, name) VALUES (:id, :name)", artist.id,
                    artist.name)) {
        return already_loaded("artist", artist.id.str());
      }
    }
    for (const AlbumRecord& album : records.albums) {
      if (!inserted(session,
                    "INSERT INTO albums (id, artist_id, title) VALUES (:id, :artist, :title)",
                    album.id, album.artist, album.title)) {
        return already_loaded("album", album.id.str());
      }
      index_album(session, album.id);
    }
    for (const TrackRecord& track : records.tracks) {
      if (!inserted(session,
                    "INSERT INTO tracks (id, album_id, position, title, composer, duration_ms,"
                    " price_minor, currency) VALUES (:id, :album, :position, :title, :composer,"
                    " :duration, :price, :currency)",
                    track.id, track.album, track.position, track.title, track.composer,
                    track.duration_ms, track.price.minor_units, track.price.currency)) {
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

std::int64_t count_tracks(banyan::sql::ModuleDatabase& database, const banyan::Context& context) {
  return database.read(context, [](Session& session) {
    return session.value<std::int64_t>("SELECT count(*) FROM tracks").value_or(0);
  });
}

}  // namespace catalog

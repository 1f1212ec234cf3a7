// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "banyan/kernel/environment.hpp"
#include "catalog/port.hpp"

namespace banyan {
class UnitEnding;
namespace sql {
class ModuleDatabase;
}
}  // namespace banyan

/// For the application that hosts the module; other modules include port.hpp.
namespace catalog {

/// The catalogue asks nobody.
struct Needs {};

/// The module on its tables; migrations/catalog must have been applied. The references must
/// outlive it.
std::unique_ptr<Catalog> make_catalog(Needs needs, banyan::sql::ModuleDatabase& database,
                                      const banyan::Environment& environment);

struct ArtistRecord {
  ArtistId id;
  std::string name;
};

struct AlbumRecord {
  AlbumId id;
  ArtistId artist;
  std::string title;
};

struct TrackRecord {
  TrackId id;
  AlbumId album;
  std::int64_t position = 0;  ///< on the album, from 1
  std::string title;
  std::optional<std::string> composer;
  std::int64_t duration_ms = 0;
  banyan::Money price;
};

/// Rows for `load`. Parents come in the same batch or in an earlier one.
struct Records {
  std::span<const ArtistRecord> artists{};
  std::span<const AlbumRecord> albums{};
  std::span<const TrackRecord> tracks{};
};

/// Puts rows into the tables as they are, and tells nobody: one batch is one unit of work, so all
/// of it or nothing. AlreadyExists "catalog.already_loaded" when one of the ids is there.
banyan::Result<void> load(banyan::sql::ModuleDatabase& database, const banyan::Context& context,
                          const Records& records);

/// Are all of them there as `load` puts them there? One that was changed since is not.
bool holds(banyan::sql::ModuleDatabase& database, const banyan::Context& context,
           const Records& records);

/// How many there are of each: none in a catalogue that nothing was loaded into.
std::int64_t count_artists(banyan::sql::ModuleDatabase& database, const banyan::Context& context);
std::int64_t count_albums(banyan::sql::ModuleDatabase& database, const banyan::Context& context);
std::int64_t count_tracks(banyan::sql::ModuleDatabase& database, const banyan::Context& context);

/// Makes the search index anew from the tables and answers how many rows it has then. The module's
/// own writes keep it in step and a move takes it along, so this is for tables that were filled or
/// repaired by other hands.
banyan::Result<std::int64_t> rebuild_search(banyan::sql::ModuleDatabase& database,
                                            const banyan::Context& context);

/// The module on maps instead of tables, holding copies of `records`: for demonstrations and for
/// the tests of those who need a catalogue. `ending`, which must outlive it, gets what it
/// publishes.
std::unique_ptr<Catalog> make_memory_catalog(const Records& records,
                                             const banyan::Environment& environment,
                                             banyan::UnitEnding* ending = nullptr);

}  // namespace catalog

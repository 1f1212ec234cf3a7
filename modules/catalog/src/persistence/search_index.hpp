// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "banyan/sql/session.hpp"
#include "catalog/port.hpp"

/// The table catalog_search: FTS5 in SQLite, a tsvector in PostgreSQL. It is derived from the other
/// tables, row by row, in the unit of work that writes those.
namespace catalog {

/// See CatalogReading::search().
std::vector<SearchHit> search_index(banyan::sql::Session& session,
                                    const std::vector<std::string>& words, std::int64_t skip,
                                    std::int64_t limit);

/// The album, or the track, has just been written for the first time.
void index_album(banyan::sql::Session& session, const AlbumId& album);
void index_track(banyan::sql::Session& session, const TrackId& track);

/// The track has another title.
void index_again(banyan::sql::Session& session, const TrackId& track);

/// Everything anew; how many rows there are then.
std::int64_t index_everything(banyan::sql::Session& session);

}  // namespace catalog

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "banyan/kernel/store.hpp"
#include "catalog/port.hpp"

namespace catalog {

/// What can be looked up. Lists are in the order of ids and begin after `after` ("" is the start).
class CatalogReading {
 public:
  virtual ~CatalogReading() = default;
  virtual std::vector<AlbumSummary> albums(const std::optional<ArtistId>& artist,
                                           const std::string& after, std::int64_t limit) = 0;
  /// Without its tracks.
  virtual std::optional<AlbumSummary> album(const AlbumId& id) = 0;
  /// In the order in which they stand on the album.
  virtual std::vector<Track> tracks_on(const AlbumId& album) = 0;
  virtual std::vector<Track> tracks(const std::optional<AlbumId>& album, const std::string& after,
                                    std::int64_t limit) = 0;
  virtual std::optional<Track> track(const TrackId& id) = 0;
  /// Where all of `words` are, the last at least begun: the best first, without the first `skip`.
  /// The words are as search_words() makes them, and at least one.
  virtual std::vector<SearchHit> search(const std::vector<std::string>& words, std::int64_t skip,
                                        std::int64_t limit) = 0;
};

class CatalogWriting : public CatalogReading {
 public:
  /// The track exists.
  virtual void set_price(const TrackId& id, const banyan::Money& price) = 0;
  /// The track exists. It is found by the words of this title from now on.
  virtual void set_title(const TrackId& id, const std::string& title) = 0;
};

/// Keeps the catalogue between calls. Adapters: persistence/sql_catalog, memory_catalog; the
/// contract of the port, tests/contract/catalog, runs over both.
using CatalogStore = banyan::Store<CatalogReading, CatalogWriting>;

}  // namespace catalog

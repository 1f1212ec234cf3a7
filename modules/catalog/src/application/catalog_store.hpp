// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "catalog/port.hpp"
#include "kernel/store.hpp"

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
};

class CatalogWriting : public CatalogReading {
 public:
  /// The track exists.
  virtual void set_price(const TrackId& id, const banyan::Money& price) = 0;
};

/// Keeps the catalogue between calls. Adapters: persistence/soci_catalog, memory_catalog; the
/// contract of the port, tests/contract/catalog, runs over both.
using CatalogStore = banyan::Store<CatalogReading, CatalogWriting>;

}  // namespace catalog

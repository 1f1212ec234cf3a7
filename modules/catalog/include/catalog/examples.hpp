// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/examples.hpp"
#include "catalog/port.hpp"

/// Examples of each operation and each error, for /openapi.json.
namespace catalog {
namespace examples_of {

inline const ArtistId kArtist = banyan::example_id<ArtistId>(1);
inline const AlbumId kAlbum = banyan::example_id<AlbumId>(2);
inline const TrackId kTrack = banyan::example_id<TrackId>(3);

inline Track track() {
  return {.id = kTrack,
          .album = kAlbum,
          .title = "So What",
          .artist = "Miles Davis",
          .composer = "Miles Davis",
          .duration_ms = 562'000,
          .price = {129, "EUR"}};
}
inline AlbumSummary summary() { return {kAlbum, "Kind of Blue", {kArtist, "Miles Davis"}}; }

}  // namespace examples_of

inline auto examples() {
  using namespace examples_of;
  Track dearer = track();
  dearer.price = {149, "EUR"};
  Track retitled = track();
  retitled.title = "So What (Take 3)";
  return std::tuple(
      banyan::example(ListAlbums{.artist = kArtist, .cursor = {}, .limit = 20},
                      {{summary()}, std::nullopt}),
      banyan::example(GetAlbum{kAlbum},
                      {kAlbum, "Kind of Blue", {kArtist, "Miles Davis"}, {track()}}),
      banyan::example(ListTracks{.album = kAlbum, .cursor = {}, .limit = 1},
                      {{track()}, "dHJrXzAxOTJm"}),
      banyan::example(GetTrack{kTrack}, track()),
      banyan::example(GetTracks{{kTrack, banyan::example_id<TrackId>(99)}},
                      {{track()}, {banyan::example_id<TrackId>(99)}}),
      banyan::example(ChangePrice{kTrack, {149, "EUR"}}, dearer),
      banyan::example(RetitleTrack{kTrack, "So What (Take 3)"}, retitled),
      banyan::example(Search{.text = "miles so wh", .cursor = {}, .limit = 20},
                      {{{summary(), track()}, {summary(), std::nullopt}}, std::nullopt}));
}

inline std::vector<banyan::Error> example_errors() {
  using banyan::ErrorCode;
  return {{ErrorCode::InvalidArgument,
           "catalog.bad_cursor",
           "the cursor \"abc\" is none of this list: take next_cursor of the page before",
           {}},
          {ErrorCode::InvalidArgument, "catalog.bad_limit", "limit is 0, expected 1 to 200", {}},
          {ErrorCode::NotFound,
           "catalog.unknown_album",
           "there is no album " + examples_of::kAlbum.str(),
           {}},
          {ErrorCode::NotFound,
           "catalog.unknown_track",
           "there is no track " + examples_of::kTrack.str(),
           {}},
          {ErrorCode::InvalidArgument, "catalog.bad_id_count", "0 ids, expected 1 to 100", {}},
          {ErrorCode::InvalidArgument,
           "catalog.bad_price",
           "the price is -1 EUR, expected 0.00 to 1,000,000.00",
           {}},
          {ErrorCode::InvalidArgument,
           "catalog.bad_title",
           "a title is one line of 1 to 200 characters, not 0",
           {}},
          {ErrorCode::FailedPrecondition,
           "catalog.currency_differs",
           "the track is sold in EUR, and the price is in CHF",
           {}}};
}

}  // namespace catalog

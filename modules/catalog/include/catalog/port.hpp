// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "banyan/kernel/money.hpp"
#include "banyan/kernel/paging.hpp"
#include "banyan/kernel/port.hpp"
#include "catalog/ids.hpp"

/// What the shop sells: artists, their albums, the tracks on them, and what a track costs.
namespace catalog {

struct Artist {
  ArtistId id;
  std::string name;
  friend bool operator==(const Artist&, const Artist&) = default;
};
BOOST_DESCRIBE_STRUCT(Artist, (), (id, name))

struct Track {
  TrackId id;
  AlbumId album;
  std::string title;
  std::string artist;  ///< the artist's name, for display
  std::optional<std::string> composer;
  std::int64_t duration_ms = 0;
  banyan::Money price;
  friend bool operator==(const Track&, const Track&) = default;
};
BOOST_DESCRIBE_STRUCT(Track, (), (id, album, title, artist, composer, duration_ms, price))

struct AlbumSummary {
  AlbumId id;
  std::string title;
  Artist artist;
  friend bool operator==(const AlbumSummary&, const AlbumSummary&) = default;
};
BOOST_DESCRIBE_STRUCT(AlbumSummary, (), (id, title, artist))

struct Album {
  AlbumId id;
  std::string title;
  Artist artist;
  std::vector<Track> tracks;
  friend bool operator==(const Album&, const Album&) = default;
};
BOOST_DESCRIBE_STRUCT(Album, (), (id, title, artist, tracks))

struct AlbumPage {
  std::vector<AlbumSummary> albums;
  std::optional<std::string> next_cursor;  ///< absent on the last page
};
BOOST_DESCRIBE_STRUCT(AlbumPage, (), (albums, next_cursor))

struct TrackPage {
  std::vector<Track> tracks;
  std::optional<std::string> next_cursor;  ///< absent on the last page
};
BOOST_DESCRIBE_STRUCT(TrackPage, (), (tracks, next_cursor))

struct TracksFound {
  std::vector<Track> tracks;     ///< in the order that was asked for, each once
  std::vector<TrackId> unknown;  ///< those that do not exist
};
BOOST_DESCRIBE_STRUCT(TracksFound, (), (tracks, unknown))

/// Of albums and of tracks.
inline constexpr banyan::PageBounds kPage{.usual = 50, .most = 200};

struct ListAlbums {
  std::optional<ArtistId> artist;     ///< only this artist's
  std::optional<std::string> cursor;  ///< `next_cursor` of the page before
  std::optional<std::int64_t> limit;  ///< 1 … 200, else 50

  using Response = AlbumPage;
  static constexpr std::array limits{banyan::page_limit(kPage)};
  static constexpr banyan::Operation operation{
      .name = "list_albums",
      .effect = banyan::Effect::Read,
      .errors = banyan::errors("catalog.bad_cursor", "catalog.bad_limit"),
      .summary = "Albums with their artists, a page at a time."};
};
BOOST_DESCRIBE_STRUCT(ListAlbums, (), (artist, cursor, limit))

struct GetAlbum {
  AlbumId id;

  using Response = Album;
  static constexpr banyan::Operation operation{.name = "get_album",
                                               .effect = banyan::Effect::Read,
                                               .errors = banyan::errors("catalog.unknown_album"),
                                               .summary = "One album with all its tracks in order.",
                                               .precondition = "the album exists"};
};
BOOST_DESCRIBE_STRUCT(GetAlbum, (), (id))

struct ListTracks {
  std::optional<AlbumId> album;       ///< only those on this album
  std::optional<std::string> cursor;  ///< `next_cursor` of the page before
  std::optional<std::int64_t> limit;  ///< 1 … 200, else 50

  using Response = TrackPage;
  static constexpr std::array limits{banyan::page_limit(kPage)};
  static constexpr banyan::Operation operation{
      .name = "list_tracks",
      .effect = banyan::Effect::Read,
      .errors = banyan::errors("catalog.bad_cursor", "catalog.bad_limit"),
      .summary = "Tracks with their prices, a page at a time."};
};
BOOST_DESCRIBE_STRUCT(ListTracks, (), (album, cursor, limit))

struct GetTrack {
  TrackId id;

  using Response = Track;
  static constexpr banyan::Operation operation{.name = "get_track",
                                               .effect = banyan::Effect::Read,
                                               .errors = banyan::errors("catalog.unknown_track"),
                                               .summary = "One track with its price.",
                                               .precondition = "the track exists"};
};
BOOST_DESCRIBE_STRUCT(GetTrack, (), (id))

struct GetTracks {
  std::vector<TrackId> ids;  ///< 1 … 100; one that is named twice is answered once

  using Response = TracksFound;
  static constexpr banyan::Operation operation{
      .name = "get_tracks",
      .effect = banyan::Effect::Read,
      .errors = banyan::errors("catalog.bad_id_count"),
      .summary = "Several tracks in one call; says which of the ids are unknown."};
};
BOOST_DESCRIBE_STRUCT(GetTracks, (), (ids))

struct ChangePrice {
  TrackId id;
  banyan::Money price;  ///< not negative, at most 1,000,000.00; in the currency of the old price

  using Response = Track;
  static constexpr banyan::Operation operation{
      .name = "change_price",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors =
          banyan::errors("catalog.unknown_track", "catalog.bad_price", "catalog.currency_differs"),
      .summary = "Sets what a track costs from now on; orders keep the price they were placed at.",
      .precondition = "the track exists and is sold in this currency",
      .postcondition = "the track has this price"};
};
BOOST_DESCRIBE_STRUCT(ChangePrice, (), (id, price))

struct RetitleTrack {
  TrackId id;
  std::string title;  ///< one line of 1 … 200 characters

  using Response = Track;
  static constexpr banyan::Operation operation{
      .name = "retitle_track",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("catalog.unknown_track", "catalog.bad_title"),
      .summary = "Sets what a track is called; orders keep the title they were placed with.",
      .precondition = "the track exists",
      .postcondition = "the track has this title, and is found by its words"};
};
BOOST_DESCRIBE_STRUCT(RetitleTrack, (), (id, title))

/// An album, or a track with the album that it is on.
struct SearchHit {
  AlbumSummary album;
  std::optional<Track> track;  ///< absent when it is the album itself
  friend bool operator==(const SearchHit&, const SearchHit&) = default;
};
BOOST_DESCRIBE_STRUCT(SearchHit, (), (album, track))

struct SearchPage {
  std::vector<SearchHit> hits;             ///< the best first
  std::optional<std::string> next_cursor;  ///< absent on the last page
};
BOOST_DESCRIBE_STRUCT(SearchPage, (), (hits, next_cursor))

/// Of what was found.
inline constexpr banyan::PageBounds kSearchPage{.usual = 20, .most = 100};

struct Search {
  /// What a person types. All of its words must be there, in the title, the artist's name or the
  /// album's title, the last one at least begun; case, accents and punctuation make no difference.
  /// Words after the twelfth do not count; a text without a word finds nothing.
  std::string text;
  std::optional<std::string> cursor;  ///< `next_cursor` of the page before
  std::optional<std::int64_t> limit;  ///< 1 … 100, else 20

  using Response = SearchPage;
  static constexpr std::array limits{banyan::page_limit(kSearchPage)};
  static constexpr banyan::Operation operation{
      .name = "search",
      .effect = banyan::Effect::Read,
      .errors = banyan::errors("catalog.bad_cursor", "catalog.bad_limit"),
      .summary = "Albums and tracks that match some words, the best first, a page at a time."};
};
BOOST_DESCRIBE_STRUCT(Search, (), (text, cursor, limit))

struct Catalog : banyan::Port<ListAlbums, GetAlbum, ListTracks, GetTrack, GetTracks, ChangePrice,
                              RetitleTrack, Search> {
  static constexpr banyan::PortInfo port{
      .name = "catalog", .version = {1, 2}, .summary = "Artists, albums, tracks and their prices"};
};

}  // namespace catalog

// SPDX-License-Identifier: Apache-2.0
#include "web/albums.hpp"

#include <algorithm>

#include "web/cover.hpp"
#include "web/words.hpp"

namespace recordshop::web {
namespace {

using banyan::http::Response;
using catalog::AlbumSummary;
using catalog::Track;

constexpr std::int64_t kOnStartPage = 12;
constexpr std::int64_t kInList = 24;
// Beyond these the stock is not asked for: a page is no inventory.
constexpr std::size_t kMostStockQuestions = 60;

std::string album_url(const catalog::AlbumId& album) { return "/shop/albums/" + album.str(); }
std::string artist_url(const catalog::ArtistId& artist) {
  return "/shop/albums" + query_of({{"artist", artist.str()}});
}

// The words beside it say the same.
Html cover(const catalog::AlbumId& album, std::string_view size) {
  return void_element("img", {{"src", "/shop/covers/" + album.str()},
                              {"alt", ""},
                              {"width", size},
                              {"height", size},
                              {"loading", "lazy"}});
}

Html album_card(const AlbumSummary& album) {
  return tag(
      "li", {{"class", "card"}},
      tag("a", {{"href", album_url(album.id)}},
          tag("span", {{"class", "sleeve"}}, cover(album.id, "300")),
          tag("span", {{"class", "title"}}, album.title)),
      tag("a", {{"class", "artist"}, {"href", artist_url(album.artist.id)}}, album.artist.name));
}

Html album_grid(const std::vector<AlbumSummary>& albums) {
  return tag("ul", {{"class", "grid"}, {"role", "list"}}, each(albums, album_card));
}

Html add_form(Visit& visit, const Track& track) {
  return post_form(visit, "add quiet", "/shop/basket",
                   hidden("track", track.id.str()) + hidden("copies", "+1") +
                       hidden("back", visit.request().head.target) +
                       tag("button", {{"type", "submit"}}, "Add",
                           tag("span", {{"class", "hidden"}}, " ", track.title, " to the basket")));
}

using StockAnswer = banyan::Result<warehouse::Stock>;

std::vector<banyan::Pending<warehouse::Stock>> ask_stock(Modules& modules,
                                                         const std::vector<Track>& tracks,
                                                         const banyan::Context& context) {
  std::vector<banyan::Pending<warehouse::Stock>> pending;
  for (const Track& track : tracks) {
    if (pending.size() == kMostStockQuestions) break;
    pending.push_back(modules.warehouse.start(warehouse::GetStock{track.id}, context));
  }
  return pending;
}

std::vector<StockAnswer> answers(std::vector<banyan::Pending<warehouse::Stock>> pending) {
  std::vector<StockAnswer> all;
  for (auto& each : pending) all.push_back(answer(std::move(each)));
  return all;
}

bool cannot_be_reached(const StockAnswer& stock) { return !stock && !is_missing(stock.error()); }

Html stock_text(const StockAnswer* stock) {
  if (stock == nullptr || cannot_be_reached(*stock)) return {};
  const std::int64_t available = *stock ? (*stock)->available : 0;
  if (available == 0) return tag("span", {{"class", "stock none"}}, "Sold out");
  if (available <= 5) {
    return tag("span", {{"class", "stock few"}}, "Only ", std::to_string(available), " left");
  }
  return tag("span", {{"class", "stock"}}, "In stock");
}

Html track_row(Visit& visit, const Track& track, std::size_t number, const StockAnswer* stock) {
  const Html by = track.composer ? tag("span", {{"class", "composer"}}, *track.composer) : Html();
  return tag("li", {{"class", "track"}},
             tag("span", {{"class", "number"}, {"aria-hidden", "true"}}, std::to_string(number)),
             tag("span", {{"class", "name"}}, tag("span", {{"class", "title"}}, track.title), by),
             tag("span", {{"class", "length"}}, duration_text(track.duration_ms)),
             stock_text(stock), tag("span", {{"class", "price"}}, price_text(track.price)),
             add_form(visit, track));
}

Html track_list(Visit& visit, const std::vector<Track>& tracks,
                const std::vector<StockAnswer>& stock) {
  Html rows;
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    rows += track_row(visit, tracks[i], i + 1, i < stock.size() ? &stock[i] : nullptr);
  }
  const bool hole = std::ranges::any_of(stock, cannot_be_reached);
  return tag("ol", {{"class", "tracks"}, {"role", "list"}}, rows) +
         (hole ? gap("How many copies there are") : Html());
}

Html hit_row(Visit& visit, const catalog::SearchHit& hit) {
  const Html where =
      tag("span", {{"class", "composer"}},
          tag("a", {{"href", artist_url(hit.album.artist.id)}}, hit.album.artist.name),
          hit.track ? Html(" · ") + tag("a", {{"href", album_url(hit.album.id)}}, hit.album.title)
                    : Html());
  const Html name = tag("span", {{"class", "name"}},
                        tag("a", {{"class", "title"}, {"href", album_url(hit.album.id)}},
                            hit.track ? hit.track->title : hit.album.title),
                        where);
  const Html sleeve = tag("span", {{"class", "thumb"}}, cover(hit.album.id, "56"));
  if (!hit.track) {
    return tag("li", {{"class", "track hit"}}, sleeve, name,
               tag("span", {{"class", "kind"}}, "Album"));
  }
  return tag("li", {{"class", "track hit"}}, sleeve, name,
             tag("span", {{"class", "length"}}, duration_text(hit.track->duration_ms)),
             tag("span", {{"class", "price"}}, price_text(hit.track->price)),
             add_form(visit, *hit.track));
}

/// What is shown where the catalogue should be, and the status that says so to machines.
Page without_catalogue(std::string title, Html before) {
  return {.title = std::move(title),
          .main = std::move(before) + gap("The catalogue"),
          .section = "albums",
          .status = 503};
}

// Only what a wrong address can come to: the modules' own rules are about what programs send.
bool asked_wrongly(const banyan::Error& error) {
  return is_missing(error) || error.code == banyan::ErrorCode::InvalidArgument;
}

}  // namespace

Response start_page(Modules& modules, Visit& visit) {
  const auto albums = answer(modules.catalog.start(
      catalog::ListAlbums{.artist = {}, .cursor = {}, .limit = kOnStartPage}, visit.context()));
  Html main = tag("section", {{"class", "hero"}},
                  tag("div", {}, tag("h1", {}, "Records worth keeping."),
                      tag("p", {},
                          "Single tracks and whole albums, picked by people who listen before they"
                          " sell. Find yours, put it in the basket, and watch it on its way."),
                      tag("p", {},
                          tag("a", {{"class", "button strong"}, {"href", "/shop/albums"}},
                              "Browse all albums"))),
                  tag("span", {{"class", "disc"}, {"aria-hidden", "true"}})) +
              tag("h2", {}, "On the shelf");
  if (!albums) return show(visit, without_catalogue("", std::move(main)));
  main += album_grid(albums->albums);
  if (albums->next_cursor) {
    main += more_link("/shop/albums" + query_of({{"cursor", *albums->next_cursor}}));
  }
  return show(visit, {.title = {}, .main = std::move(main), .section = "start"});
}

Response albums_page(Modules& modules, Visit& visit) {
  catalog::ListAlbums question{.artist = {}, .cursor = {}, .limit = kInList};
  const std::string& artist = visit.query().get("artist");
  if (!artist.empty()) {
    question.artist = catalog::ArtistId::parse(artist);
    if (!question.artist) return show_not_found(visit);
  }
  if (const std::string& cursor = visit.query().get("cursor"); !cursor.empty()) {
    question.cursor = cursor;
  }
  const auto albums = answer(modules.catalog.start(question, visit.context()));
  std::string title = "All albums";
  if (albums && question.artist) {
    if (albums->albums.empty()) return show_not_found(visit);
    title = "Albums by " + albums->albums.front().artist.name;
  }
  Html main = tag("h1", {}, title);
  if (!albums) {
    if (asked_wrongly(albums.error())) return show_not_found(visit);
    return show(visit, without_catalogue(title, std::move(main)));
  }
  main += album_grid(albums->albums);
  if (albums->next_cursor) {
    main += more_link("/shop/albums" +
                      query_of({{"artist", artist}, {"cursor", *albums->next_cursor}}));
  }
  return show(visit, {.title = title, .main = std::move(main), .section = "albums"});
}

Response album_page(Modules& modules, Visit& visit) {
  const auto id = catalog::AlbumId::parse(visit.segment(2));
  if (!id) return show_not_found(visit);
  const auto album = answer(modules.catalog.start(catalog::GetAlbum{*id}, visit.context()));
  if (!album) {
    if (asked_wrongly(album.error())) return show_not_found(visit);
    return show(visit, without_catalogue("An album", tag("h1", {}, "An album")));
  }
  const auto stock = answers(ask_stock(modules, album->tracks, visit.context()));
  std::int64_t whole = 0;
  for (const Track& track : album->tracks) whole += track.duration_ms;
  const auto tracks = static_cast<std::int64_t>(album->tracks.size());
  Html main = tag(
      "article", {{"class", "album"}},
      tag("div", {{"class", "front"}}, tag("span", {{"class", "sleeve out"}}, cover(*id, "300"))),
      tag("div", {{"class", "back"}}, tag("h1", {}, album->title),
          tag("p", {{"class", "by"}}, "by ",
              tag("a", {{"href", artist_url(album->artist.id)}}, album->artist.name)),
          tag("p", {{"class", "facts"}}, count_text(tracks, "track"), " · ", duration_text(whole)),
          track_list(visit, album->tracks, stock)));
  return show(visit, {.title = album->title + " by " + album->artist.name,
                      .main = std::move(main),
                      .section = "albums"});
}

Response search_page(Modules& modules, Visit& visit) {
  const std::string& text = visit.query().get("text");
  catalog::Search question{.text = text, .cursor = {}, .limit = {}};
  if (const std::string& cursor = visit.query().get("cursor"); !cursor.empty()) {
    question.cursor = cursor;
  }
  const std::string title = text.empty() ? "Search" : "Search for “" + text + "”";
  Html main = tag("h1", {}, title);
  const auto found = answer(modules.catalog.start(question, visit.context()));
  if (!found) {
    if (asked_wrongly(found.error())) return show_not_found(visit);
    return show(visit, without_catalogue(title, std::move(main)));
  }
  Html results;
  if (!found->hits.empty()) {
    results += tag("ul", {{"class", "tracks"}, {"role", "list"}},
                   each(found->hits, [&](const auto& hit) { return hit_row(visit, hit); }));
    if (found->next_cursor) {
      results +=
          more_link("/shop/search" + query_of({{"text", text}, {"cursor", *found->next_cursor}}));
    }
  } else if (text.empty()) {
    results += tag("p", {}, "Type a few words of a title, or the name of an artist.");
  } else {
    results += tag("p", {},
                   "Nothing matches all of these words. Try fewer of them, or only the"
                   " beginning of one.");
  }
  main += tag("div", {{"id", "results"}}, results);
  return show(visit, {.title = title, .main = std::move(main), .section = "search"});
}

Response album_cover(std::string_view id) {
  Response response;
  response.head.fields.add("X-Content-Type-Options", "nosniff");
  const auto album = catalog::AlbumId::parse(id);
  if (!album) {
    response.head.status = 404;
    response.head.fields.add("Content-Type", "text/plain; charset=utf-8");
    response.body = "There is no such album.\n";
    return response;
  }
  response.head.fields.add("Content-Type", "image/svg+xml");
  response.head.fields.add("Cache-Control", "public, max-age=86400");
  response.head.fields.add("Content-Security-Policy", "default-src 'none'");
  response.body = cover_of(*album);
  return response;
}

}  // namespace recordshop::web

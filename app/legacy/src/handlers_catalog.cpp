// handlers_catalog.cpp -- what we sell. (C, 2019)
#include "cache.h"
#include "db.h"
#include "errors.h"
#include "handlers.h"
#include "json.h"
#include "pricelist.h"

namespace {

const char* const kTracks =
    "SELECT i.pub_id, b.pub_id AS album, i.title, a.name AS artist, i.composer, i.duration_ms, i.price,"
    " i.currency FROM item i JOIN albums b ON b.id = i.album_id JOIN artists a ON a.id = b.artist_id ";

const char* const kAlbums =
    "SELECT b.pub_id, b.title, a.pub_id AS artist, a.name FROM albums b JOIN artists a ON a.id = b.artist_id ";

void album_fields(Json& json, const DbRows& rows, int i) {
  json.str("id", rows.str(i, "pub_id"));
  json.str("title", rows.str(i, "title"));
  json.begin("artist");
  json.str("id", rows.str(i, "artist"));
  json.str("name", rows.str(i, "name"));
  json.end();
}

void track_fields(Json& json, const DbRows& rows, int i) {
  json.str("id", rows.str(i, "pub_id"));
  json.str("album", rows.str(i, "album"));
  json.str("title", rows.str(i, "title"));
  json.str("artist", rows.str(i, "artist"));
  if (!rows.is_null(i, "composer")) json.str("composer", rows.str(i, "composer"));
  json.num("duration_ms", rows.num(i, "duration_ms"));
  json.money("price", rows.num(i, "price"), rows.str(i, "currency"));
}

void put_tracks(Json& json, const DbRows& rows, int most) {
  json.begin_list("tracks");
  for (int i = 0; i < rows.count() && i < most; ++i) {
    json.begin();
    track_fields(json, rows, i);
    json.end();
  }
  json.end_list();
}

const char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string base64(const std::string& bytes) {
  std::string out;
  unsigned window = 0;
  int bits = 0;
  for (const char byte : bytes) {
    window = (window << 8) | static_cast<unsigned char>(byte);
    for (bits += 8; bits >= 6;) {
      bits -= 6;
      out += kDigits[(window >> bits) & 63];
    }
  }
  if (bits > 0) out += kDigits[(window << (6 - bits)) & 63];
  return out;
}

// "" when it is none.
std::string from_base64(const std::string& text) {
  std::string out;
  unsigned window = 0;
  int bits = 0;
  for (const char c : text) {
    const auto value = std::string(kDigits).find(c);
    if (value == std::string::npos) return "";
    window = (window << 6) | static_cast<unsigned>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>((window >> bits) & 255);
    }
  }
  return out;
}

// The words of what somebody has typed, in lower case.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : lower(text) + ' ') {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80) != 0;
    if (letter) {
      word += c;
    } else if (!word.empty() && words.size() < 12) {
      words.push_back(word);
      word.clear();
    } else {
      word.clear();
    }
  }
  return words;
}

std::string like_all(const std::vector<std::string>& words, const std::string& in) {
  std::string where;
  for (const auto& word : words) {
    // Letters and digits only, see words_of().
    where += (where.empty() ? "" : " AND ") + in + " LIKE '%" + word + "%'";
  }
  return where;
}

}  // namespace

std::string cursor_made(const std::string& list, const std::string& position) {
  return base64(list + '\n' + position);
}

int cursor_read(const Request& request, Response& response, const std::string& list, std::string* position) {
  const auto cursor = request.asked("cursor");
  position->clear();
  if (cursor.empty()) return 1;
  const auto plain = from_base64(cursor);
  if (plain.compare(0, list.size() + 1, list + '\n') != 0 || base64(plain) != cursor) {
    response.fail(ERR_BAD_INPUT, "cursor");
    return 0;
  }
  *position = plain.substr(list.size() + 1);
  return 1;
}

int limit_read(const Request& request, Response& response, int usual, int most, int* limit) {
  const auto text = request.asked("limit");
  *limit = text.empty() ? usual : static_cast<int>(to_number(text, -1));
  if (*limit >= 1 && *limit <= most) return 1;
  response.fail(ERR_BAD_INPUT, "limit is from 1 to " + std::to_string(most));
  return 0;
}

void list_albums(const Request& request, Response& response) {
  std::string after;
  int limit = 0;
  if (!limit_read(request, response, 50, 200, &limit)) return;
  if (!cursor_read(request, response, "albums", &after)) return;
  const auto artist = request.asked("artist");
  DbRows rows;
  const auto sql = std::string(kAlbums) + "WHERE b.pub_id > %Q AND (%Q = '' OR a.pub_id = %Q)"
                                          " ORDER BY b.pub_id LIMIT %d";
  if (db_queryf(&rows, sql.c_str(), after.c_str(), artist.c_str(), artist.c_str(), limit + 1) < 0)
    return response.fail(ERR_DATABASE);
  Json json;
  json.begin();
  json.begin_list("albums");
  for (int i = 0; i < rows.count() && i < limit; ++i) {
    json.begin();
    album_fields(json, rows, i);
    json.end();
  }
  json.end_list();
  if (rows.count() > limit) json.str("next_cursor", cursor_made("albums", rows.str(limit - 1, "pub_id")));
  json.end();
  response.json(json.text());
}

void get_album(const Request& request, Response& response) {
  const auto id = request.param("id");
  DbRows albums;
  DbRows tracks;
  const auto sql = std::string(kAlbums) + "WHERE b.pub_id = %Q";
  if (db_queryf(&albums, sql.c_str(), id.c_str()) < 0) return response.fail(ERR_DATABASE);
  if (albums.count() == 0) return response.fail(ERR_NOT_FOUND, id);
  const auto on_it = std::string(kTracks) + "WHERE b.pub_id = %Q ORDER BY i.position, i.pub_id";
  if (db_queryf(&tracks, on_it.c_str(), id.c_str()) < 0) return response.fail(ERR_DATABASE);
  Json json;
  json.begin();
  album_fields(json, albums, 0);
  put_tracks(json, tracks, tracks.count());
  json.end();
  response.json(json.text());
}

void list_tracks(const Request& request, Response& response) {
  std::string after;
  int limit = 0;
  if (!limit_read(request, response, 50, 200, &limit)) return;
  if (!cursor_read(request, response, "tracks", &after)) return;
  const auto album = request.asked("album");
  DbRows rows;
  const auto sql = std::string(kTracks) + "WHERE i.pub_id > %Q AND (%Q = '' OR b.pub_id = %Q)"
                                          " ORDER BY i.pub_id LIMIT %d";
  if (db_queryf(&rows, sql.c_str(), after.c_str(), album.c_str(), album.c_str(), limit + 1) < 0)
    return response.fail(ERR_DATABASE);
  Json json;
  json.begin();
  put_tracks(json, rows, limit);
  if (rows.count() > limit) json.str("next_cursor", cursor_made("tracks", rows.str(limit - 1, "pub_id")));
  json.end();
  response.json(json.text());
}

void get_track(const Request& request, Response& response) {
  const auto id = request.param("id");
  DbRows rows;
  const auto sql = std::string(kTracks) + "WHERE i.pub_id = %Q";
  if (db_queryf(&rows, sql.c_str(), id.c_str()) < 0) return response.fail(ERR_DATABASE);
  if (rows.count() == 0) return response.fail(ERR_NOT_FOUND, id);
  Json json;
  json.begin();
  track_fields(json, rows, 0);
  json.end();
  response.json(json.text());
}

void get_tracks(const Request& request, Response& response) {
  const auto ids = request.asked_all("ids");
  if (ids.empty() || ids.size() > 100) return response.fail(ERR_BAD_INPUT, "1 to 100 ids");
  Json found;
  Json unknown;
  found.begin_list("");
  unknown.begin_list("");
  std::map<std::string, bool> seen;
  for (const auto& id : ids) {
    if (seen[id]) continue;
    seen[id] = true;
    DbRows rows;
    const auto sql = std::string(kTracks) + "WHERE i.pub_id = %Q";
    if (db_queryf(&rows, sql.c_str(), id.c_str()) < 0) return response.fail(ERR_DATABASE);
    if (rows.count() == 0) {
      unknown.str("", id);
      continue;
    }
    found.begin();
    track_fields(found, rows, 0);
    found.end();
  }
  found.end_list();
  unknown.end_list();
  response.json("{\"tracks\":" + found.text() + ",\"unknown\":" + unknown.text() + "}");
}

void search(const Request& request, Response& response) {
  std::string after;
  int limit = 0;
  if (!limit_read(request, response, 20, 100, &limit)) return;
  if (!cursor_read(request, response, "search", &after)) return;
  const i64 skip = after.empty() ? 0 : to_number(after, -1);
  if (skip < 0) return response.fail(ERR_BAD_INPUT, "cursor");
  const auto words = words_of(request.asked("text"));
  Json json;
  json.begin();
  json.begin_list("hits");
  DbRows rows;
  if (!words.empty()) {
    // Albums first, then their tracks; whoever looks for an artist finds all of both.
    const auto sql =
        "SELECT * FROM (SELECT b.pub_id, b.title, a.pub_id AS artist, a.name, NULL AS track, NULL AS song,"
        " NULL AS composer, 0 AS duration_ms, 0 AS price, '' AS currency, 0 AS place FROM albums b"
        " JOIN artists a ON a.id = b.artist_id WHERE " +
        like_all(words, "b.title || ' ' || a.name") +
        " UNION ALL SELECT b.pub_id, b.title, a.pub_id, a.name, i.pub_id, i.title, i.composer, i.duration_ms,"
        " i.price, i.currency, 1 FROM item i JOIN albums b ON b.id = i.album_id"
        " JOIN artists a ON a.id = b.artist_id WHERE " +
        like_all(words, "i.title || ' ' || a.name || ' ' || b.title") +
        ") ORDER BY place, pub_id, track LIMIT " + std::to_string(limit + 1) + " OFFSET " + std::to_string(skip);
    if (Db::instance()->query(sql.c_str(), &rows) < 0) return response.fail(ERR_DATABASE);
  }
  for (int i = 0; i < rows.count() && i < limit; ++i) {
    json.begin();
    json.begin("album");
    album_fields(json, rows, i);
    json.end();
    if (!rows.is_null(i, "track")) {
      json.begin("track");
      json.str("id", rows.str(i, "track"));
      json.str("album", rows.str(i, "pub_id"));
      json.str("title", rows.str(i, "song"));
      json.str("artist", rows.str(i, "name"));
      if (!rows.is_null(i, "composer")) json.str("composer", rows.str(i, "composer"));
      json.num("duration_ms", rows.num(i, "duration_ms"));
      json.money("price", rows.num(i, "price"), rows.str(i, "currency"));
      json.end();
    }
    json.end();
  }
  json.end_list();
  if (rows.count() > limit) json.str("next_cursor", cursor_made("search", std::to_string(skip + limit)));
  json.end();
  response.json(json.text());
}

void change_price(const Request& request, Response& response) {
  if (!from_the_desk(request, response)) return;
  const JsonIn body(request.body);
  const auto price = body.inner("price");
  const i64 minor = price.num("minor_units", -1);
  const auto currency = price.str("currency");
  if (minor < 0 || minor > 100000000) return response.fail(ERR_BAD_INPUT, "a price is from 0 to 1000000.00");
  const auto id = request.param("id");
  DbRows rows;
  if (db_queryf(&rows, "SELECT currency FROM item WHERE pub_id = %Q", id.c_str()) < 0)
    return response.fail(ERR_DATABASE);
  if (rows.count() == 0) return response.fail(ERR_NOT_FOUND, id);
  if (rows.str(0, "currency") != currency) return response.fail(ERR_MIXED_CURRENCIES);
  if (db_execf("UPDATE item SET price = %lld, price_changed = %lld WHERE pub_id = %Q", minor, shop_now(),
               id.c_str()) < 0)
    return response.fail(ERR_DATABASE);
  PriceCache::getInstance()->forget(id);
  get_track(request, response);
}

void delete_track(const Request& request, Response& response) {
  if (!from_the_desk(request, response)) return;
  const auto id = request.param("id");
  DbRows rows;
  if (db_queryf(&rows, "SELECT id FROM item WHERE pub_id = %Q", id.c_str()) < 0)
    return response.fail(ERR_DATABASE);
  if (rows.count() == 0) return response.fail(ERR_NOT_FOUND, id);
  // Nobody asks whether it was ever sold: the foreign keys know.
  if (db_execf("DELETE FROM item WHERE id = %lld", rows.num(0, "id")) < 0)
    return response.fail(ERR_IN_USE, Db::instance()->last_error());
  PriceCache::getInstance()->forget(id);
  response.status = 204;
}

void price_list(const Request&, Response& response) {
  response.type = "application/xml";
  response.body = priceListXml();
}

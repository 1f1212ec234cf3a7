// SPDX-License-Identifier: Apache-2.0
#include "data/chinook.hpp"

#include <cmath>
#include <map>
#include <set>

#include "data/chinook_check.hpp"
#include "data/chinook_customers.hpp"
#include "data/stable_ids.hpp"

namespace recordshop {
namespace {

using banyan::Money;
using banyan::Timestamp;
using Row = banyan::sqlite::Statement;

constexpr Timestamp kEpoch{1'200'000'000'000'000};  // 2008-01-10: before everything in there
constexpr std::uint64_t kSeed = 0x4348494e4f4f4b;   // "CHINOOK"
constexpr std::int64_t kHotTracks = 20;

enum Salt : std::uint64_t { kArtist = 1, kAlbum, kTrack, kStock, kOrder, kCustomer };

/// Dollars, stored as a floating-point number, in cents. Nothing when they are no whole cents.
std::optional<std::int64_t> cents(double dollars) {
  constexpr double kLargest = 1e12;
  const double scaled = dollars * 100;
  const double whole = std::round(scaled);
  if (!(std::abs(scaled - whole) < 1e-6) || whole < 0 || whole > kLargest) return std::nullopt;
  return static_cast<std::int64_t>(whole);
}

/// "2021-01-01 00:00:00", in UTC.
std::optional<Timestamp> time_of(std::string text) {
  if (text.size() == 10) text += " 00:00:00";
  if (text.size() < 19) return std::nullopt;
  text[10] = 'T';
  return banyan::timestamp_from(text + 'Z');
}

class ChinookData final : public ShopData {
 public:
  ChinookData(std::string file, banyan::sqlite::Connection reader)
      : file_(std::move(file)), reader_(std::move(reader)) {
    size_ = {reader_.number("SELECT count(*) FROM Artist"),
             reader_.number("SELECT count(*) FROM Album"),
             reader_.number("SELECT count(*) FROM Track"),
             reader_.number("SELECT count(*) FROM Track"),
             reader_.number("SELECT count(*) FROM Customer"),
             reader_.number("SELECT count(*) FROM Invoice")};
    reader_.each(
        "SELECT TrackId FROM InvoiceLine GROUP BY TrackId ORDER BY sum(Quantity) DESC, TrackId"
        " LIMIT " +
            std::to_string(kHotTracks),
        [this](const Row& row) { hot_.insert(row.number(0)); });
  }

  std::string name() const override { return "the Chinook database " + file_; }
  ShopSize size() const override { return size_; }

  void artists(const Take<catalog::ArtistRecord>& take) override {
    Batcher<catalog::ArtistRecord> batch(take);
    reader_.each("SELECT ArtistId, Name FROM Artist ORDER BY ArtistId", [&](const Row& row) {
      batch.add({artist_id(row.number(0)), row.optional_text(1).value_or("(unknown artist)")});
    });
    batch.flush();
  }

  void albums(const Take<catalog::AlbumRecord>& take) override {
    Batcher<catalog::AlbumRecord> batch(take);
    reader_.each("SELECT AlbumId, ArtistId, Title FROM Album ORDER BY AlbumId",
                 [&](const Row& row) {
                   batch.add({album_id(row.number(0)), artist_id(row.number(1)), row.text(2)});
                 });
    batch.flush();
  }

  void tracks(const Take<catalog::TrackRecord>& take) override {
    Batcher<catalog::TrackRecord> batch(take);
    std::map<std::int64_t, std::int64_t> on_album;
    each_track([&](const Row& row, std::int64_t price) {
      const std::int64_t album = row.number(1);
      batch.add({track_id(row.number(0)), album_id(album), ++on_album[album], row.text(2),
                 row.optional_text(3), row.number(4), Money{price, "USD"}});
    });
    batch.flush();
  }

  void stock(const Take<warehouse::StockRecord>& take) override {
    Batcher<warehouse::StockRecord> batch(take);
    each_track([&](const Row& row, std::int64_t /*price*/) {
      const std::int64_t id = row.number(0);
      const auto some = static_cast<std::int64_t>(
          scrambled(kSeed, kStock, static_cast<std::uint64_t>(id)) % 1'000);
      batch.add({track_id(id), hot_.contains(id) ? 3 + some % 8 : 40 + some % 160});
    });
    batch.flush();
  }

  void customers(const Take<customers::CustomerRecord>& take) override {
    Batcher<customers::CustomerRecord> batch(take);
    problems_of_customers_ = each_chinook_customer(reader_, [&](std::int64_t number, auto record) {
      record.id = stable_id<customers::CustomerId>(kSeed, kCustomer, number, kEpoch);
      record.opened_at = kEpoch;
      batch.add(std::move(record));
    });
    batch.flush();
  }

  void orders(const Take<orders::OrderRecord>& take) override {
    Batcher<orders::OrderRecord> batch(take);
    std::map<std::int64_t, std::vector<orders::OrderLine>> lines = lines_by_invoice();
    problems_of_orders_.clear();
    reader_.each("SELECT InvoiceId, CustomerId, InvoiceDate, Total FROM Invoice ORDER BY InvoiceId",
                 [&](const Row& row) {
                   const std::int64_t invoice = row.number(0);
                   const std::string name = "invoice " + std::to_string(invoice);
                   const std::optional<Timestamp> placed = time_of(row.text(2));
                   const auto found = lines.find(invoice);
                   if (!placed || found == lines.end()) {
                     problems_of_orders_.push_back(
                         name + (placed ? " has no lines that could be mapped"
                                        : " has a date that is none: '" + row.text(2) + "'"));
                     return;
                   }
                   check_total(name, found->second, row.real(3));
                   batch.add({order_id(invoice, *placed), customer_id(row.number(1)),
                              orders::OrderState::Delivered, *placed, std::move(found->second)});
                 });
    batch.flush();
  }

  std::vector<std::string> not_mapped() const override {
    std::vector<std::string> list;
    const auto lacks = [&](std::string_view table, const std::string& why) {
      const std::int64_t rows = count_of(table);
      if (rows > 0) {
        list.push_back(std::to_string(rows) + " rows of " + std::string(table) + ": " + why);
      }
    };
    lacks("Employee", "the shop has no employees");
    lacks("Genre", "the catalogue has no genres");
    lacks("MediaType", "the catalogue has no media types");
    lacks("Playlist", "the shop has no playlists");
    lacks("PlaylistTrack", "the shop has no playlists");
    list.emplace_back(
        "Track.Bytes, the billing addresses of Invoice, and companies and telephone numbers of"
        " Customer: the shop does not use them");
    list.insert(list.end(), problems_of_tracks_.begin(), problems_of_tracks_.end());
    list.insert(list.end(), problems_of_customers_.begin(), problems_of_customers_.end());
    list.insert(list.end(), problems_of_orders_.begin(), problems_of_orders_.end());
    return list;
  }

 private:
  static catalog::ArtistId artist_id(std::int64_t number) {
    return stable_id<catalog::ArtistId>(kSeed, kArtist, number, kEpoch);
  }
  static catalog::AlbumId album_id(std::int64_t number) {
    return stable_id<catalog::AlbumId>(kSeed, kAlbum, number, kEpoch);
  }
  static catalog::TrackId track_id(std::int64_t number) {
    return stable_id<catalog::TrackId>(kSeed, kTrack, number, kEpoch);
  }
  static orders::CustomerId customer_id(std::int64_t number) {
    return stable_id<orders::CustomerId>(kSeed, kCustomer, number, kEpoch);
  }
  static orders::OrderId order_id(std::int64_t number, Timestamp placed) {
    banyan::SeededRandom random(scrambled(kSeed, kOrder, static_cast<std::uint64_t>(number)));
    return orders::OrderId::make(placed, random);
  }

  /// The tracks that can be sold; `take` also gets the price in cents.
  void each_track(const std::function<void(const Row&, std::int64_t)>& take) {
    problems_of_tracks_.clear();
    reader_.each(
        "SELECT TrackId, AlbumId, Name, Composer, Milliseconds, UnitPrice, AlbumId IS NULL"
        " FROM Track ORDER BY TrackId",
        [&](const Row& row) {
          const std::string name = "track " + std::to_string(row.number(0)) + " (" + row.text(2);
          const std::optional<std::int64_t> price = cents(row.real(5));
          if (row.number(6) != 0) {
            problems_of_tracks_.push_back(name + ") is on no album");
          } else if (!price) {
            problems_of_tracks_.push_back(name + ") costs " + row.text(5) +
                                          ", which is no amount of cents");
          } else {
            take(row, *price);
          }
        });
  }

  std::map<std::int64_t, std::vector<orders::OrderLine>> lines_by_invoice() {
    std::map<std::int64_t, std::vector<orders::OrderLine>> lines;
    reader_.each(
        "SELECT InvoiceLine.InvoiceId, InvoiceLine.TrackId, Track.Name, InvoiceLine.Quantity,"
        " InvoiceLine.UnitPrice, Track.UnitPrice FROM InvoiceLine"
        " JOIN Track ON Track.TrackId = InvoiceLine.TrackId WHERE Track.AlbumId IS NOT NULL"
        " ORDER BY InvoiceLine.InvoiceId, InvoiceLine.InvoiceLineId",
        [&](const Row& row) {
          const std::optional<std::int64_t> price = cents(row.real(4));
          if (!price || !cents(row.real(5)) || row.number(3) < 1) return;
          lines[row.number(0)].push_back(
              {track_id(row.number(1)), row.text(2), row.number(3), Money{*price, "USD"}});
        });
    return lines;
  }

  void check_total(const std::string& name, const std::vector<orders::OrderLine>& lines,
                   double total) {
    std::int64_t sum = 0;
    for (const orders::OrderLine& line : lines) sum += line.quantity * line.unit_price.minor_units;
    if (cents(total) != sum) {
      problems_of_orders_.push_back(name + " has a total of " + std::to_string(total) +
                                    "; its lines come to " + banyan::to_string({sum, "USD"}) +
                                    ", and that is what was imported");
    }
  }

  std::int64_t count_of(std::string_view table) const {
    if (!reader_.has_table(table)) return 0;
    return reader_.number("SELECT count(*) FROM " + std::string(table));
  }

  std::string file_;
  banyan::sqlite::Connection reader_;
  ShopSize size_;
  std::set<std::int64_t> hot_;
  std::vector<std::string> problems_of_tracks_;
  std::vector<std::string> problems_of_customers_;
  std::vector<std::string> problems_of_orders_;
};

std::unexpected<banyan::Error> not_chinook(const std::filesystem::path& file,
                                           const std::vector<std::string>& lacks) {
  std::vector<banyan::Detail> details;
  std::string list;
  for (const std::string& lack : lacks) {
    details.push_back({"", lack});
    list += "\n  " + lack;
  }
  return banyan::fail(banyan::ErrorCode::InvalidArgument, "recordshop.not_chinook",
                      file.string() + " is not a Chinook database:" + list +
                          "\nThe SQLite edition is at"
                          " https://github.com/lerocha/chinook-database; without a file the shop"
                          " generates its own data.",
                      std::move(details));
}

}  // namespace

banyan::Result<std::unique_ptr<ShopData>> open_chinook(const std::filesystem::path& file) {
  if (!std::filesystem::is_regular_file(file)) {
    return banyan::fail(banyan::ErrorCode::NotFound, "recordshop.no_such_file",
                        "there is no file " + file.string());
  }
  try {
    auto reader = banyan::sqlite::Connection::open(file, banyan::sqlite::OpenMode::Read);
    const std::vector<std::string> lacks = what_chinook_lacks(reader);
    if (!lacks.empty()) return not_chinook(file, lacks);
    return std::make_unique<ChinookData>(file.filename().string(), std::move(reader));
  } catch (const banyan::sqlite::Fault& fault) {
    return not_chinook(file, {fault.message()});
  }
}

}  // namespace recordshop

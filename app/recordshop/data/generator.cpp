// SPDX-License-Identifier: Apache-2.0
#include "data/generator.hpp"

#include <algorithm>
#include <array>

#include "data/names.hpp"
#include "data/people.hpp"
#include "data/stable_ids.hpp"

namespace recordshop {
namespace {

using banyan::Money;
using banyan::Timestamp;

constexpr Timestamp kEpoch{1'600'000'000'000'000};  // 2020-09-13
constexpr std::int64_t kMinute = 60'000'000;
constexpr std::int64_t kTracksOnAlbum = 11;
constexpr std::int64_t kAlbumsOfArtist = 3;
constexpr std::array<std::int64_t, 5> kPrices = {79, 99, 99, 129, 149};

enum Salt : std::uint64_t { kArtist = 1, kAlbum, kTrack, kStock, kOrder, kCustomer };

std::int64_t share(std::int64_t of, std::int64_t each) { return (of + each - 1) / each; }

class GeneratedData final : public ShopData {
 public:
  explicit GeneratedData(const GeneratorOptions& options)
      : seed_(options.seed), tracks_(std::max<std::int64_t>(options.tracks, 1)) {
    size_.tracks = tracks_;
    size_.albums = share(tracks_, kTracksOnAlbum);
    size_.artists = share(size_.albums, kAlbumsOfArtist);
    size_.stock = tracks_;
    size_.orders = share(tracks_, 10);
    size_.customers = 1 + buyers();
  }

  std::string name() const override {
    return "generated data (seed " + std::to_string(seed_) + ")";
  }
  ShopSize size() const override { return size_; }

  void artists(const Take<catalog::ArtistRecord>& take) override {
    Batcher<catalog::ArtistRecord> batch(take);
    for (std::int64_t i = 0; i < size_.artists; ++i) {
      batch.add({artist_id(i), artist_name(number(kArtist, i))});
    }
    batch.flush();
  }

  void albums(const Take<catalog::AlbumRecord>& take) override {
    Batcher<catalog::AlbumRecord> batch(take);
    for (std::int64_t i = 0; i < size_.albums; ++i) {
      batch.add({album_id(i), artist_id(i / kAlbumsOfArtist), album_title(number(kAlbum, i))});
    }
    batch.flush();
  }

  void tracks(const Take<catalog::TrackRecord>& take) override {
    Batcher<catalog::TrackRecord> batch(take);
    for (std::int64_t i = 0; i < tracks_; ++i) batch.add(track(i));
    batch.flush();
  }

  void stock(const Take<warehouse::StockRecord>& take) override {
    Batcher<warehouse::StockRecord> batch(take);
    for (std::int64_t i = 0; i < tracks_; ++i) {
      const auto some = static_cast<std::int64_t>(number(kStock, i) % 1'000);
      batch.add({track_id(i), is_hot(i) ? 3 + some % 8 : 40 + some % 160});
    }
    batch.flush();
  }

  void customers(const Take<customers::CustomerRecord>& take) override {
    Batcher<customers::CustomerRecord> batch(take);
    batch.add(ada_vogel(kEpoch));
    for (std::int64_t i = 0; i < buyers(); ++i) {
      batch.add(make_person(stable_id<customers::CustomerId>(seed_, kCustomer, i, kEpoch),
                            number(kCustomer, i), i + 1, kEpoch));
    }
    batch.flush();
  }

  void orders(const Take<orders::OrderRecord>& take) override {
    Batcher<orders::OrderRecord> batch(take);
    for (std::int64_t i = 0; i < size_.orders; ++i) batch.add(order(i));
    batch.flush();
  }

 private:
  std::uint64_t number(Salt salt, std::int64_t i) const {
    return scrambled(seed_, salt, static_cast<std::uint64_t>(i));
  }
  catalog::ArtistId artist_id(std::int64_t i) const {
    return stable_id<catalog::ArtistId>(seed_, kArtist, i, kEpoch);
  }
  catalog::AlbumId album_id(std::int64_t i) const {
    return stable_id<catalog::AlbumId>(seed_, kAlbum, i, kEpoch);
  }
  catalog::TrackId track_id(std::int64_t i) const {
    return stable_id<catalog::TrackId>(seed_, kTrack, i, kEpoch);
  }

  orders::OrderId order_id(std::int64_t i, Timestamp placed) const {
    banyan::SeededRandom random(number(kOrder, i));
    return orders::OrderId::make(placed, random);
  }

  /// Those who placed the orders of the past.
  std::int64_t buyers() const { return share(size_.orders, 5); }

  /// One in five hundred, and at least the first.
  static bool is_hot(std::int64_t i) { return i % 500 == 0; }

  catalog::TrackRecord track(std::int64_t i) const {
    const std::uint64_t some = number(kTrack, i);
    const std::int64_t album = i / kTracksOnAlbum;
    std::optional<std::string> composer;
    if (some % 3 != 0) composer = person_name(some / 7);
    return {track_id(i),
            album_id(album),
            i % kTracksOnAlbum + 1,
            track_title(some),
            std::move(composer),
            90'000 + static_cast<std::int64_t>(some % 270'000),
            Money{kPrices.at(some % kPrices.size()), "EUR"}};
  }

  orders::OrderRecord order(std::int64_t i) const {
    const std::uint64_t some = number(kOrder, i);
    const Timestamp placed{kEpoch.micros + (i + 1) * 37 * kMinute};
    orders::OrderRecord record{
        order_id(i, placed),
        stable_id<orders::CustomerId>(
            seed_, kCustomer,
            static_cast<std::int64_t>(some % static_cast<std::uint64_t>(buyers())), kEpoch),
        orders::OrderState::Delivered,
        placed,
        {}};
    const auto lines = static_cast<std::int64_t>(1 + some % 4);
    const auto first = static_cast<std::int64_t>((some / 5) % static_cast<std::uint64_t>(tracks_));
    for (std::int64_t n = 0; n < std::min(lines, tracks_); ++n) {
      const catalog::TrackRecord sold = track((first + n * 17) % tracks_);
      const bool is_there = std::ranges::any_of(
          record.lines, [&sold](const auto& line) { return line.track == sold.id; });
      if (is_there) continue;
      record.lines.push_back({sold.id, sold.title, 1 + n % 2, sold.price});
    }
    return record;
  }

  std::uint64_t seed_;
  std::int64_t tracks_;
  ShopSize size_;
};

}  // namespace

std::unique_ptr<ShopData> make_generated_data(const GeneratorOptions& options) {
  return std::make_unique<GeneratedData>(options);
}

}  // namespace recordshop

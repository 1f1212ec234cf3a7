// SPDX-License-Identifier: Apache-2.0
#include "contract/sample_shop.hpp"

namespace banyan::contract {
namespace {

constexpr Timestamp kDay{1'700'000'000'000'000};
constexpr std::int64_t kPastOrders = 16;
constexpr std::uint64_t kCustomers = 8;

template <class IdType>
IdType id(std::uint64_t number) {
  SeededRandom random(number);
  return IdType::make({kDay.micros + static_cast<std::int64_t>(number) * 1'000}, random);
}

SampleShop make_shop() {
  SampleShop shop;
  shop.artists = {{id<catalog::ArtistId>(1), "Silent Engine"},
                  {id<catalog::ArtistId>(2), "Ada Vogel"}};
  shop.albums = {{id<catalog::AlbumId>(1), shop.artists[0].id, "Paper Harbour"},
                 {id<catalog::AlbumId>(2), shop.artists[0].id, "Beyond the River"},
                 {id<catalog::AlbumId>(3), shop.artists[1].id, "Live at the Blue Station"}};
  const auto track = [&shop](std::uint64_t number, std::size_t album, std::int64_t position,
                             std::string title, Money price) {
    shop.tracks.push_back({id<catalog::TrackId>(number), shop.albums[album].id, position,
                           std::move(title), std::nullopt, 180'000, std::move(price)});
  };
  track(1, 0, 2, "River Song", {99, "EUR"});
  track(2, 0, 1, "Crossing the Meadow", {129, "EUR"});
  track(3, 1, 1, "Velvet Compass", {199, "EUR"});
  track(4, 1, 2, "Slow Lantern (Quiet Version)", {99, "EUR"});
  track(5, 2, 1, "Western Radio", {99, "USD"});
  track(6, 2, 2, "Under the Bridge of Zoë", {99, "EUR"});
  shop.tracks[3].composer = "Greta Lindqvist";
  const std::vector<std::int64_t> copies = {100, 5, 1, 100, 10};
  for (std::size_t i = 0; i < copies.size(); ++i) {
    shop.stock.push_back({shop.tracks[i].id, copies[i]});
  }
  for (std::uint64_t number = 1; number <= kCustomers; ++number) {
    const std::string digits = std::to_string(number);
    const std::string name = "Customer " + digits;
    shop.customers.push_back({id<customers::CustomerId>(1'000 + number),
                              name,
                              "customer" + digits + "@example.org",
                              customers::Address{name, "Quay " + digits, "20457", "Hamburg", "DE"},
                              std::nullopt,
                              {kDay.micros + static_cast<std::int64_t>(number)}});
  }
  for (std::int64_t i = 0; i < kPastOrders; ++i) {
    shop.past_orders.push_back({id<orders::OrderId>(static_cast<std::uint64_t>(100 + i)),
                                some_customer(kCustomers),
                                orders::OrderState::Cancelled,
                                {kDay.micros + i * 1'000'000},
                                {{shop.tracks[0].id, shop.tracks[0].title, 1, {99, "EUR"}}}});
  }
  return shop;
}

}  // namespace

warehouse::OrderId SampleShop::order(std::size_t i) const {
  return warehouse::OrderId::parse(past_orders.at(i).id.str()).value();
}

const SampleShop& sample_shop() {
  static const SampleShop shop = make_shop();
  return shop;
}

catalog::TrackId no_such_track() { return id<catalog::TrackId>(999); }
warehouse::OrderId no_such_order() { return id<warehouse::OrderId>(998); }
customers::CustomerId no_such_customer() { return id<customers::CustomerId>(997); }
orders::CustomerId some_customer(std::uint64_t number) {
  return id<orders::CustomerId>(1'000 + number);
}

}  // namespace banyan::contract

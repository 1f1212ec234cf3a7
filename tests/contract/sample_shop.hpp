// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "catalog/module.hpp"
#include "customers/module.hpp"
#include "orders/module.hpp"
#include "warehouse/module.hpp"

namespace banyan::contract {

/// The small shop that every contract begins with. All ids are the same in every run.
struct SampleShop {
  std::vector<catalog::ArtistRecord> artists;  ///< 2
  std::vector<catalog::AlbumRecord> albums;    ///< 3: two of the first artist, one of the second
  std::vector<catalog::TrackRecord> tracks;    ///< 6, see `Sample`
  std::vector<warehouse::StockRecord> stock;   ///< of the first five tracks
  std::vector<customers::CustomerRecord> customers;  ///< 8, see some_customer()
  std::vector<orders::OrderRecord> past_orders;  ///< cancelled; so that the warehouse may be asked
                                                 ///< about them while a foreign key still says
                                                 ///< that an order must exist

  catalog::Records catalog() const { return {artists, albums, tracks}; }
  const catalog::TrackId& track(std::size_t i) const { return tracks.at(i).id; }
  /// The id of a past order, as the warehouse knows it.
  warehouse::OrderId order(std::size_t i) const;
};

/// Indexes of tracks.
enum Sample : std::size_t {
  kPlenty,      ///< 100 copies at 0.99 EUR
  kFive,        ///< 5 copies at 1.29 EUR
  kLast,        ///< 1 copy at 1.99 EUR
  kAlsoPlenty,  ///< 100 copies at 0.99 EUR
  kDollars,     ///< 10 copies at 0.99 USD
  kNotStocked,  ///< in the catalogue only, 0.99 EUR
};

const SampleShop& sample_shop();

/// Ids that name nothing in the sample.
catalog::TrackId no_such_track();
warehouse::OrderId no_such_order();
customers::CustomerId no_such_customer();

/// A customer of the sample, number 1 … 8: "Customer <n>", customer<n>@example.org, with an
/// address. None has a password. The past orders are those of number 8.
orders::CustomerId some_customer(std::uint64_t number = 1);

}  // namespace banyan::contract

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/context.hpp"
#include "banyan/kernel/random.hpp"
#include "data/load_shop.hpp"
#include "data/shop_data.hpp"

namespace recordshop {

/// For one unit of work of a load, or one look.
inline banyan::Context context_of_a_batch(const banyan::Clock& clock) {
  constexpr std::chrono::milliseconds kBudget{60'000};
  return banyan::Context::begin(kBudget, clock, banyan::system_random());
}

/// One kind of records: where they come from, and the module that keeps them.
template <class Record>
struct RecordKind {
  std::string_view what;
  std::int64_t ShopSize::* size;
  std::function<void(const Take<Record>&)> each_batch;
  std::function<bool(const banyan::Context&, std::span<const Record>)> holds;
  std::function<banyan::Result<void>(const banyan::Context&, std::span<const Record>)> store;
};

/// Hands all kinds to `take`, in the order in which they can be stored.
void each_kind(ShopData& data, const ModuleDatabases& modules, const banyan::Clock& clock,
               auto&& take) {
  using banyan::Context;
  using Artists = std::span<const catalog::ArtistRecord>;
  using Albums = std::span<const catalog::AlbumRecord>;
  using Tracks = std::span<const catalog::TrackRecord>;
  using Stock = std::span<const warehouse::StockRecord>;
  using Customers = std::span<const customers::CustomerRecord>;
  using Orders = std::span<const orders::OrderRecord>;
  take(RecordKind<catalog::ArtistRecord>{
      "artists", &ShopSize::artists, [&](const auto& batch) { data.artists(batch); },
      [&](const Context& context, Artists records) {
        return catalog::holds(modules.catalog, context, {.artists = records});
      },
      [&](const Context& context, Artists records) {
        return catalog::load(modules.catalog, context, {.artists = records});
      }});
  take(RecordKind<catalog::AlbumRecord>{
      "albums", &ShopSize::albums, [&](const auto& batch) { data.albums(batch); },
      [&](const Context& context, Albums records) {
        return catalog::holds(modules.catalog, context, {.albums = records});
      },
      [&](const Context& context, Albums records) {
        return catalog::load(modules.catalog, context, {.albums = records});
      }});
  take(RecordKind<catalog::TrackRecord>{
      "tracks", &ShopSize::tracks, [&](const auto& batch) { data.tracks(batch); },
      [&](const Context& context, Tracks records) {
        return catalog::holds(modules.catalog, context, {.tracks = records});
      },
      [&](const Context& context, Tracks records) {
        return catalog::load(modules.catalog, context, {.tracks = records});
      }});
  take(RecordKind<warehouse::StockRecord>{
      "stock", &ShopSize::stock, [&](const auto& batch) { data.stock(batch); },
      [&](const Context& context, Stock records) {
        return warehouse::holds(modules.warehouse, context, records);
      },
      [&](const Context& context, Stock records) {
        return warehouse::load(modules.warehouse, context, records, clock.now());
      }});
  take(RecordKind<customers::CustomerRecord>{
      "customers", &ShopSize::customers, [&](const auto& batch) { data.customers(batch); },
      [&](const Context& context, Customers records) {
        return customers::holds(modules.customers, context, records);
      },
      [&](const Context& context, Customers records) {
        return customers::load(modules.customers, context, records);
      }});
  take(RecordKind<orders::OrderRecord>{"orders", &ShopSize::orders,
                                       [&](const auto& batch) { data.orders(batch); },
                                       [&](const Context& context, Orders records) {
                                         return orders::holds(modules.orders, context, records);
                                       },
                                       [&](const Context& context, Orders records) {
                                         return orders::load(modules.orders, context, records);
                                       }});
}

}  // namespace recordshop

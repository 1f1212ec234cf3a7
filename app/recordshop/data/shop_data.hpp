// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "catalog/module.hpp"
#include "customers/module.hpp"
#include "orders/module.hpp"
#include "warehouse/module.hpp"

namespace recordshop {

template <class Record>
using Take = std::function<void(std::span<const Record>)>;

struct ShopSize {
  std::int64_t artists = 0;
  std::int64_t albums = 0;
  std::int64_t tracks = 0;
  std::int64_t stock = 0;
  std::int64_t customers = 0;
  std::int64_t orders = 0;

  std::int64_t total() const { return artists + albums + tracks + stock + customers + orders; }
};

/// What a shop begins with. Each function hands its records out in batches, in an order in which
/// they can be stored, and the same ones every time.
class ShopData {
 public:
  virtual ~ShopData() = default;
  /// "generated data (seed 1)", "the Chinook database music.sqlite": for people.
  virtual std::string name() const = 0;
  virtual ShopSize size() const = 0;
  virtual void artists(const Take<catalog::ArtistRecord>& take) = 0;
  virtual void albums(const Take<catalog::AlbumRecord>& take) = 0;
  virtual void tracks(const Take<catalog::TrackRecord>& take) = 0;
  virtual void stock(const Take<warehouse::StockRecord>& take) = 0;
  virtual void customers(const Take<customers::CustomerRecord>& take) = 0;
  /// Orders of the past: finished, and not taken from the stock.
  virtual void orders(const Take<orders::OrderRecord>& take) = 0;
  /// One sentence for each kind of thing that the shop has no place for. Complete when everything
  /// was taken.
  virtual std::vector<std::string> not_mapped() const { return {}; }
};

/// How many records a batch has at most: one unit of work when it is stored.
inline constexpr std::size_t kBatch = 2'000;

/// Collects records and hands them on a batch at a time.
template <class Record>
class Batcher {
 public:
  explicit Batcher(const Take<Record>& take) : take_(take) { batch_.reserve(kBatch); }
  void add(Record record) {
    batch_.push_back(std::move(record));
    if (batch_.size() == kBatch) flush();
  }
  void flush() {
    if (!batch_.empty()) take_(batch_);
    batch_.clear();
  }

 private:
  const Take<Record>& take_;
  std::vector<Record> batch_;
};

}  // namespace recordshop

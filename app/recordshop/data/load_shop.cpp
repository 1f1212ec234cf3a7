// SPDX-License-Identifier: Apache-2.0
#include "data/load_shop.hpp"

#include <cstddef>

#include "banyan/kernel/random.hpp"

namespace recordshop {
namespace {

using banyan::Context;
using banyan::Result;
using std::chrono::milliseconds;

constexpr milliseconds kBudget{60'000};

/// Stores batches of one kind until one fails.
class Loading {
 public:
  Loading(const banyan::Clock& clock, const std::function<void(const Progress&)>& progress)
      : clock_(clock), progress_(progress) {}

  void begin(std::string_view what, std::int64_t of) { now_ = {what, 0, of}; }

  /// `store(context)` stores a batch of `records`.
  template <class Store>
  void batch(std::size_t records, Store&& store) {
    if (!done_) return;
    done_ = store(Context::begin(kBudget, clock_, banyan::system_random()));
    if (!done_) return;
    now_.done += static_cast<std::int64_t>(records);
    if (progress_) progress_(now_);
  }

  std::int64_t stored() const { return now_.done; }
  const Result<void>& done() const { return done_; }

 private:
  const banyan::Clock& clock_;
  const std::function<void(const Progress&)>& progress_;
  Progress now_;
  Result<void> done_;
};

}  // namespace

double LoadReport::records_per_second() const {
  const std::int64_t all = stored.artists + stored.albums + stored.tracks + stored.stock +
                           stored.customers + stored.orders;
  return took.count() > 0 ? static_cast<double>(all) / took.count() : 0;
}

bool is_empty(const ModuleDatabases& modules, const banyan::Clock& clock) {
  const Context context = Context::begin(kBudget, clock, banyan::system_random());
  return catalog::count_tracks(modules.catalog, context) == 0 &&
         customers::count_customers(modules.customers, context) == 0 &&
         warehouse::count_stock(modules.warehouse, context) == 0 &&
         orders::count_orders(modules.orders, context) == 0;
}

Result<LoadReport> load_shop(ShopData& data, const ModuleDatabases& modules,
                             const banyan::Clock& clock,
                             const std::function<void(const Progress&)>& progress) {
  if (!is_empty(modules, clock)) {
    return banyan::fail(banyan::ErrorCode::AlreadyExists, "recordshop.already_loaded",
                        "the shop has data already; " + data.name() +
                            " was not loaded and nothing was changed. Choose another database, or"
                            " delete this one to begin anew.");
  }
  const banyan::SteadyTime begin = clock.steady();
  const ShopSize size = data.size();
  LoadReport report;
  Loading loading(clock, progress);

  loading.begin("artists", size.artists);
  data.artists([&](std::span<const catalog::ArtistRecord> records) {
    loading.batch(records.size(), [&](const Context& context) {
      return catalog::load(modules.catalog, context, {.artists = records});
    });
  });
  report.stored.artists = loading.stored();

  loading.begin("albums", size.albums);
  data.albums([&](std::span<const catalog::AlbumRecord> records) {
    loading.batch(records.size(), [&](const Context& context) {
      return catalog::load(modules.catalog, context, {.albums = records});
    });
  });
  report.stored.albums = loading.stored();

  loading.begin("tracks", size.tracks);
  data.tracks([&](std::span<const catalog::TrackRecord> records) {
    loading.batch(records.size(), [&](const Context& context) {
      return catalog::load(modules.catalog, context, {.tracks = records});
    });
  });
  report.stored.tracks = loading.stored();

  loading.begin("stock", size.stock);
  data.stock([&](std::span<const warehouse::StockRecord> records) {
    loading.batch(records.size(), [&](const Context& context) {
      return warehouse::load(modules.warehouse, context, records, clock.now());
    });
  });
  report.stored.stock = loading.stored();

  loading.begin("customers", size.customers);
  data.customers([&](std::span<const customers::CustomerRecord> records) {
    loading.batch(records.size(), [&](const Context& context) {
      return customers::load(modules.customers, context, records);
    });
  });
  report.stored.customers = loading.stored();

  loading.begin("orders", size.orders);
  data.orders([&](std::span<const orders::OrderRecord> records) {
    loading.batch(records.size(), [&](const Context& context) {
      return orders::load(modules.orders, context, records);
    });
  });
  report.stored.orders = loading.stored();

  // Loading tells nobody; a shop that was open before has read the names of nobody.
  loading.batch(0, [&](const Context& context) {
    return orders::ask_for_names(modules.orders, context,
                                 {"recordshop-data", "records were loaded"}, clock.now());
  });

  if (!loading.done()) return banyan::fail(loading.done().error());
  report.took = clock.steady() - begin;
  report.not_mapped = data.not_mapped();
  return report;
}

}  // namespace recordshop

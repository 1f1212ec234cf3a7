// SPDX-License-Identifier: Apache-2.0
#include "data/load_shop.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <optional>

#include "banyan/kernel/random.hpp"

namespace recordshop {
namespace {

using banyan::Context;
using banyan::Result;
using std::chrono::milliseconds;

constexpr milliseconds kBudget{60'000};

Context soon(const banyan::Clock& clock) {
  return Context::begin(kBudget, clock, banyan::system_random());
}

/// One kind of records: where they come from, and the module that keeps them.
template <class Record>
struct Kind {
  std::string_view what;
  std::int64_t ShopSize::* size;
  std::function<void(const Take<Record>&)> each_batch;
  /// Of those that the module has, whoever put them there.
  std::function<std::int64_t(const Context&)> count;
  std::function<bool(const Context&, std::span<const Record>)> holds;
  std::function<Result<void>(const Context&, std::span<const Record>)> store;
};

/// Hands all kinds to `take`, in the order in which they can be stored.
void each_kind(ShopData& data, const ModuleDatabases& modules, const banyan::Clock& clock,
               auto&& take) {
  using Artists = std::span<const catalog::ArtistRecord>;
  using Albums = std::span<const catalog::AlbumRecord>;
  using Tracks = std::span<const catalog::TrackRecord>;
  using Stock = std::span<const warehouse::StockRecord>;
  using Customers = std::span<const customers::CustomerRecord>;
  using Orders = std::span<const orders::OrderRecord>;
  take(Kind<catalog::ArtistRecord>{
      "artists", &ShopSize::artists, [&](const auto& batch) { data.artists(batch); },
      [&](const Context& context) { return catalog::count_artists(modules.catalog, context); },
      [&](const Context& context, Artists records) {
        return catalog::holds(modules.catalog, context, {.artists = records});
      },
      [&](const Context& context, Artists records) {
        return catalog::load(modules.catalog, context, {.artists = records});
      }});
  take(Kind<catalog::AlbumRecord>{
      "albums", &ShopSize::albums, [&](const auto& batch) { data.albums(batch); },
      [&](const Context& context) { return catalog::count_albums(modules.catalog, context); },
      [&](const Context& context, Albums records) {
        return catalog::holds(modules.catalog, context, {.albums = records});
      },
      [&](const Context& context, Albums records) {
        return catalog::load(modules.catalog, context, {.albums = records});
      }});
  take(Kind<catalog::TrackRecord>{
      "tracks", &ShopSize::tracks, [&](const auto& batch) { data.tracks(batch); },
      [&](const Context& context) { return catalog::count_tracks(modules.catalog, context); },
      [&](const Context& context, Tracks records) {
        return catalog::holds(modules.catalog, context, {.tracks = records});
      },
      [&](const Context& context, Tracks records) {
        return catalog::load(modules.catalog, context, {.tracks = records});
      }});
  take(Kind<warehouse::StockRecord>{
      "stock", &ShopSize::stock, [&](const auto& batch) { data.stock(batch); },
      [&](const Context& context) { return warehouse::count_stock(modules.warehouse, context); },
      [&](const Context& context, Stock records) {
        return warehouse::holds(modules.warehouse, context, records);
      },
      [&](const Context& context, Stock records) {
        return warehouse::load(modules.warehouse, context, records, clock.now());
      }});
  take(Kind<customers::CustomerRecord>{
      "customers", &ShopSize::customers, [&](const auto& batch) { data.customers(batch); },
      [&](const Context& context) {
        return customers::count_customers(modules.customers, context);
      },
      [&](const Context& context, Customers records) {
        return customers::holds(modules.customers, context, records);
      },
      [&](const Context& context, Customers records) {
        return customers::load(modules.customers, context, records);
      }});
  take(Kind<orders::OrderRecord>{
      "orders", &ShopSize::orders, [&](const auto& batch) { data.orders(batch); },
      [&](const Context& context) { return orders::count_orders(modules.orders, context); },
      [&](const Context& context, Orders records) {
        return orders::holds(modules.orders, context, records);
      },
      [&](const Context& context, Orders records) {
        return orders::load(modules.orders, context, records);
      }});
}

/// How many records of each kind there are, when all that is there is what a load of these data
/// has stored, in its order, before it was broken off: none of any kind is that, too. Nothing when
/// there is anything else, or all of it.
///
/// A batch is stored as a whole, and the data hand out the same records every time. So as many as
/// there are rows must be the first ones, and the last of them is there.
std::optional<ShopSize> stored_before(ShopData& data, const ModuleDatabases& modules,
                                      const banyan::Clock& clock) {
  ShopSize there;
  each_kind(data, modules, clock,
            [&](const auto& kind) { there.*kind.size = kind.count(soon(clock)); });
  if (there.total() == 0) return there;
  bool is_whole = true;  // of the kinds so far, nothing is lacking
  bool is_ours = true;
  each_kind(data, modules, clock, [&]<class Record>(const Kind<Record>& kind) {
    if (!is_ours) return;
    const std::int64_t count = there.*kind.size;
    bool has_last = count == 0;
    std::int64_t all = 0;
    kind.each_batch([&](std::span<const Record> batch) {
      const auto size = static_cast<std::int64_t>(batch.size());
      const std::int64_t last = count - 1 - all;
      if (last >= 0 && last < size) {
        has_last = kind.holds(soon(clock), batch.subspan(static_cast<std::size_t>(last), 1));
      }
      all += size;
    });
    is_ours = has_last && (is_whole || count == 0);
    is_whole = is_whole && count == all;
  });
  if (!is_ours || is_whole) return std::nullopt;
  return there;
}

/// Stores batches of one kind after another until one fails.
class Loading {
 public:
  Loading(const banyan::Clock& clock, const std::function<void(const Progress&)>& progress)
      : clock_(clock), progress_(progress) {}

  /// Returns how many records the module has then. The first ones are there already.
  template <class Record>
  std::int64_t load(const Kind<Record>& kind, std::int64_t size, std::int64_t there) {
    Progress now{kind.what, 0, size};
    kind.each_batch([&](std::span<const Record> batch) {
      const auto in_batch = static_cast<std::int64_t>(batch.size());
      const std::int64_t known = std::clamp<std::int64_t>(there - now.done, 0, in_batch);
      const auto rest = batch.subspan(static_cast<std::size_t>(known));
      if (!done_) return;
      if (!rest.empty()) {
        done_ = kind.store(soon(clock_), rest);
        if (!done_) return;
      }
      now.done += in_batch;
      if (progress_ && !rest.empty()) progress_(now);
    });
    return now.done;
  }

  void also(const std::function<Result<void>(const Context&)>& store) {
    if (done_) done_ = store(soon(clock_));
  }

  const Result<void>& done() const { return done_; }

 private:
  const banyan::Clock& clock_;
  const std::function<void(const Progress&)>& progress_;
  Result<void> done_;
};

}  // namespace

double LoadReport::records_per_second() const {
  return took.count() > 0 ? static_cast<double>(stored.total() - found) / took.count() : 0;
}

Result<LoadReport> load_shop(ShopData& data, const ModuleDatabases& modules,
                             const banyan::Clock& clock,
                             const std::function<void(const Progress&)>& progress) {
  const std::optional<ShopSize> there = stored_before(data, modules, clock);
  if (!there) {
    return banyan::fail(banyan::ErrorCode::AlreadyExists, "recordshop.already_loaded",
                        "the shop has data already; " + data.name() +
                            " was not loaded and nothing was changed. Choose another database, or"
                            " delete this one to begin anew.");
  }
  const banyan::SteadyTime begin = clock.steady();
  const ShopSize size = data.size();
  LoadReport report;
  report.found = there->total();
  Loading loading(clock, progress);
  each_kind(data, modules, clock, [&]<class Record>(const Kind<Record>& kind) {
    if constexpr (std::same_as<Record, orders::OrderRecord>) {
      // Loading tells nobody; a shop that was open before has read the names of nobody. Before the
      // last kind, since who finds all of it there has nothing left to do.
      loading.also([&](const Context& context) {
        return orders::ask_for_names(modules.orders, context,
                                     {"recordshop-data", "records were loaded"}, clock.now());
      });
    }
    report.stored.*kind.size = loading.load(kind, size.*kind.size, (*there).*kind.size);
  });
  if (!loading.done()) return banyan::fail(loading.done().error());
  report.took = clock.steady() - begin;
  report.not_mapped = data.not_mapped();
  return report;
}

}  // namespace recordshop

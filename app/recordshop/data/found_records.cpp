// SPDX-License-Identifier: Apache-2.0
#include "data/found_records.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "data/record_kinds.hpp"

namespace recordshop {
namespace {

/// So many of a batch are compared. An odd number has the middle one.
constexpr std::size_t kSample = 25;

/// All, or as many as a sample has, the first, the middle and the last among them.
template <class Record>
std::vector<Record> sample_of(std::span<const Record> records) {
  if (records.size() <= kSample) return std::vector<Record>(records.begin(), records.end());
  std::vector<Record> sample;
  sample.reserve(kSample);
  for (std::size_t i = 0; i < kSample; ++i) {
    sample.push_back(records[i * (records.size() - 1) / (kSample - 1)]);
  }
  return sample;
}

/// Some of the first kinds, and none of those behind them: what a load leaves before its last kind.
bool ends_early(const ShopSize& there) {
  const std::array counts{there.artists, there.albums,    there.tracks,
                          there.stock,   there.customers, there.orders};
  const auto* const lacking = std::ranges::find(counts, 0);
  return lacking != counts.begin() && lacking != counts.end() &&
         std::ranges::all_of(lacking, counts.end(), [](std::int64_t count) { return count == 0; });
}

}  // namespace

ShopSize count_records(const ModuleDatabases& modules, const banyan::Clock& clock) {
  // From the last kind to the first: what another load stores between two looks is of a kind that
  // is still to be counted, or behind what was.
  ShopSize there;
  there.orders = orders::count_orders(modules.orders, context_of_a_batch(clock));
  there.customers = customers::count_customers(modules.customers, context_of_a_batch(clock));
  there.stock = warehouse::count_stock(modules.warehouse, context_of_a_batch(clock));
  there.tracks = catalog::count_tracks(modules.catalog, context_of_a_batch(clock));
  there.albums = catalog::count_albums(modules.catalog, context_of_a_batch(clock));
  there.artists = catalog::count_artists(modules.catalog, context_of_a_batch(clock));
  return there;
}

// A batch is stored as a whole, and the data hand out the same records every time. So as many as
// there are rows must be the first ones.
FoundRecords find_records(ShopData& data, const ModuleDatabases& modules,
                          const banyan::Clock& clock) {
  FoundRecords found{.there = count_records(modules, clock), .differing = {}};
  if (found.there.total() == 0) return found;
  bool is_whole = true;  // of the kinds so far, nothing is lacking
  bool lacks = false;    // of some kind, there are fewer than the data have
  each_kind(data, modules, clock, [&]<class Record>(const RecordKind<Record>& kind) {
    const std::int64_t count = found.there.*kind.size;
    bool is_ours = found.differing.empty() && (is_whole || count == 0);
    std::int64_t all = 0;
    kind.each_batch([&](std::span<const Record> batch) {
      const auto size = static_cast<std::int64_t>(batch.size());
      const std::int64_t known = std::clamp<std::int64_t>(count - all, 0, size);
      if (is_ours && known > 0) {
        is_ours = kind.holds(context_of_a_batch(clock),
                             sample_of(batch.first(static_cast<std::size_t>(known))));
      }
      all += size;
    });
    if (found.differing.empty() && !(is_ours && count <= all)) found.differing = kind.what;
    is_whole = is_whole && count == all;
    lacks = lacks || count < all;
  });
  if (!found.differing.empty()) {
    found.standing = lacks && ends_early(found.there) ? Standing::OtherBegun : Standing::Other;
  } else if (is_whole) {
    found.standing = Standing::Complete;
  }
  return found;
}

}  // namespace recordshop

// SPDX-License-Identifier: Apache-2.0
#include "data/load_shop.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <utility>

#include "data/found_records.hpp"
#include "data/record_kinds.hpp"

namespace recordshop {
namespace {

using banyan::Context;
using banyan::ErrorCode;
using banyan::Result;

/// "275 artists, 3 albums"
std::string in_words(const ShopSize& there) {
  const auto kinds =
      std::to_array<std::pair<std::string_view, std::int64_t>>({{"artists", there.artists},
                                                                {"albums", there.albums},
                                                                {"tracks", there.tracks},
                                                                {"tracks in stock", there.stock},
                                                                {"customers", there.customers},
                                                                {"orders", there.orders}});
  std::string words;
  for (const auto& [what, count] : kinds) {
    if (count == 0) continue;
    if (!words.empty()) words += ", ";
    words += std::to_string(count) + ' ' + std::string(what);
  }
  return words;
}

/// Why nothing is loaded beside what there is, which is not Begun.
std::unexpected<banyan::Error> not_begun(const ShopData& data, const FoundRecords& found) {
  if (found.standing != Standing::OtherBegun) {
    return banyan::fail(ErrorCode::AlreadyExists, "recordshop.already_loaded",
                        "the shop has data already; " + data.name() +
                            " was not loaded and nothing was changed. Choose another database, or"
                            " delete this one to begin anew.");
  }
  return banyan::fail(
      ErrorCode::AlreadyExists, "recordshop.half_loaded",
      "the shop has a part of its data: " + in_words(found.there) +
          ". A load of them was broken off, or is at work, or the shop was used since. It was"
          " another load than one of " +
          data.name() + ": the " + std::string(found.differing) +
          " are others, or more. Nothing was loaded and nothing was changed. Complete them with"
          " the command that has begun it, choose another database, or delete this one to begin"
          " anew.");
}

/// Others have stored `kind` meanwhile, which are not of these data.
std::unexpected<banyan::Error> mixed(const ShopData& data, std::string_view kind) {
  return banyan::fail(ErrorCode::AlreadyExists, "recordshop.mixed_data",
                      "while " + data.name() +
                          " was being loaded, somebody else has stored other " + std::string(kind) +
                          ": another load, or somebody who uses the shop. What was loaded so far"
                          " stays beside them. Choose another database, or delete this one, and"
                          " load while nobody else does.");
}

/// Why a module has refused a batch as there already, which was not when the load began. `stored`
/// is what was there then and what the load has stored.
std::unexpected<banyan::Error> overtaken(const ShopData& data, const ShopSize& stored,
                                         const FoundRecords& found, const banyan::Error& refusal) {
  // Nobody else has stored anything: it is the data.
  if (found.there.total() == stored.total()) return banyan::fail(refusal);
  if (found.standing == Standing::Complete) {
    return banyan::fail(ErrorCode::AlreadyExists, "recordshop.already_loaded",
                        "another load of " + data.name() +
                            " was at work as well, and has completed it: all is there, once. This"
                            " one has ended, and nothing is left to do.");
  }
  if (found.standing == Standing::Begun) {
    return banyan::fail(ErrorCode::Unavailable, "recordshop.loaded_meanwhile",
                        "another load of " + data.name() +
                            " is at work, or was a moment ago: it has stored what this one was"
                            " about to store, and this one has ended. There are " +
                            in_words(found.there) +
                            " now, each once. Run the same command again when the other one has"
                            " ended: it completes what lacks, or says that all is there.");
  }
  return mixed(data, found.differing);
}

/// Stores batches of one kind after another until one fails.
class Loading {
 public:
  Loading(const banyan::Clock& clock, const std::function<void(const Progress&)>& progress)
      : clock_(clock), progress_(progress) {}

  /// Returns how many records the module has then. The first ones are there already.
  template <class Record>
  std::int64_t load(const RecordKind<Record>& kind, std::int64_t size, std::int64_t there) {
    Progress now{kind.what, 0, size};
    kind.each_batch([&](std::span<const Record> batch) {
      const auto in_batch = static_cast<std::int64_t>(batch.size());
      const std::int64_t known = std::clamp<std::int64_t>(there - now.done, 0, in_batch);
      const auto rest = batch.subspan(static_cast<std::size_t>(known));
      if (!done_) return;
      if (!rest.empty()) {
        done_ = kind.store(context_of_a_batch(clock_), rest);
        if (!done_) return;
      }
      now.done += in_batch;
      if (progress_ && !rest.empty()) progress_(now);
    });
    return std::max(now.done, there);
  }

  void also(const std::function<Result<void>(const Context&)>& store) {
    if (done_) done_ = store(context_of_a_batch(clock_));
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
  const FoundRecords found = find_records(data, modules, clock);
  if (found.standing != Standing::Begun) return not_begun(data, found);
  const banyan::SteadyTime begin = clock.steady();
  const ShopSize size = data.size();
  LoadReport report;
  report.found = found.there.total();
  Loading loading(clock, progress);
  each_kind(data, modules, clock, [&]<class Record>(const RecordKind<Record>& kind) {
    if constexpr (std::same_as<Record, orders::OrderRecord>) {
      // Loading tells nobody; a shop that was open before has read the names of nobody. Before the
      // last kind, since who finds all of it there has nothing left to do.
      loading.also([&](const Context& context) {
        return orders::ask_for_names(modules.orders, context,
                                     {"recordshop-data", "records were loaded"}, clock.now());
      });
    }
    report.stored.*kind.size = loading.load(kind, size.*kind.size, found.there.*kind.size);
  });
  if (!loading.done() && loading.done().error().code == ErrorCode::AlreadyExists) {
    return overtaken(data, report.stored, find_records(data, modules, clock),
                     loading.done().error());
  }
  if (!loading.done()) return banyan::fail(loading.done().error());
  report.took = clock.steady() - begin;
  // Loads of different records that began at once have not met: none of their ids are the same.
  // Of what the catalogue has, nobody adds anything but a load.
  const ShopSize there = count_records(modules, clock);
  if (there.artists != report.stored.artists) return mixed(data, "artists");
  if (there.albums != report.stored.albums) return mixed(data, "albums");
  if (there.tracks != report.stored.tracks) return mixed(data, "tracks");
  report.not_mapped = data.not_mapped();
  return report;
}

}  // namespace recordshop

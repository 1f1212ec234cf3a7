// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "data/shop_data.hpp"

namespace recordshop {

/// The tables of each module.
struct ModuleDatabases {
  banyan::sql::ModuleDatabase& catalog;
  banyan::sql::ModuleDatabase& customers;
  banyan::sql::ModuleDatabase& warehouse;
  banyan::sql::ModuleDatabase& payments;
  banyan::sql::ModuleDatabase& shipping;
  banyan::sql::ModuleDatabase& orders;
};

struct Progress {
  std::string_view what;  ///< "artists", "albums", …
  std::int64_t done = 0;
  std::int64_t of = 0;
};

struct LoadReport {
  ShopSize stored;         ///< all that is there now
  std::int64_t found = 0;  ///< of them, what a load that was broken off had left
  std::chrono::duration<double> took{};
  std::vector<std::string> not_mapped;
  /// Of all kinds, without those that were found.
  double records_per_second() const;
};

/// Stores everything through the modules' own loaders, a batch in a unit of work, and calls
/// `progress` after each. Goes on where a load of the same data was broken off, however it was:
/// what is there is compared with the data by its number and by a sample of its contents.
///
/// AlreadyExists "recordshop.already_loaded" when all of it is there, which is what it leaves, or
/// the data of another shop; "recordshop.half_loaded" when there is a part of other data. Nothing
/// is changed by these, but where another load of the same data has completed it meanwhile. Of two
/// at once, one ends with that, or with Unavailable "recordshop.loaded_meanwhile" while the other
/// is not through: the same call again completes it or finds it complete. AlreadyExists
/// "recordshop.mixed_data" when somebody has stored other records meanwhile.
banyan::Result<LoadReport> load_shop(ShopData& data, const ModuleDatabases& modules,
                                     const banyan::Clock& clock,
                                     const std::function<void(const Progress&)>& progress);

}  // namespace recordshop

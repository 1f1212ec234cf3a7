// SPDX-License-Identifier: Apache-2.0
#include "data/shop_database.hpp"

#include "migrations/runner.hpp"
#include "schema.hpp"
#include "sql/database.hpp"

namespace catalog {
const std::vector<banyan::migrations::Script>& migrations();
}
namespace warehouse {
const std::vector<banyan::migrations::Script>& migrations();
}
namespace orders {
const std::vector<banyan::migrations::Script>& migrations();
}

namespace recordshop {

using banyan::sql::DataSource;

namespace {

using banyan::migrations::Runner;

std::vector<banyan::migrations::ModuleScripts> all_scripts() {
  return {{"shared", shared_scripts()},
          {"catalog", catalog::migrations()},
          {"warehouse", warehouse::migrations()},
          {"orders", orders::migrations()}};
}

// What the shop itself is called: its modules' roles begin with it.
constexpr const char* kApplication = "recordshop";

/// Brings the schema up to date before anybody opens the database.
const DataSource& migrated(const DataSource& source) {
  Runner(source, kApplication, all_scripts()).apply();
  return source;
}

std::vector<banyan::sql::Crossing> crossings_of(std::string_view module) {
  std::vector<banyan::sql::Crossing> all;
  for (const auto& crossing : crossings()) {
    if (crossing.module == module) all.push_back({crossing.table, crossing.reason});
  }
  return all;
}

}  // namespace

struct ShopDatabase::Parts {
  Parts(const DataSource& where, const banyan::Clock& clock)
      : source(where),
        shared(banyan::sql::Database::open(migrated(source),
                                           {.application = kApplication, .clock = &clock})) {}

  DataSource source;
  std::unique_ptr<banyan::sql::Database> shared;
  banyan::sql::ModuleDatabase catalog = shared->connect("catalog", {"artists", "albums", "tracks"});
  banyan::sql::ModuleDatabase warehouse = shared->connect(
      "warehouse", {"stock", "reservations", "reservation_lines", "deliveries", "stock_movements"},
      crossings_of("warehouse"));
  banyan::sql::ModuleDatabase orders = shared->connect(
      "orders",
      {"orders", "order_lines", "order_keys", "order_sagas", "order_saga_steps", "order_history"},
      crossings_of("orders"));
};

ShopDatabase::ShopDatabase(const DataSource& source, const banyan::Clock& clock)
    : parts_(std::make_unique<Parts>(source, clock)) {}

ShopDatabase::ShopDatabase(const std::filesystem::path& file, const banyan::Clock& clock)
    : ShopDatabase(DataSource{banyan::sql::Engine::Sqlite, file, {}}, clock) {}

ShopDatabase::~ShopDatabase() = default;

ModuleDatabases ShopDatabase::modules() {
  return {parts_->catalog, parts_->warehouse, parts_->orders};
}

void ShopDatabase::separate(std::string_view module, std::string_view prefix) {
  Runner(parts_->source, kApplication, all_scripts()).apply_separation(module, prefix);
}

}  // namespace recordshop

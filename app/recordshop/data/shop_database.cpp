// SPDX-License-Identifier: Apache-2.0
#include "data/shop_database.hpp"

#include "banyan/migrations/runner.hpp"
#include "banyan/sql/database.hpp"
#include "schema.hpp"

// Generated from each module's TABLES and from migrations/.
namespace catalog {
const std::vector<banyan::migrations::Script>& migrations();
const std::vector<std::string>& tables();
}  // namespace catalog
namespace customers {
const std::vector<banyan::migrations::Script>& migrations();
const std::vector<std::string>& tables();
}  // namespace customers
namespace warehouse {
const std::vector<banyan::migrations::Script>& migrations();
const std::vector<std::string>& tables();
}  // namespace warehouse
namespace payments {
const std::vector<banyan::migrations::Script>& migrations();
const std::vector<std::string>& tables();
}  // namespace payments
namespace shipping {
const std::vector<banyan::migrations::Script>& migrations();
const std::vector<std::string>& tables();
}  // namespace shipping
namespace orders {
const std::vector<banyan::migrations::Script>& migrations();
const std::vector<std::string>& tables();
}  // namespace orders

namespace recordshop {

using banyan::sql::DataSource;

namespace {

using banyan::migrations::Runner;

std::vector<banyan::migrations::ModuleScripts> all_scripts() {
  return {{"shared", shared_scripts()},           {"catalog", catalog::migrations()},
          {"customers", customers::migrations()}, {"warehouse", warehouse::migrations()},
          {"payments", payments::migrations()},   {"shipping", shipping::migrations()},
          {"orders", orders::migrations()}};
}

// What the shop itself is called: its modules' roles begin with it.
constexpr const char* kApplication = "recordshop";

/// Brings the schema up to date before anybody opens the database.
const DataSource& migrated(const DataSource& source, const banyan::Clock& clock) {
  Runner(source, kApplication, all_scripts(), clock).apply();
  return source;
}

std::vector<banyan::sql::BoundaryViolation> violations_of(std::string_view module) {
  std::vector<banyan::sql::BoundaryViolation> all;
  for (const auto& violation : violations()) {
    if (violation.module == module) all.push_back({violation.table, violation.reason});
  }
  return all;
}

}  // namespace

struct ShopDatabase::Parts {
  Parts(const DataSource& where, const banyan::Clock& time)
      : source(where),
        clock(time),
        shared(banyan::sql::Database::open(migrated(source, time),
                                           {.application = kApplication, .clock = &time})) {}

  DataSource source;
  const banyan::Clock& clock;
  std::unique_ptr<banyan::sql::Database> shared;
  banyan::sql::ModuleDatabase catalog =
      shared->connect("catalog", catalog::tables(), violations_of("catalog"));
  banyan::sql::ModuleDatabase customers =
      shared->connect("customers", customers::tables(), violations_of("customers"));
  banyan::sql::ModuleDatabase warehouse =
      shared->connect("warehouse", warehouse::tables(), violations_of("warehouse"));
  banyan::sql::ModuleDatabase payments =
      shared->connect("payments", payments::tables(), violations_of("payments"));
  banyan::sql::ModuleDatabase shipping =
      shared->connect("shipping", shipping::tables(), violations_of("shipping"));
  banyan::sql::ModuleDatabase orders =
      shared->connect("orders", orders::tables(), violations_of("orders"));
};

ShopDatabase::ShopDatabase(const DataSource& source, const banyan::Clock& clock)
    : parts_(std::make_unique<Parts>(source, clock)) {}

ShopDatabase::ShopDatabase(const std::filesystem::path& file, const banyan::Clock& clock)
    : ShopDatabase(DataSource{banyan::sql::Engine::Sqlite, file, {}}, clock) {}

ShopDatabase::~ShopDatabase() = default;

ModuleDatabases ShopDatabase::modules() {
  return {parts_->catalog,  parts_->customers, parts_->warehouse,
          parts_->payments, parts_->shipping,  parts_->orders};
}

banyan::sql::WriterFigures ShopDatabase::figures() const { return parts_->shared->figures(); }

void ShopDatabase::separate(std::string_view module, std::string_view prefix) {
  Runner(parts_->source, kApplication, all_scripts(), parts_->clock)
      .apply_separation(module, prefix);
}

}  // namespace recordshop

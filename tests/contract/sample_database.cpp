// SPDX-License-Identifier: Apache-2.0
#include "contract/sample_database.hpp"

#include <map>
#include <mutex>
#include <stdexcept>

#include "contract/port_under_test.hpp"
#include "contract/sample_shop.hpp"

namespace banyan::contract {
namespace {

void require(const Result<void>& done) {
  if (!done) throw std::runtime_error(done.error().message);
}

void separate(recordshop::ShopDatabase& shop, Stage stage) {
  if (stage == Stage::Shared) return;
  const std::string_view steps = stage == Stage::Expanded ? "separation/0001" : "";
  for (const std::string_view module : {"orders", "warehouse"}) shop.separate(module, steps);
}

void fill(recordshop::ShopDatabase& shop, Stage stage) {
  const SampleShop& sample = sample_shop();
  const recordshop::ModuleDatabases to = shop.modules();
  require(catalog::load(to.catalog, any_context(), sample.catalog()));
  require(customers::load(to.customers, any_context(), sample.customers));
  require(warehouse::load(to.warehouse, any_context(), sample.stock, {1'700'000'000'000'000}));
  require(orders::load(to.orders, any_context(), sample.past_orders));
  separate(shop, stage);
}

/// A file with the sample in it, made once in a program: tests copy it, which is much faster.
std::filesystem::path filled_once(Stage stage) {
  static const TemporaryFolder folder;
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  const auto file = folder.path() / (std::to_string(static_cast<int>(stage)) + ".db");
  if (std::filesystem::exists(file)) return file;
  recordshop::ShopDatabase shop(file, system_clock());
  fill(shop, stage);
  return file;
}

/// The same on PostgreSQL.
const test::PostgresDatabase& filled_on_postgres_once(Stage stage) {
  test::PostgresServer& server = test::PostgresServer::shared();  // outlives what is in it
  static std::map<Stage, test::PostgresDatabase> all;
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  if (const auto found = all.find(stage); found != all.end()) return found->second;
  test::PostgresDatabase made = server.make_database();
  {
    recordshop::ShopDatabase shop(sql::DataSource{sql::Engine::Postgres, {}, made.url()},
                                  system_clock());
    fill(shop, stage);
  }
  return all.emplace(stage, std::move(made)).first->second;
}

}  // namespace

SampleDatabase::SampleDatabase(Stage stage, sql::Engine engine, const Clock& clock) {
  if (engine == sql::Engine::Postgres) {
    server_.emplace(test::PostgresServer::shared().make_copy_of(filled_on_postgres_once(stage)));
    shop_ = std::make_unique<recordshop::ShopDatabase>(
        sql::DataSource{sql::Engine::Postgres, {}, server_->url()}, clock);
    return;
  }
  std::filesystem::copy_file(filled_once(stage), file());
  shop_ = std::make_unique<recordshop::ShopDatabase>(file(), clock);
}

void SampleDatabase::advance_to(Stage stage) { separate(*shop_, stage); }

}  // namespace banyan::contract

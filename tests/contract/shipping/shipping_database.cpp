// SPDX-License-Identifier: Apache-2.0
#include "contract/shipping/shipping_database.hpp"

#include "banyan/migrations/runner.hpp"
#include "banyan/sql/database.hpp"

namespace shipping {
const std::vector<banyan::migrations::Script>& migrations();
const std::vector<std::string>& tables();
}  // namespace shipping

namespace banyan::contract {

ShippingDatabase::ShippingDatabase(Keeping keeping, const Clock& clock) {
  sql::DataSource source{sql::Engine::Sqlite, folder_.path() / "shipping.db", {}};
  if (keeping == Keeping::Postgres) {
    server_.emplace(test::PostgresServer::shared().make_database());
    source = {sql::Engine::Postgres, {}, server_->url()};
  }
  migrations::Runner(source, "recordshop", {{"shipping", ::shipping::migrations()}}, clock).apply();
  database_ = sql::Database::open(source, {.application = "recordshop", .clock = &clock});
  module_.emplace(database_->connect("shipping", ::shipping::tables(), {}));
}

ShippingDatabase::~ShippingDatabase() = default;

}  // namespace banyan::contract

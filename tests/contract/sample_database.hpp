// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "banyan/test/temporary_folder.hpp"
#include "data/shop_database.hpp"
#include "support/postgres_server.hpp"

namespace banyan::contract {

/// How far the schema of warehouse and orders is separated. Everything works at every stage.
enum class Stage { Shared, Expanded, Separated };

using test::TemporaryFolder;

/// A database with the records of sample_shop.hpp. A service that is started on file() serves
/// what the contracts expect.
class SampleDatabase {
 public:
  explicit SampleDatabase(Stage stage = Stage::Shared, sql::Engine engine = sql::Engine::Sqlite,
                          const Clock& clock = system_clock());

  std::filesystem::path file() const { return folder_.path() / "shop.db"; }
  recordshop::ModuleDatabases modules() { return shop_->modules(); }
  /// Goes on to a later stage, under running code.
  void advance_to(Stage stage);
  /// Lets go of the file, so that another process has it for itself.
  void close() { shop_.reset(); }

 private:
  TemporaryFolder folder_;
  std::optional<test::PostgresDatabase> server_;
  std::unique_ptr<recordshop::ShopDatabase> shop_;
};

}  // namespace banyan::contract

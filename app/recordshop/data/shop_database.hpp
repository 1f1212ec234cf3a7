// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "banyan/sql/data_source.hpp"
#include "data/load_shop.hpp"

namespace banyan::sql {
struct WriterFigures;
}

namespace recordshop {

/// The shop's database without the shop: its tables are there, and each module is connected to
/// its own. For loading, and for tests.
class ShopDatabase {
 public:
  /// Creates a file when it is missing, and applies the migrations that it lacks (not those of
  /// separation/). Throws banyan::migrations::MigrationFault and banyan::sql::Fault.
  ShopDatabase(const banyan::sql::DataSource& source, const banyan::Clock& clock);
  ShopDatabase(const std::filesystem::path& file, const banyan::Clock& clock);
  ~ShopDatabase();
  ShopDatabase(const ShopDatabase&) = delete;
  ShopDatabase& operator=(const ShopDatabase&) = delete;

  ModuleDatabases modules();
  /// Since it was opened.
  banyan::sql::WriterFigures figures() const;
  /// The steps of separation/ that are still to do for a module, in order; `prefix` takes only
  /// those whose names begin so ("separation/0001").
  void separate(std::string_view module, std::string_view prefix = {});

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace recordshop

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "banyan/postgres/connection.hpp"
#include "banyan/sql/database.hpp"
#include "ownership.hpp"
#include "postgres_commits.hpp"
#include "postgres_pool.hpp"
#include "postgres_writer.hpp"
#include "write_probe.hpp"

namespace banyan::sql {

/// One server's database with its modules' writers and readers, and a connection of its owner's for
/// schemas and grants.
class PostgresServerDatabase {
 public:
  PostgresServerDatabase(DataSource source, const Options& options);

  const DataSource& source() const { return source_; }
  const Options& options() const { return options_; }
  Ownership& ownership() { return ownership_; }
  /// One that waits for a lock takes no connection from another module.
  PostgresWriter& writer_of(std::size_t module);
  PostgresPool& readers_of(std::size_t module);
  PostgresCommits& commits() { return commits_; }
  WriterFigures figures();
  /// Makes schema, role and grants of a module, as far as they are missing.
  ModuleScope prepare(const std::string& module, const std::vector<BoundaryViolation>& violations);

 private:
  const DataSource source_;
  const Options options_;
  Ownership ownership_;
  std::mutex mutex_;
  std::map<std::size_t, std::unique_ptr<PostgresWriter>> writers_;
  std::map<std::size_t, std::unique_ptr<PostgresPool>> readers_;
  PostgresCommits commits_{source_, options_.on_fault};
};

class PostgresDatabase final : public Database {
 public:
  PostgresDatabase(const DataSource& source, const Options& options);

  ModuleDatabase connect(const std::string& module, const std::vector<std::string>& tables,
                         const std::vector<BoundaryViolation>& violations) override;
  const DataSource& source() const override { return server_->source(); }
  WriterFigures figures() const override { return server_->figures(); }
  std::vector<ModuleStatement> statements() const override;
  Result<void> probe(const Context& context) override;
  std::vector<WriteAheadLog> write_ahead_logs() const override { return {}; }
  std::vector<WaitingModule> waiting() const override { return {}; }
  DataSource source_of(const std::string& /*module*/) const override { return source(); }
  std::uint64_t epoch_of(const std::string& /*module*/) const override { return 0; }
  std::string stage_of(const std::string& /*module*/) const override { return {}; }
  PlacementFigures placement_of(const std::string& module) const override {
    PlacementFigures figures;
    figures.schema = module;
    return figures;
  }
  bool is_at_path() const override { return true; }

 private:
  const std::shared_ptr<PostgresServerDatabase> server_;
  WriteProbe write_probe_;
};

}  // namespace banyan::sql

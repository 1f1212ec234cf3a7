// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "module_connection.hpp"
#include "sqlite_database.hpp"

namespace banyan::sql {

/// The fence in the shared file decides where the module's tables are, read inside the transaction
/// itself where that is the shared file, and under the own file's write lock, or after its snapshot
/// was taken, where it is not; so no unit of work runs at a place that has been left, and no read
/// sees one that had been left before it began. The gate in the own file says that it is the file
/// which the fence means, and not one that was removed or replaced between two moves. A unit whose
/// routing decision knows of a later epoch than the fence is refused.
class SqliteModuleConnection final : public ModuleConnection {
 public:
  SqliteModuleConnection(std::shared_ptr<SqliteFiles> files, std::size_t module);

  std::unique_ptr<CommitWatch> watch(std::function<void()> changed) override;

 private:
  enum class Outcome : std::uint8_t { Finished, Elsewhere };
  using WriteBody = std::function<bool(Connection&)>;

  std::string_view engine() const override { return to_string(Engine::Sqlite); }
  void run_read(const Context& context, const KitBody& body) override;
  std::optional<Error> run_write(const Context& context, const WriteBody& body) override;

  bool read_shared(const Context& context, const KitBody& body);
  bool read_own(const placement::Placement& placement, const Context& context, const KitBody& body);
  std::optional<Error> write_shared(const placement::Placement& placement, const Context& context,
                                    const WriteBody& body, Outcome& outcome);
  std::optional<Error> write_own(const placement::Placement& placement, const Context& context,
                                 const WriteBody& body, Outcome& outcome);
  std::shared_ptr<SqliteFile> own_file(const placement::Placement& placement,
                                       const Context& context) const;
  std::optional<placement::Gate> gate_of(SqliteFile& own, SqliteConnection& connection,
                                         const placement::Placement& placement,
                                         const Context& context) const;
  bool is_at(const placement::Placement& placement, const Context& context) const;
  placement::Placement last_seen() const;
  void look_again(const Context& context);

  const std::shared_ptr<SqliteFiles> files_;
  mutable std::mutex mutex_;
  placement::Placement last_seen_;
};

}  // namespace banyan::sql

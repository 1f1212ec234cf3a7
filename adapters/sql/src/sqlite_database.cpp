// SPDX-License-Identifier: Apache-2.0
#include "sqlite_database.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "placement/file_format.hpp"
#include "sql/fault.hpp"
#include "sqlite_module_connection.hpp"

namespace banyan::sql {
namespace {

constexpr std::chrono::seconds kPatience{30};
// Of who looks again and again.
constexpr std::chrono::seconds kShortPatience{1};

DataSource file_source(std::filesystem::path file) { return {Engine::Sqlite, std::move(file), {}}; }

// Only at the first look may a file be anything.
std::filesystem::path checked(std::filesystem::path file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    throw Fault(FaultKind::Storage,
                "'" + file.string() + "' is a folder. Name a database file inside it.");
  }
  if (const auto usable = placement::check_database(file); !usable) {
    const bool is_ours = usable.error().code == ErrorCode::Unavailable;  // it cannot be read now
    throw Fault(is_ours ? FaultKind::Storage : FaultKind::NotADatabase, usable.error().message);
  }
  return file;
}

}  // namespace

SqliteFile::SqliteFile(std::filesystem::path file, Role role, Ownership& ownership,
                       const Options& options)
    : path_(checked(std::move(file))),
      ownership_(ownership),
      options_(options),
      writer_(path_, ownership, options) {
  make_tables_of_kit(role);
}

SqliteReaders& SqliteFile::readers_of(std::size_t module) {
  const std::lock_guard lock(mutex_);
  auto& readers = readers_[module];
  if (!readers) readers = std::make_unique<SqliteReaders>(path_, ownership_, options_);
  return *readers;
}

// Looked for first, so that opening a file that is up to date writes nothing.
void SqliteFile::make_tables_of_kit(Role role) {
  const Clock& clock = *options_.clock;
  Context context;
  context.deadline = clock.steady() + kPatience;
  bool up_to_date = false;
  readers_of(Ownership::kKit).with_connection(context.deadline, [&](SqliteConnection& connection) {
    up_to_date = connection.has_tables_of_kit(role == Role::Shared);
  });
  if (up_to_date) return;
  const auto refused = writer_.run(context, [role](Connection& connection) {
    static_cast<SqliteConnection&>(connection).make_tables_of_kit(role == Role::Shared);
    return true;
  });
  if (refused) {
    throw Fault(FaultKind::Busy, "the database was not free for 30 seconds: " + refused->message);
  }
}

SqliteFiles::SqliteFiles(const std::filesystem::path& shared_file, const Options& options)
    : options_(options),
      ownership_(options_),
      shared_(shared_file, SqliteFile::Role::Shared, ownership_, options_) {}

SqliteFile& SqliteFiles::at(const std::string& location) {
  const std::lock_guard lock(mutex_);
  auto& own = own_[location];
  if (own) return *own;
  const auto file = shared_.path().parent_path() / location;
  if (!std::filesystem::exists(file)) {
    own_.erase(location);
    throw Fault(FaultKind::Storage, "the fence in '" + shared_.path().string() + "' points to '" +
                                        location + "', and there is no '" + file.string() +
                                        "'. Put the file back where it was; the data is in it.");
  }
  own = std::make_unique<SqliteFile>(file, SqliteFile::Role::Own, ownership_, options_);
  return *own;
}

placement::Placement SqliteFiles::placement_of(const std::string& module, SteadyTime deadline) {
  placement::Placement placement;
  shared_.readers_of(Ownership::kKit).with_connection(deadline, [&](SqliteConnection& connection) {
    placement = connection.placement_of(module);
  });
  return placement;
}

WriterFigures SqliteFiles::figures() {
  auto total = shared_.writer().figures();
  const std::lock_guard lock(mutex_);
  for (const auto& [location, own] : own_) {
    if (!own) continue;
    const auto more = own->writer().figures();
    total.units += more.units;
    total.commits += more.commits;
    total.again += more.again;
    total.queued += more.queued;
  }
  return total;
}

SqliteDatabase::SqliteDatabase(const DataSource& source, const Options& options)
    : source_(file_source(std::filesystem::absolute(source.file))),
      files_(std::make_shared<SqliteFiles>(source_.file, options)) {}

void SqliteFiles::waits(const std::string& module) {
  const std::lock_guard lock(waiting_mutex_);
  waiting_.try_emplace(module, options_.clock->steady());
}

void SqliteFiles::found(const std::string& module) {
  const std::lock_guard lock(waiting_mutex_);
  waiting_.erase(module);
}

std::vector<WaitingModule> SqliteFiles::waiting() {
  std::vector<WaitingModule> all;
  const std::lock_guard lock(waiting_mutex_);
  for (const auto& [module, since] : waiting_) all.push_back({module, since});
  std::ranges::sort(all, {}, &WaitingModule::since);
  return all;
}

ModuleDatabase SqliteDatabase::connect(const std::string& module,
                                       const std::vector<std::string>& tables,
                                       const std::vector<Crossing>& crossings) {
  const auto number = files_->ownership().add(module, tables, crossings);
  return ModuleDatabase(std::make_shared<SqliteModuleConnection>(files_, number));
}

std::vector<ModuleStatement> SqliteDatabase::statements() const {
  return files_->ownership().statements();
}

Result<void> SqliteDatabase::probe(const Context& context) {
  return write_probe_.run(
      figures(), *files_->options().clock,
      [&] {
        files_->shared()
            .readers_of(Ownership::kKit)
            .with_snapshot(context.deadline,
                           [](SqliteConnection& connection) { connection.touch(); });
      },
      [&] {
        return files_->shared().writer().run(context, [](Connection& connection) {
          static_cast<SqliteConnection&>(connection).write_mark();
          return true;
        });
      });
}

std::uint64_t SqliteDatabase::epoch_of(const std::string& module) const {
  const auto deadline = files_->options().clock->steady() + kShortPatience;
  return static_cast<std::uint64_t>(files_->placement_of(module, deadline).epoch);
}

DataSource SqliteDatabase::place_of(const std::string& module) const {
  const auto deadline = files_->options().clock->steady() + kPatience;
  const auto placement = files_->placement_of(module, deadline);
  if (placement.authority() == placement::Authority::Shared) return source_;
  return file_source(source_.file.parent_path() / placement.location);
}

}  // namespace banyan::sql

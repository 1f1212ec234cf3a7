// SPDX-License-Identifier: Apache-2.0
#include "sqlite_database.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <system_error>
#include <utility>

#include "banyan/placement/file_format.hpp"
#include "banyan/placement/replaced_database.hpp"
#include "banyan/sql/fault.hpp"
#include "banyan/sqlite/file_name.hpp"
#include "sqlite_module_connection.hpp"

namespace banyan::sql {
namespace {

constexpr std::chrono::seconds kPatience{30};
// Of who looks again and again.
constexpr std::chrono::seconds kShortPatience{1};

/// With what its folder is at this moment: who points a link to a folder elsewhere, as deployments
/// do, has not moved the file. A link in the place of the file itself is followed each time.
std::filesystem::path resolved(const std::filesystem::path& file) {
  const auto absolute = std::filesystem::absolute(file);
  std::error_code none;
  const auto folder = std::filesystem::canonical(absolute.parent_path(), none);
  return none ? absolute : folder / absolute.filename();
}

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

Fault fault_of_replaced(const std::filesystem::path& file, FileAtPath::Found found) {
  return {FaultKind::Replaced,
          "'" + file.string() + "' is not the file any more that this process has opened: " +
              (found == FileAtPath::Found::Nothing ? "none is there" : "another one is there") +
              ". What it wrote now, nobody would find again, so it changes nothing, in no file; it"
              " reads on for as long as it can. Put the file back that was there, and it goes on by"
              " itself. To go on with another one, stop all processes, move its -wal and -shm"
              " aside (they belong to the file that was there), and start again."};
}

}  // namespace

SqliteFile::SqliteFile(std::filesystem::path file, Role role, Ownership& ownership,
                       const Options& options, SteadyTime deadline)
    : path_(checked(std::move(file))),
      opened_(resolved(sqlite::behind_links(path_))),
      role_(role),
      ownership_(ownership),
      options_(options),
      wal_(path_, snapshots_, options),
      writer_(
          path_, ownership, wal_, options, [this](bool replaced) { tell_replaced(replaced); },
          [this] { check_at_path(); }) {
  placement::forget_replaced(opened_);
  make_tables_of_kit(role, deadline);
}

SqliteReaders& SqliteFile::readers_of(std::size_t module) {
  const std::lock_guard lock(mutex_);
  auto& readers = readers_[module];
  if (!readers) {
    // One that is opened later would read another file than the others, and take their log away
    // when it is closed.
    readers = std::make_unique<SqliteReaders>(path_, ownership_, module, snapshots_, options_,
                                              [this] { check_at_path(); });
  }
  return *readers;
}

void SqliteFile::check_at_path() const {
  if (role_ == Role::Own) return;
  const FileAtPath::Found found = writer_.look_at_path();
  if (found != FileAtPath::Found::Itself) throw fault_of_replaced(path_, found);
}

void SqliteFile::tell_replaced(bool replaced) const {
  if (role_ != Role::Shared) return;
  if (replaced) {
    note_replaced();
  } else {
    placement::forget_replaced(opened_);
  }
  if (!options_.on_replaced) return;
  options_.on_replaced(replaced
                           ? std::string(fault_of_replaced(path_, writer_.look_at_path()).what())
                           : std::string());
}

void SqliteFile::note_replaced() const {
  try {
    placement::note_replaced(opened_, writer_.opened_file());
  } catch (const std::exception& error) {
    if (options_.on_fault) {
      options_.on_fault("nothing will keep the next start from taking '" + opened_.string() +
                        "-wal' for the log of the file that is there: " + error.what());
    }
  }
}

// Looked for first, so that opening a file that is up to date writes nothing.
void SqliteFile::make_tables_of_kit(Role role, SteadyTime deadline) {
  Context context;
  context.deadline = deadline;
  bool complete = false;
  bool marked = false;
  readers_of(Ownership::kKit).with_connection(deadline, [&](SqliteConnection& connection) {
    complete = connection.has_tables_of_kit(role == Role::Shared);
    marked = connection.is_marked();
  });
  // Reading needs no mark, so it does not wait for who writes in a module's own file.
  if (complete && role == Role::Own) mark_is_due_ = !marked;
  if (complete && (marked || role == Role::Own)) return;
  const auto refused = writer_.run(context, [role](Connection& connection) {
    static_cast<SqliteConnection&>(connection).make_tables_of_kit(role == Role::Shared);
    return true;
  });
  if (refused) {
    throw Fault(FaultKind::Busy, "'" + path_.filename().string() +
                                     "' lacks tables of the kit and was not free for making "
                                     "them: " +
                                     refused->message);
  }
}

// Once more than needed does no harm.
void SqliteFile::mark_if_due(SqliteConnection& connection) {
  if (!mark_is_due_) return;
  if (connection.is_marked()) {
    mark_is_due_ = false;
  } else {
    connection.make_tables_of_kit(false);
  }
}

Result<void> SqliteFile::probe(const Context& context) {
  return write_probe_.run(
      writer_.figures(), *options_.clock,
      [&] {
        check_at_path();
        readers_of(Ownership::kKit)
            .with_snapshot(context.deadline,
                           [](SqliteConnection& connection) { connection.touch(); });
      },
      [&] {
        auto refused = writer_.run(context, [](Connection& connection) {
          static_cast<SqliteConnection&>(connection).write_mark();
          return true;
        });
        if (refused) refused->message = "'" + path_.filename().string() + "': " + refused->message;
        return refused;
      });
}

SqliteFiles::SqliteFiles(const std::filesystem::path& shared_file, const Options& options)
    : options_(options),
      ownership_(options_),
      shared_(std::make_shared<SqliteFile>(shared_file, SqliteFile::Role::Shared, ownership_,
                                           options_, options_.clock->steady() + kPatience)) {}

std::shared_ptr<SqliteFile> SqliteFiles::at(const std::string& location, SteadyTime deadline) {
  std::unique_lock lock(mutex_);
  OwnFile& own = own_[location];
  while (own.being_opened) {
    const auto left = deadline - options_.clock->steady();
    if (left <= SteadyTime::duration::zero()) {
      throw Fault(FaultKind::Deadline, "the deadline passed while '" + location +
                                           "' was being opened for somebody else.");
    }
    opened_.wait_for(lock, std::min<SteadyTime::duration>(left, kPatience));
  }
  if (own.file && !own.file->is_replaced()) return own.file;
  own.being_opened = true;
  auto replaced = std::move(own.file);
  if (replaced) {
    const WriterFigures did = replaced->writer().figures();
    of_replaced_ += {did.units, did.commits, did.again};
  }
  lock.unlock();
  replaced.reset();  // its writer may have something to finish
  const auto end = [&](std::shared_ptr<SqliteFile> file) {
    lock.lock();
    own.file = std::move(file);
    own.being_opened = false;
    opened_.notify_all();
    return own.file;
  };
  try {
    return end(open_own(location, deadline));
  } catch (...) {
    end(nullptr);
    throw;
  }
}

std::shared_ptr<SqliteFile> SqliteFiles::open_own(const std::string& location,
                                                  SteadyTime deadline) {
  const auto file = shared_->path().parent_path() / location;
  if (!std::filesystem::exists(file)) {
    throw Fault(FaultKind::Storage, "the fence in '" + shared_->path().string() + "' points to '" +
                                        location + "', and there is no '" + file.string() +
                                        "'. Put the file back where it was; the data is in it.");
  }
  return std::make_shared<SqliteFile>(file, SqliteFile::Role::Own, ownership_, options_, deadline);
}

placement::Placement SqliteFiles::placement_of(const std::string& module, SteadyTime deadline) {
  placement::Placement placement;
  shared_->readers_of(Ownership::kKit).with_connection(deadline, [&](SqliteConnection& connection) {
    placement = connection.placement_of(module);
  });
  return placement;
}

std::vector<std::shared_ptr<SqliteFile>> SqliteFiles::files() {
  std::vector all{shared_};
  const std::lock_guard lock(mutex_);
  for (const auto& [location, own] : own_) {
    if (own.file) all.push_back(own.file);
  }
  return all;
}

WriterFigures SqliteFiles::figures() {
  WriterFigures total = shared_->writer().figures();
  const std::lock_guard lock(mutex_);
  for (const auto& [location, own] : own_) {
    if (own.file) total += own.file->writer().figures();
  }
  return total += of_replaced_;
}

std::vector<std::filesystem::path> SqliteFiles::paths() {
  std::vector<std::filesystem::path> all;
  for (const auto& file : files()) {
    // Whoever closes what lies in the place of the shared file may take its log away.
    if (file->is_at_path()) all.push_back(file->path());
  }
  return all;
}

std::set<std::string> SqliteFiles::locations_in_use(SteadyTime deadline) {
  std::set<std::string> locations;
  for (const std::string& module : ownership_.modules()) {
    const auto placement = placement_of(module, deadline);
    if (placement.authority() == placement::Authority::Own) locations.insert(placement.location);
  }
  return locations;
}

SqliteDatabase::SqliteDatabase(const DataSource& source, const Options& options)
    : source_(file_source(resolved(source.file))),
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
                                       const std::vector<BoundaryViolation>& violations) {
  const auto number = files_->ownership().add(module, tables, violations);
  return ModuleDatabase(std::make_shared<SqliteModuleConnection>(files_, number));
}

std::vector<ModuleStatement> SqliteDatabase::statements() const {
  return files_->ownership().statements();
}

WriterFigures SqliteDatabase::figures() const { return files_->figures(); }

Result<void> SqliteDatabase::probe(const Context& context) {
  auto found = files_->shared().probe(context);
  const auto add = [&found](Error problem) {
    if (!found) problem.message = found.error().message + " " + problem.message;
    found = fail(std::move(problem));
  };
  try {
    for (const std::string& location : files_->locations_in_use(context.deadline)) {
      try {
        auto own = files_->at(location, context.deadline)->probe(context);
        if (!own) add(std::move(own).error());
      } catch (const Fault& fault) {
        add(error_with_text(fault));
      }
    }
  } catch (const Fault& fault) {
    add(error_with_text(fault));
  }
  return found;
}

std::vector<WriteAheadLog> SqliteDatabase::write_ahead_logs() const {
  std::vector<WriteAheadLog> all;
  for (const auto& file : files_->files()) all.push_back(file->write_ahead_log());
  return all;
}

std::uint64_t SqliteDatabase::epoch_of(const std::string& module) const {
  const auto deadline = files_->options().clock->steady() + kShortPatience;
  return static_cast<std::uint64_t>(files_->placement_of(module, deadline).epoch);
}

std::string SqliteDatabase::stage_of(const std::string& module) const {
  const auto deadline = files_->options().clock->steady() + kPatience;
  return std::string(to_string(files_->placement_of(module, deadline).stage));
}

PlacementFigures SqliteDatabase::placement_of(const std::string& module) const {
  const auto deadline = files_->options().clock->steady() + kShortPatience;
  const auto placement = files_->placement_of(module, deadline);
  PlacementFigures figures{
      std::string(to_string(placement.stage)), static_cast<std::uint64_t>(placement.epoch), {}};
  if (placement.authority() != placement::Authority::Own) return figures;
  const auto own = files_->at(placement.location, deadline);
  own->readers_of(Ownership::kKit).with_connection(deadline, [&](SqliteConnection& connection) {
    if (const auto gate = connection.gate_of(module)) figures.gate_open = gate->open;
  });
  return figures;
}

DataSource SqliteDatabase::source_of(const std::string& module) const {
  const auto deadline = files_->options().clock->steady() + kPatience;
  const auto placement = files_->placement_of(module, deadline);
  if (placement.authority() == placement::Authority::Shared) return source_;
  return file_source(source_.file.parent_path() / placement.location);
}

}  // namespace banyan::sql

// SPDX-License-Identifier: Apache-2.0
#include "places.hpp"

#include <utility>

#include "sql/fault.hpp"

namespace banyan::sql {
namespace {

void create_fence(Writer& writer, const Clock& clock) {
  Context context;
  context.deadline = clock.steady() + std::chrono::seconds(30);
  const auto refused = writer.run(context, [](Connection& connection) {
    connection.command(
        "CREATE TABLE IF NOT EXISTS banyan_fence(module TEXT PRIMARY KEY, state TEXT NOT NULL "
        "CHECK(state IN ('open','moved')), epoch INTEGER NOT NULL, location TEXT NOT NULL)");
    return true;
  });
  if (refused) {
    throw Fault(FaultKind::Busy, "the database was not free for 30 seconds: " + refused->message);
  }
}

bool has_fence(Readers& readers) {
  bool found = false;
  readers.with_connection([&found](Connection& connection) {
    connection.query(Ownership::kKit,
                     "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'banyan_fence'",
                     {}, 1, 1, [&found](Connection::Row) { found = true; });
  });
  return found;
}

}  // namespace

Place::Place(std::filesystem::path file, Ownership& ownership, const Options& options)
    : file_(std::move(file)),
      ownership_(ownership),
      readers_per_module_(options.readers_per_module),
      writer_(file_, ownership, options) {}

Readers& Place::readers_of(std::size_t module) {
  const std::lock_guard lock(mutex_);
  auto& readers = readers_[module];
  if (!readers) readers = std::make_unique<Readers>(file_, ownership_, readers_per_module_);
  return *readers;
}

Location location_in(Connection& shared, const std::string& module) {
  Location location;
  const Value name = module;
  shared.query(Ownership::kKit,
               "SELECT location FROM banyan_fence WHERE module = :module AND state = 'moved'",
               {&name, 1}, 1, 1,
               [&location](Connection::Row row) { location = Column<std::string>::read(row[0]); });
  return location;
}

bool gate_is_open(Connection& target, const std::string& module) {
  bool exists = false;
  target.query(Ownership::kKit,
               "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'banyan_gate'", {}, 1,
               1, [&exists](Connection::Row) { exists = true; });
  if (!exists) return false;
  bool open = false;
  const Value name = module;
  target.query(Ownership::kKit,
               "SELECT 1 FROM banyan_gate WHERE module = :module AND state = 'open'", {&name, 1}, 1,
               1, [&open](Connection::Row) { open = true; });
  return open;
}

Places::Places(const std::filesystem::path& shared_file, const Options& options)
    : options_(options), ownership_(options_), shared_(shared_file, ownership_, options_) {
  if (!has_fence(shared_.readers_of(Ownership::kKit))) {
    create_fence(shared_.writer(), *options_.clock);
  }
}

Place& Places::at(const Location& location) {
  const std::lock_guard lock(mutex_);
  auto& place = moved_[location];
  if (place) return *place;
  const auto file = shared_.file().parent_path() / location;
  if (!std::filesystem::exists(file)) {
    moved_.erase(location);
    throw Fault(FaultKind::Storage, "the fence in '" + shared_.file().string() + "' points to '" +
                                        location + "', and there is no '" + file.string() +
                                        "'. Put the file back where it was; the data is in it.");
  }
  place = std::make_unique<Place>(file, ownership_, options_);
  return *place;
}

Location Places::location_of(std::size_t module) {
  Location location;
  shared_.readers_of(Ownership::kKit).with_connection([&](Connection& connection) {
    location = location_in(connection, ownership_.rights(module).module);
  });
  return location;
}

WriterFigures Places::figures() {
  auto total = shared_.writer().figures();
  const std::lock_guard lock(mutex_);
  for (const auto& [location, place] : moved_) {
    if (!place) continue;
    const auto more = place->writer().figures();
    total.units += more.units;
    total.commits += more.commits;
    total.singly += more.singly;
    total.queued += more.queued;
  }
  return total;
}

}  // namespace banyan::sql

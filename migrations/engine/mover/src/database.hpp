// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <utility>

#include "banyan/kernel/result.hpp"
#include "banyan/sqlite/connection.hpp"

namespace banyan::mover {

using sqlite::Connection;

/// What SQLite refused, with the file that it concerns: a move works on two.
class FileFault final : public sqlite::Fault {
 public:
  FileFault(const sqlite::Fault& fault, std::filesystem::path file)
      : sqlite::Fault(fault), file_(std::move(file)) {}
  const std::filesystem::path& file() const { return file_; }

 private:
  std::filesystem::path file_;
};

/// Runs `action`, and turns a Fault of it into one that names the file.
decltype(auto) about(const std::filesystem::path& file, auto&& action) {
  try {
    return action();
  } catch (const FileFault&) {
    throw;
  } catch (const sqlite::Fault& fault) {
    throw FileFault(fault, file);
  }
}

/// Opens a file that must exist and be a database for reading; otherwise says what it is instead.
Result<Connection> open_existing(const std::filesystem::path& file);

/// Set up for applying rows: no triggers, no foreign key actions, every commit durable. Throws
/// sqlite::Fault.
Connection open_for_applying(const std::filesystem::path& file,
                             std::chrono::milliseconds busy_wait);

/// What SQLite refused, as the Error of the public functions. `file` is named when the fault does
/// not know its own.
Error error_from(const sqlite::Fault& fault, const std::filesystem::path& file);

/// Somebody else holds the file, or a lock on it.
Error still_locked(const std::filesystem::path& file);

/// The lock that one mover at a time holds on a shared file.
std::filesystem::path mover_lock_of(const std::filesystem::path& shared);

}  // namespace banyan::mover

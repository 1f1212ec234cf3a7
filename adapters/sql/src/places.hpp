// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "kernel/context.hpp"
#include "ownership.hpp"
#include "readers.hpp"
#include "sql/shared_database.hpp"
#include "writer.hpp"

namespace banyan::sql {

/// One file with its writer and its readers.
class Place {
 public:
  Place(std::filesystem::path file, Ownership& ownership, const Options& options);

  Writer& writer() { return writer_; }
  Readers& readers_of(std::size_t module);
  const std::filesystem::path& file() const { return file_; }

 private:
  const std::filesystem::path file_;
  Ownership& ownership_;
  const std::size_t readers_per_module_;
  Writer writer_;
  std::mutex mutex_;
  std::map<std::size_t, std::unique_ptr<Readers>> readers_;
};

/// The fence row of a module: where its tables are. Empty: in the shared file.
using Location = std::string;

/// Asked inside a transaction on the shared file, so that the answer holds until its end.
Location location_in(Connection& shared, const std::string& module);

/// May units of work go on in a file that a module has moved to?
bool gate_is_open(Connection& target, const std::string& module);

/// The shared file and the files that modules have moved to, opened when first needed.
class Places {
 public:
  Places(const std::filesystem::path& shared_file, const Options& options);

  Ownership& ownership() { return ownership_; }
  Place& shared() { return shared_; }
  /// The file that a fence row points to. Throws Fault{Storage} when it is not there.
  Place& at(const Location& location);
  Location location_of(std::size_t module);
  WriterFigures figures();
  const Options& options() const { return options_; }

 private:
  const Options options_;
  Ownership ownership_;
  Place shared_;
  std::mutex mutex_;
  std::map<Location, std::unique_ptr<Place>> moved_;
};

}  // namespace banyan::sql

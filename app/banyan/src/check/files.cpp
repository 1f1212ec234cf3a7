// SPDX-License-Identifier: Apache-2.0
#include "check/files.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace banyan::cli::check {

void look_at_files(const strangler::Configuration& configuration, const ControlStoreNow& store,
                   const std::filesystem::path& folder, std::vector<Finding>& found) {
  if (store.problem) {
    found.push_back({Weight::Problem, store.problem->rule, {}, store.problem->message});
  }
  if (store.unread) {
    found.push_back({Weight::Note,
                     store.unread->rule,
                     {},
                     "where the traffic stands is not known here: " + store.unread->message});
  }
  const auto& log = configuration.access_log;
  if (!log || log->file == "-") return;
  const std::filesystem::path file = folder / log->file;
  const auto where = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  std::error_code unknown;
  const bool there = std::filesystem::exists(file, unknown);
  if (::access(there ? file.c_str() : where.c_str(), W_OK) == 0) return;
  add(found, Weight::Problem, "access_log", {},
      "the access log " + file.string() + " cannot be written: " + std::strerror(errno) +
          ". Make the folder, or set file in [access_log]");
}

}  // namespace banyan::cli::check

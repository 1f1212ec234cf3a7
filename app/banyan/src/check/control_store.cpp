// SPDX-License-Identifier: Apache-2.0
#include "check/control_store.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "banyan/serving/control_plane.hpp"

namespace banyan::cli::check {
namespace {

namespace fs = std::filesystem;

std::optional<Error> cannot_be_made(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (::access(folder.c_str(), W_OK | X_OK) == 0) return std::nullopt;
  return Error{ErrorCode::FailedPrecondition,
               "check.control_store_folder",
               "the control store " + file.string() + " cannot be made: " + folder.string() + ": " +
                   std::strerror(errno) + ". Make the folder, or set control_store in [proxy]",
               {}};
}

}  // namespace

strangler::Traffic ControlStoreNow::traffic(std::string_view rollout) const {
  const strangler::Rollout* const found = stand ? stand->find(rollout) : nullptr;
  return found != nullptr ? found->traffic : strangler::Traffic{};
}

ControlStoreNow control_store_now(const strangler::Configuration& configuration,
                                  const std::string& config_file) {
  const fs::path file = fs::path(config_file).parent_path() / configuration.control_store;
  ControlStoreNow now{.file = file.string(), .stand = {}, .problem = {}, .unread = {}};
  now.problem = serving::lost_control_store(now.file, config_file);
  if (now.problem) return now;
  // An empty file is one that somebody has made for the proxy to begin with.
  std::error_code unknown;
  const bool is_there = fs::exists(file, unknown);
  if (!is_there) now.problem = cannot_be_made(file);
  if (!is_there || fs::file_size(file, unknown) == 0) return now;
  auto store = strangler::ControlStore::open(now.file, system_clock(),
                                             strangler::ControlStore::Mode::MustExist,
                                             serving::notes_elsewhere(now.file, config_file));
  if (!store) {
    // Another user's file may be fine for whoever runs the proxy.
    const bool refused = store.error().code == ErrorCode::FailedPrecondition;
    (refused ? now.problem : now.unread) = std::move(store.error());
    return now;
  }
  auto stand = (*store)->stand();
  if (stand) {
    now.stand = std::move(*stand);
    // Whatever keeps it from being read, the stand has shown already.
    if (auto table = (*store)->table()) now.table = std::move(*table);
  } else {
    const bool refused = stand.error().code == ErrorCode::FailedPrecondition;
    (refused ? now.problem : now.unread) = std::move(stand.error());
  }
  return now;
}

}  // namespace banyan::cli::check

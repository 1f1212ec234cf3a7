// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "banyan/kernel/result.hpp"
#include "banyan/supervision/deployment.hpp"

namespace banyan::supervision {

/// Where the supervisor of that file keeps its lock, its socket and its logs, also while there is
/// something wrong in the file.
std::filesystem::path state_folder_of(const std::filesystem::path& file,
                                      const Variables& variables);

// What the supervisor of a deployment is asked, over the socket in its state folder. Each waits for
// the answer, one JSON object; its members are those of `banyan ps --json`. The error
// `supervision.not_running` says that there is no supervisor.

/// All programs as they are now.
Result<std::string> ask_status(const std::filesystem::path& state);
/// Stops all; answers when they have ended.
Result<std::string> ask_stop(const std::filesystem::path& state);
/// Stops one and starts it; answers when it is ready. `supervision.unknown_program`,
/// `supervision.not_ready`.
Result<std::string> ask_restart(const std::filesystem::path& state, std::string_view program);

}  // namespace banyan::supervision

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <functional>
#include <string>

#include "banyan/discovery/log_line.hpp"
#include "discover/text.hpp"

namespace banyan::cli::discover {

/// Reads access logs line by line, whatever their size: one line is in memory, of one that is
/// longer than 64 KiB nothing. "-" is standard input. `take` gets every request. Which file cannot
/// be read, with the system's reason.
std::expected<void, std::string> read_logs(
    const std::vector<std::string>& files, Reading& reading,
    const std::function<void(const discovery::LogLine&)>& take);

}  // namespace banyan::cli::discover

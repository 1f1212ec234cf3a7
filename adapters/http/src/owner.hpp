// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace banyan::http {

/// "alice", or "user 1000" when nobody has that number.
std::string name_of_user(uid_t id);

/// " (it belongs to alice)" when the file is there and not ours.
std::string if_of_somebody_else(const std::filesystem::path& path);

}  // namespace banyan::http

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "banyan/posix/descriptor.hpp"

namespace banyan::supervision {

/// Makes the folder, for this user only, if it is missing. Throws std::system_error.
void make_state_folder(const std::filesystem::path& folder);

/// A Unix socket in the folder, however long the folder's path is. Throws std::system_error.
posix::Descriptor listen_in(const std::filesystem::path& folder);
/// The other side; invalid, with errno, when nobody listens.
posix::Descriptor connect_to(const std::filesystem::path& folder);

}  // namespace banyan::supervision

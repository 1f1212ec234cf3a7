// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

#include "banyan/http/endpoint.hpp"

namespace banyan::http {

/// A file by which processes of this user find the one that listens there, e.g. with the ending
/// "lock": banyan-127.0.0.1_8080.lock, in a folder that only this user may write to, which is made
/// when it is missing: $XDG_RUNTIME_DIR where that is one, else banyan-<uid> among the temporary
/// files. Throws std::runtime_error that says what is in the way.
std::filesystem::path run_file(const Endpoint& endpoint, std::string_view ending);

}  // namespace banyan::http

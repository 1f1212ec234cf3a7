// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "banyan/verdict/window.hpp"

namespace banyan::host {

/// What was done in some time, as it is kept in a file and told to another process: how many
/// (`count` is what these are called, "events"), how many of them failed, and their lag by the ends
/// of the buckets, which mean the same to a program that divides otherwise.
void add_window(nlohmann::ordered_json& to, const std::string& count,
                const strangler::Window& window);

/// Throws nlohmann::json::exception where a field is missing or of another kind.
strangler::Window window_from(const nlohmann::ordered_json& json, const std::string& count);

}  // namespace banyan::host

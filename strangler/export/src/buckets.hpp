// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "ways.hpp"

/// The sticky bucket of a key (kernel/routing.hpp) in the languages of the other proxies. A test
/// starts them and compares 10,000 keys.
namespace banyan::strangler {

inline constexpr const char* kBucketsLua = "banyan_buckets.lua";
inline constexpr const char* kBucketsJs = "banyan_buckets.js";

/// A converter for HAProxy: key,lua.banyan_bucket(ROLLOUT).
std::string buckets_lua(const TableToExport& table);

/// A function for nginx for each rollout between 0 % and 100 %, which answers "remote" or "local".
std::string buckets_js(const TableToExport& table, const Ways& ways);

}  // namespace banyan::strangler

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/program/settings.hpp"
#include "banyan/serving/options.hpp"

namespace banyan::cli {

/// By which its variables are named: BANYAN_PROXY_CONFIG.
inline constexpr std::string_view kProxyProgram = "banyan-proxy";

inline constexpr std::int64_t kMostLoops = 1'024;
inline constexpr std::int64_t kLongestDrainNotice = 600'000;  ///< milliseconds

/// The options of `banyan proxy` that every layer can say.
std::span<const program::Option> proxy_options();

/// Puts a value into `options`; what is wrong with it, or "".
std::string take_setting(serving::ProxyOptions& options, const program::Setting& setting);

}  // namespace banyan::cli

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "banyan/routing/keys.hpp"

/// What the keys of several sources take: units of their ranges, and choices.
namespace banyan::strangler {

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;
inline constexpr std::uint64_t kGiB = 1024 * kMiB;
/// In milliseconds: no time in the file may be longer, but for streams.
inline constexpr std::uint64_t kHour = 3'600'000;
inline constexpr std::uint64_t kDay = 24 * kHour;

inline constexpr std::array kMinimumVersion = std::to_array<KeyChoice>({{"1.2"}, {"1.3"}});

}  // namespace banyan::strangler

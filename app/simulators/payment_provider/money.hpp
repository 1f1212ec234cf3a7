// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace acmepay {

/// Amounts are decimal numbers here, without zeros at the end: 1250 is "12.5", 1300 is "13".
std::string decimal_of(std::int64_t minor);
std::optional<std::int64_t> minor_of(const std::string& decimal);

}  // namespace acmepay

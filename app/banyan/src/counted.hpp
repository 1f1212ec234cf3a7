// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace banyan::cli {

/// "1 copy", "2 copies".
inline std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
  return std::to_string(number) + ' ' + std::string(number == 1 ? one : many);
}
/// "1 line", "2 lines".
inline std::string counted(std::uint64_t number, std::string_view one) {
  return counted(number, one, std::string(one) + "s");
}

}  // namespace banyan::cli

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace banyan::discovery {

/// About how many different texts were seen, in 128 bytes and without any of them (HyperLogLog;
/// 10 % off is usual, up to 50 are counted well). The same texts give the same number.
class DistinctCount {
 public:
  void add(std::string_view text);
  void add(const DistinctCount& other);
  std::uint64_t about() const;

 private:
  static constexpr std::size_t kRegisters = 128;
  std::array<std::uint8_t, kRegisters> highest_{};
};

}  // namespace banyan::discovery

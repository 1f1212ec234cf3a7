// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace banyan::discovery {

/// About how many different texts were seen, in a byte for each register and without any of them
/// (HyperLogLog). The same texts give the same number, in whatever order they come.
template <std::size_t kRegisters>
class DistinctCounter {
 public:
  void add(std::string_view text);
  void add(const DistinctCounter& other);
  std::uint64_t about() const;

 private:
  std::array<std::uint8_t, kRegisters> highest_{};
};
extern template class DistinctCounter<128>;
extern template class DistinctCounter<1'024>;

/// For what there are many of: 10 % off is usual, up to 50 are counted well.
using DistinctCount = DistinctCounter<128>;
/// For a figure that somebody reads: 3 % off is usual, up to 500 are counted well.
using FineDistinctCount = DistinctCounter<1'024>;

}  // namespace banyan::discovery

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "kernel/random.hpp"

namespace banyan::strangler {

/// A W3C `traceparent` that begins a trace, sampled: "00-<32 hex>-<16 hex>-01". What
/// TraceContext::make() comes to, without its three strings.
class TraceParent {
 public:
  explicit TraceParent(Random& random) {
    constexpr std::string_view kForm = "00-................................-................-01";
    kForm.copy(text_.data(), text_.size());
    write_hex(random, 3);
    write_hex(random, 19);
    write_hex(random, 36);
  }
  std::string_view text() const noexcept { return {text_.data(), text_.size()}; }

 private:
  /// Sixteen digits, not all of them zero.
  void write_hex(Random& random, std::size_t at) {
    std::uint64_t bits = 0;
    while (bits == 0) bits = random.next();
    for (std::size_t digit = 0; digit < 16; ++digit) {
      text_[at + digit] = "0123456789abcdef"[bits & 15];
      bits >>= 4;
    }
  }

  std::array<char, 55> text_;
};

}  // namespace banyan::strangler

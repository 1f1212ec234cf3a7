// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "kernel/hex.hpp"
#include "kernel/random.hpp"

namespace banyan::strangler {

/// A W3C `traceparent` that begins a trace, sampled: "00-<32 hex>-<16 hex>-01". What
/// TraceContext::make() comes to, without its three strings.
class TraceParent {
 public:
  explicit TraceParent(Random& random) {
    constexpr std::string_view kForm = "00-................................-................-01";
    kForm.copy(text_.data(), text_.size());
    write<3>(random);
    write<19>(random);
    write<36>(random);
  }
  std::string_view text() const noexcept { return {text_.data(), text_.size()}; }

 private:
  /// Sixteen digits, not all of them zero.
  template <std::size_t At>
  void write(Random& random) {
    std::uint64_t bits = 0;
    while (bits == 0) bits = random.next();
    write_hex(bits, std::span(text_).template subspan<At, 16>());
  }

  std::array<char, 55> text_;
};

}  // namespace banyan::strangler

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace banyan::strangler {

/// A set of HTTP methods. Names are case-sensitive (RFC 9110 §9.1).
class MethodSet {
 public:
  /// Every method, also those that nobody has heard of.
  static MethodSet any();
  static MethodSet none() { return {}; }

  /// False when it is none of GET HEAD POST PUT PATCH DELETE OPTIONS.
  bool add(std::string_view method);
  bool contains(std::string_view method) const;
  bool intersects(const MethodSet& other) const { return (bits_ & other.bits_) != 0; }
  bool empty() const { return bits_ == 0; }
  MethodSet& operator|=(const MethodSet& other);
  MethodSet& remove(const MethodSet& other);

  /// As in an Allow field: "GET, HEAD, POST"; "*" for any.
  std::string to_string() const;
  friend bool operator==(const MethodSet&, const MethodSet&) = default;

 private:
  std::uint16_t bits_ = 0;
};

}  // namespace banyan::strangler

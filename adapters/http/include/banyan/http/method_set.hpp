// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace banyan::http {

/// A set of HTTP methods: those of IANA's registry and a few more that are in use by name, all
/// others as one. Names are case-sensitive (RFC 9110 §9.1). As cheap to copy as a number.
class MethodSet {
 public:
  /// Every method, also those that nobody has heard of.
  static MethodSet any();
  static MethodSet none() { return {}; }

  /// False when it is a method that is not known by name; any() is the only set with such.
  bool add(std::string_view method);
  bool contains(std::string_view method) const;
  bool intersects(const MethodSet& other) const { return (bits_ & other.bits_) != 0; }
  bool empty() const { return bits_ == 0; }
  bool is_any() const { return *this == any(); }
  MethodSet& operator|=(const MethodSet& other);
  MethodSet& remove(const MethodSet& other);

  /// As in an Allow field: "GET, HEAD, POST"; "*" for any.
  std::string to_string() const;
  friend bool operator==(const MethodSet&, const MethodSet&) = default;

 private:
  std::uint64_t bits_ = 0;
};

/// Whether who asks with it expects nothing to change at the server (RFC 9110 §9.2.1, and what the
/// registry says of methods from elsewhere: PROPFIND, REPORT, SEARCH, QUERY). Not of an unknown
/// one.
bool is_safe_method(std::string_view method);

/// All that a MethodSet knows by name, for messages.
const std::vector<std::string>& known_methods();

}  // namespace banyan::http

// SPDX-License-Identifier: Apache-2.0
#include "routing/method_set.hpp"

#include <array>
#include <cstddef>

namespace banyan::strangler {
namespace {

constexpr std::array<std::string_view, 7> kMethods = {"GET",   "HEAD",   "POST",   "PUT",
                                                      "PATCH", "DELETE", "OPTIONS"};
constexpr std::uint16_t kOthers = 1U << kMethods.size();
constexpr std::uint16_t kAll = (kOthers << 1U) - 1U;

// kOthers for a method that is none of ours.
std::uint16_t bit_of(std::string_view method) {
  for (std::size_t i = 0; i < kMethods.size(); ++i) {
    if (method == kMethods[i]) return static_cast<std::uint16_t>(1U << i);
  }
  return kOthers;
}

}  // namespace

MethodSet MethodSet::any() {
  MethodSet all;
  all.bits_ = kAll;
  return all;
}

bool MethodSet::add(std::string_view method) {
  const std::uint16_t bit = bit_of(method);
  if (bit == kOthers) return false;
  bits_ = static_cast<std::uint16_t>(bits_ | bit);
  return true;
}

bool MethodSet::contains(std::string_view method) const { return (bits_ & bit_of(method)) != 0; }

MethodSet& MethodSet::operator|=(const MethodSet& other) {
  bits_ = static_cast<std::uint16_t>(bits_ | other.bits_);
  return *this;
}

MethodSet& MethodSet::remove(const MethodSet& other) {
  bits_ = static_cast<std::uint16_t>(bits_ & ~other.bits_);
  return *this;
}

std::string MethodSet::to_string() const {
  if (bits_ == kAll) return "*";
  std::string text;
  for (std::size_t i = 0; i < kMethods.size(); ++i) {
    if ((bits_ & (1U << i)) == 0) continue;
    if (!text.empty()) text += ", ";
    text += kMethods[i];
  }
  return text;
}

}  // namespace banyan::strangler

// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/method_set.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>

namespace banyan::http {
namespace {

/// The usual ones first: they are looked for by every request. TRACE is the last of RFC 9110's
/// that a server may serve, then IANA's registry (without CONNECT and PRI, which are no requests
/// for a path), then what is in use without being in it: caches, UPnP, Exchange.
constexpr auto kMethods = std::to_array<std::string_view>({"GET",
                                                           "HEAD",
                                                           "POST",
                                                           "PUT",
                                                           "PATCH",
                                                           "DELETE",
                                                           "OPTIONS",
                                                           "TRACE",
                                                           "ACL",
                                                           "BASELINE-CONTROL",
                                                           "BIND",
                                                           "CHECKIN",
                                                           "CHECKOUT",
                                                           "COPY",
                                                           "LABEL",
                                                           "LINK",
                                                           "LOCK",
                                                           "MERGE",
                                                           "MKACTIVITY",
                                                           "MKCALENDAR",
                                                           "MKCOL",
                                                           "MKREDIRECTREF",
                                                           "MKWORKSPACE",
                                                           "MOVE",
                                                           "ORDERPATCH",
                                                           "PROPFIND",
                                                           "PROPPATCH",
                                                           "QUERY",
                                                           "REBIND",
                                                           "REPORT",
                                                           "SEARCH",
                                                           "UNBIND",
                                                           "UNCHECKOUT",
                                                           "UNLINK",
                                                           "UNLOCK",
                                                           "UPDATE",
                                                           "UPDATEREDIRECTREF",
                                                           "VERSION-CONTROL",
                                                           "PURGE",
                                                           "BAN",
                                                           "NOTIFY",
                                                           "SUBSCRIBE",
                                                           "UNSUBSCRIBE",
                                                           "M-SEARCH",
                                                           "POLL",
                                                           "BCOPY",
                                                           "BDELETE",
                                                           "BMOVE",
                                                           "BPROPFIND",
                                                           "BPROPPATCH"});
constexpr std::uint64_t kOthers = std::uint64_t{1} << kMethods.size();
constexpr std::uint64_t kAll = (kOthers << 1U) - 1U;
static_assert(kMethods.size() < 63);

// kOthers for a method that is none of ours.
std::uint64_t bit_of(std::string_view method) {
  for (std::size_t i = 0; i < kMethods.size(); ++i) {
    if (method == kMethods[i]) return std::uint64_t{1} << i;
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
  const std::uint64_t bit = bit_of(method);
  if (bit == kOthers) return false;
  bits_ |= bit;
  return true;
}

bool MethodSet::contains(std::string_view method) const { return (bits_ & bit_of(method)) != 0; }

MethodSet& MethodSet::operator|=(const MethodSet& other) {
  bits_ |= other.bits_;
  return *this;
}

MethodSet& MethodSet::remove(const MethodSet& other) {
  bits_ &= ~other.bits_;
  return *this;
}

std::string MethodSet::to_string() const {
  if (bits_ == kAll) return "*";
  std::string text;
  for (std::size_t i = 0; i < kMethods.size(); ++i) {
    if ((bits_ & (std::uint64_t{1} << i)) == 0) continue;
    if (!text.empty()) text += ", ";
    text += kMethods[i];
  }
  return text;
}

bool is_safe_method(std::string_view method) {
  constexpr auto kSafe = std::to_array<std::string_view>(
      {"GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "SEARCH", "QUERY"});
  return std::ranges::find(kSafe, method) != kSafe.end();
}

const std::vector<std::string>& known_methods() {
  static const std::vector<std::string> all(kMethods.begin(), kMethods.end());
  return all;
}

}  // namespace banyan::http

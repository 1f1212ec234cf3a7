// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace banyan::http {

/// ASCII only; what field names, schemes and list tokens are compared by.
constexpr bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept {
  if (left.size() != right.size()) return false;
  if (left == right) return true;
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i] != right[i] && lower(left[i]) != lower(right[i])) return false;
  }
  return true;
}

constexpr bool begins_ignoring_case(std::string_view text, std::string_view prefix) noexcept {
  return equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

/// A number for each field name that the program looks for or treats in a way of its own; 0 for all
/// other names. It is found once, when a field is read, and compared from then on.
using KnownField = std::uint8_t;

namespace known {

/// At most 63, so that those which a message has fit one word.
inline constexpr auto kNames = std::to_array<std::string_view>(
    {// About one connection, and about where a message ends.
     "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding",
     "Upgrade", "Content-Length", "Proxy-Authenticate", "Proxy-Authorization",
     "Proxy-Authentication-Info", "HTTP2-Settings",
     // Where it goes and how it came here.
     "Host", "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP",
     "Via", "Max-Forwards", "traceparent", "tracestate", "X-Request-Id", "X-Correlation-Id",
     // What it says.
     "Expect", "Cookie", "Date", "Location", "Content-Location", "Set-Cookie", "Content-Type",
     "Allow", "Retry-After"});
static_assert(kNames.size() < 64);

constexpr std::uint32_t mix(std::string_view name, std::uint32_t seed) noexcept {
  const auto byte = [&](std::size_t at) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(name[at])) | 0x20U;
  };
  const std::size_t size = name.size();
  const std::uint32_t traits = static_cast<std::uint32_t>(size & 0xFF) | byte(0) << 8 |
                               byte(size / 2) << 16 | byte(size - 1) << 24;
  return traits * seed >> 24;
}

struct Table {
  std::uint32_t seed = 0;
  std::array<KnownField, 256> slots{};
};

/// Names in slots of their own, by a multiplier that was found by trying.
consteval Table make_table() {
  for (std::uint32_t seed = 0x9E37'79B1U;; seed = seed * 1'664'525U + 1'013'904'223U) {
    Table table{.seed = seed | 1U};
    bool apart = true;
    for (std::size_t i = 0; apart && i < kNames.size(); ++i) {
      KnownField& slot = table.slots[mix(kNames[i], table.seed)];
      apart = slot == 0;
      slot = static_cast<KnownField>(i + 1);
    }
    if (apart) return table;
  }
}
inline constexpr Table kTable = make_table();

}  // namespace known

constexpr KnownField known_field(std::string_view name) noexcept {
  if (name.empty()) return 0;
  const KnownField candidate = known::kTable.slots[known::mix(name, known::kTable.seed)];
  if (candidate == 0 || !equals_ignoring_case(known::kNames[candidate - 1U], name)) return 0;
  return candidate;
}

/// The name of a field as the program has it in its text: found well-formed when it is compiled.
class FieldName {
 public:
  template <std::size_t Size>
  consteval FieldName(const char (&text)[Size])  // NOLINT: converts, and takes a literal only
      : text_(&text[0], Size - 1), known_(known_field(text_)) {
    for (const char c : text_) {
      const bool fine =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
      if (!fine) throw "a field name has letters, digits and hyphens";
    }
  }
  constexpr std::string_view text() const noexcept { return text_; }
  constexpr KnownField known() const noexcept { return known_; }

 private:
  std::string_view text_;
  KnownField known_;
};

/// A set of known names. Takes names that are in known::kNames only, which is seen when it is
/// compiled.
class FieldSet {
 public:
  template <std::size_t Count>
  consteval explicit FieldSet(const std::array<FieldName, Count>& names) {
    for (const FieldName name : names) {
      if (name.known() == 0) throw "this field name is not among known::kNames";
      bits_ |= bit(name.known());
    }
  }
  constexpr bool contains(KnownField field) const noexcept { return (bits_ & bit(field)) != 0; }
  friend constexpr FieldSet operator|(FieldSet left, FieldSet right) noexcept {
    left.bits_ |= right.bits_;
    return left;
  }

 private:
  static constexpr std::uint64_t bit(KnownField field) noexcept {
    return std::uint64_t{1} << field;
  }
  std::uint64_t bits_ = 0;
};

}  // namespace banyan::http

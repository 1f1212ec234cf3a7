// SPDX-License-Identifier: Apache-2.0
#include "json_scan.hpp"

#include <array>

namespace banyan::strangler {
namespace {

/// Bytes that end the run of plain text in a string: controls, the quote, the backslash.
constexpr auto kSpecial = [] {
  std::array<bool, 256> special{};
  for (std::size_t i = 0; i < 0x20; ++i) special[i] = true;
  special['"'] = special['\\'] = true;
  return special;
}();

constexpr bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

}  // namespace

JsonKind JsonScan::kind() const {
  if (at_ >= text_.size()) return JsonKind::None;
  switch (text_[at_]) {
    case '{': return JsonKind::Object;
    case '[': return JsonKind::Array;
    case '"': return JsonKind::Text;
    case 't':
    case 'f': return JsonKind::Boolean;
    case 'n': return JsonKind::Null;
    default: break;
  }
  const char c = text_[at_];
  return c == '-' || (c >= '0' && c <= '9') ? JsonKind::Number : JsonKind::None;
}

bool JsonScan::text(std::string_view& raw) {
  if (!take('"')) return false;
  const std::size_t begin = at_;
  while (at_ < text_.size()) {
    if (!kSpecial[static_cast<unsigned char>(text_[at_])]) {
      ++at_;
      continue;
    }
    if (text_[at_] == '"') {
      raw = since(begin);
      ++at_;
      return true;
    }
    if (text_[at_] != '\\' || at_ + 1 >= text_.size()) return false;
    const char escape = text_[at_ + 1];
    at_ += 2;
    if (escape == 'u') {
      for (int i = 0; i < 4; ++i, ++at_) {
        if (at_ >= text_.size() || !is_hex(text_[at_])) return false;
      }
    } else if (std::string_view("\"\\/bfnrt").find(escape) == std::string_view::npos) {
      return false;
    }
  }
  return false;
}

bool JsonScan::digits() {
  const std::size_t begin = at_;
  while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
  return at_ > begin;
}

bool JsonScan::number() {
  (void)take('-');
  if (!take('0') && !digits()) return false;
  if (take('.') && !digits()) return false;
  if (take('e') || take('E')) {
    if (!take('+')) (void)take('-');
    if (!digits()) return false;
  }
  return true;
}

bool JsonScan::word(std::string_view& raw) {
  const std::size_t begin = at_;
  const JsonKind its_kind = kind();
  if (its_kind == JsonKind::Number) {
    if (!number()) return false;
  } else {
    bool found = false;
    for (const std::string_view each : {"true", "false", "null"}) {
      if (!text_.substr(at_).starts_with(each)) continue;
      at_ += each.size();
      found = true;
      break;
    }
    if (!found) return false;
  }
  raw = since(begin);
  return true;
}

bool JsonScan::key(std::string_view& raw) {
  blanks();
  if (!text(raw)) return false;
  blanks();
  if (!take(':')) return false;
  blanks();
  return true;
}

bool JsonScan::members(std::vector<Member>& all, unsigned depth) {
  for (bool more = true; more;) {
    Member each;
    if (!key(each.key) || !value(each.value, depth + 1)) return false;
    all.push_back(each);
    if (!another('}', more)) return false;
  }
  return true;
}

bool JsonScan::elements(std::vector<Member>& all, unsigned depth) {
  if (!take('[')) return false;
  blanks();
  bool more = !take(']');
  while (more) {
    blanks();
    Member each;
    if (!value(each.value, depth + 1)) return false;
    all.push_back(each);
    if (!another(']', more)) return false;
  }
  return true;
}

bool JsonScan::value(std::string_view& span, unsigned depth) {
  if (depth > kDeepest) return false;
  const std::size_t begin = at_;
  std::string_view part;
  switch (kind()) {
    case JsonKind::Text:
      if (!text(part)) return false;
      break;
    case JsonKind::Object:
      ++at_;
      blanks();
      if (take('}')) break;
      do {
        if (!key(part) || !skip(depth + 1)) return false;
        blanks();
      } while (take(','));
      if (!take('}')) return false;
      break;
    case JsonKind::Array:
      ++at_;
      blanks();
      if (take(']')) break;
      do {
        blanks();
        if (!skip(depth + 1)) return false;
        blanks();
      } while (take(','));
      if (!take(']')) return false;
      break;
    case JsonKind::None: return false;
    default:
      if (!word(part)) return false;
  }
  span = since(begin);
  return true;
}

}  // namespace banyan::strangler

// SPDX-License-Identifier: Apache-2.0
#include "values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace banyan::strangler {
namespace {

/// Sign, digits without zeros around them, and the power of ten of the last one.
struct Decimal {
  bool negative = false;
  std::string digits{};
  std::int64_t exponent = 0;
  friend bool operator==(const Decimal&, const Decimal&) = default;
};

Decimal decimal(std::string_view text) {
  Decimal number;
  if (text.starts_with('-')) {
    number.negative = true;
    text.remove_prefix(1);
  }
  bool fraction = false;
  std::size_t at = 0;
  for (; at < text.size() && text[at] != 'e' && text[at] != 'E'; ++at) {
    if (text[at] == '.') {
      fraction = true;
    } else {
      if (fraction) --number.exponent;
      if (!number.digits.empty() || text[at] != '0') number.digits += text[at];
    }
  }
  if (at < text.size()) {
    ++at;
    if (at < text.size() && text[at] == '+') ++at;
    std::int64_t power = 0;
    const auto [end, fault] = std::from_chars(text.data() + at, text.data() + text.size(), power);
    // Beyond what fits nobody can tell two numbers apart by their distance; by their text, yes.
    if (fault != std::errc{}) number.digits += text.substr(at);
    number.exponent += std::clamp<std::int64_t>(power, -1'000'000'000, 1'000'000'000);
  }
  while (number.digits.ends_with('0')) {
    number.digits.pop_back();
    ++number.exponent;
  }
  if (number.digits.empty()) return {};
  return number;
}

int digits_at(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

/// "+02:00" or "Z" at the end, in minutes.
std::optional<int> offset_of(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const int hours = digits_at(text, 1, 2);
  const int minutes = digits_at(text, 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  return (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

void append_utf8(std::string& text, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6U);
    put(0x80 | (code & 0x3FU));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12U);
    put(0x80 | (code >> 6U & 0x3FU));
    put(0x80 | (code & 0x3FU));
  } else {
    put(0xF0 | code >> 18U);
    put(0x80 | (code >> 12U & 0x3FU));
    put(0x80 | (code >> 6U & 0x3FU));
    put(0x80 | (code & 0x3FU));
  }
}

std::optional<std::uint32_t> four_hex(std::string_view raw, std::size_t at) {
  if (at + 4 > raw.size()) return std::nullopt;
  std::uint32_t code = 0;
  const auto [end, fault] = std::from_chars(raw.data() + at, raw.data() + at + 4, code, 16);
  if (fault != std::errc{} || end != raw.data() + at + 4) return std::nullopt;
  return code;
}

}  // namespace

bool same_number(std::string_view left, std::string_view right) {
  return decimal(left) == decimal(right);
}

double number_of(std::string_view text) {
  double number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault == std::errc::result_out_of_range) {
    return text.contains("e-") || text.contains("E-") ? 0 : HUGE_VAL;
  }
  return number;
}

double distance(std::string_view left, std::string_view right) {
  const double apart = std::abs(number_of(left) - number_of(right));
  return std::isnan(apart) ? HUGE_VAL : apart;
}

std::optional<std::int64_t> time_of(std::string_view text) {
  // 2026-11-22T08:30:00.123456Z
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':' ||
      (text[10] != 'T' && text[10] != 't' && text[10] != ' ')) {
    return std::nullopt;
  }
  const std::chrono::year_month_day day{
      std::chrono::year(digits_at(text, 0, 4)),
      std::chrono::month(static_cast<unsigned>(digits_at(text, 5, 2))),
      std::chrono::day(static_cast<unsigned>(digits_at(text, 8, 2)))};
  const int hour = digits_at(text, 11, 2);
  const int minute = digits_at(text, 14, 2);
  const int second = digits_at(text, 17, 2);
  if (digits_at(text, 0, 4) < 0 || !day.ok() || hour < 0 || hour > 23 || minute < 0 ||
      minute > 59 || second < 0 || second > 60) {
    return std::nullopt;
  }
  std::size_t at = 19;
  std::int64_t micros = 0;
  if (text[at] == '.') {
    std::int64_t unit = 100'000;
    const std::size_t begin = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10) {
      micros += unit * (text[at] - '0');
    }
    if (at == begin || at > begin + 9) return std::nullopt;
  }
  const auto offset = offset_of(text.substr(at));
  if (!offset) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(day).time_since_epoch().count();
  const std::int64_t seconds = days * 86'400 + hour * 3'600 + (minute - *offset) * 60 + second;
  return seconds * 1'000'000 + micros;
}

std::string unescaped_text(std::string_view raw) {
  std::string text;
  text.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\' || i + 1 == raw.size()) {
      text += raw[i];
      continue;
    }
    switch (raw[++i]) {
      case 'b': text += '\b'; break;
      case 'f': text += '\f'; break;
      case 'n': text += '\n'; break;
      case 'r': text += '\r'; break;
      case 't': text += '\t'; break;
      case 'u': {
        std::uint32_t code = four_hex(raw, i + 1).value_or(0xFFFD);
        i += 4;
        if (code >= 0xD800 && code <= 0xDBFF && raw.substr(i + 1).starts_with("\\u")) {
          const auto low = four_hex(raw, i + 3);
          if (low && *low >= 0xDC00 && *low <= 0xDFFF) {
            code = 0x10000 + ((code - 0xD800) << 10U) + (*low - 0xDC00);
            i += 6;
          }
        }
        append_utf8(text, code >= 0xD800 && code <= 0xDFFF ? 0xFFFD : code);
        break;
      }
      default: text += raw[i];
    }
  }
  return text;
}

unsigned magnitude(double distance) {
  if (!(distance > 0)) return 1;
  if (std::isinf(distance)) return 44;
  int exponent = 0;
  (void)std::frexp(distance, &exponent);
  return static_cast<unsigned>(std::clamp(exponent + 10, 1, 44));
}

}  // namespace banyan::strangler

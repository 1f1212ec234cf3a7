// SPDX-License-Identifier: Apache-2.0
#include "money.hpp"

#include <Poco/NumberParser.h>

namespace acmepay {

std::string decimal_of(std::int64_t minor) {
  std::string text = std::to_string(minor / 100);
  const std::int64_t cents = minor % 100;
  if (cents == 0) return text;
  text += '.' + std::to_string(cents / 10);
  if (cents % 10 != 0) text += std::to_string(cents % 10);
  return text;
}

std::optional<std::int64_t> minor_of(const std::string& decimal) {
  const std::size_t point = decimal.find('.');
  std::string cents = point == std::string::npos ? "" : decimal.substr(point + 1);
  if (cents.size() > 2 || decimal.find_first_not_of("0123456789.") != std::string::npos) {
    return std::nullopt;
  }
  cents.resize(2, '0');
  Poco::Int64 minor = 0;
  if (!Poco::NumberParser::tryParse64(decimal.substr(0, point) + cents, minor)) return std::nullopt;
  return minor;
}

}  // namespace acmepay

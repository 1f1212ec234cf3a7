// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/paging.hpp"

#include "banyan/kernel/utf8.hpp"

namespace banyan {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// base64url without padding (RFC 4648 §5): needs no escaping in a query string.
std::string encoded(std::string_view bytes) {
  std::string text;
  std::uint32_t window = 0;
  int bits = 0;
  for (const char byte : bytes) {
    window = (window << 8) | static_cast<unsigned char>(byte);
    for (bits += 8; bits >= 6;) {
      bits -= 6;
      text += kAlphabet[(window >> bits) & 63U];
    }
  }
  if (bits > 0) text += kAlphabet[(window << (6 - bits)) & 63U];
  return text;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string bytes;
  std::uint32_t window = 0;
  int bits = 0;
  for (const char digit : text) {
    const std::size_t value = kAlphabet.find(digit);
    if (value == std::string_view::npos) return std::nullopt;
    window = (window << 6) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>((window >> bits) & 255U);
    }
  }
  return bytes;
}

constexpr std::size_t kLongestCursor = 512;

}  // namespace

std::string make_cursor(std::string_view list, std::string_view position) {
  return encoded(std::string(list) + '\n' + std::string(position));
}

std::optional<std::string> position_of(std::string_view list, std::string_view cursor) {
  if (cursor.size() > kLongestCursor) return std::nullopt;
  const std::optional<std::string> plain = decoded(cursor);
  // Encoding it again refuses the several spellings that one text has in base64.
  if (!plain || encoded(*plain) != cursor) return std::nullopt;
  const std::size_t end = plain->find('\n');
  if (end == std::string::npos || std::string_view(*plain).substr(0, end) != list) {
    return std::nullopt;
  }
  std::string position = plain->substr(end + 1);
  if (!is_line(position)) return std::nullopt;
  return position;
}

Result<PageRequest> page_request(std::string_view module, std::string_view list, PageBounds bounds,
                                 const std::optional<std::string>& cursor,
                                 const std::optional<std::int64_t>& limit) {
  PageRequest page{.after = {}, .limit = limit.value_or(bounds.usual)};
  if (page.limit < 1 || page.limit > bounds.most) {
    const std::string range = "1 … " + std::to_string(bounds.most);
    return fail(ErrorCode::InvalidArgument, std::string(module) + ".bad_limit",
                "a page of " + std::string(list) + " has " + range + " entries",
                {{"/limit", std::to_string(page.limit) + " is outside of " + range}});
  }
  if (cursor) {
    std::optional<std::string> position = position_of(list, *cursor);
    if (!position) {
      return fail(
          ErrorCode::InvalidArgument, std::string(module) + ".bad_cursor",
          "this is no cursor of the list of " + std::string(list) + "; begin again without one",
          {{"/cursor", "not a next_cursor that this list has given out"}});
    }
    page.after = *std::move(position);
  }
  return page;
}

}  // namespace banyan

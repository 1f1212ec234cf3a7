// SPDX-License-Identifier: Apache-2.0
#include "domain/details.hpp"

#include <algorithm>

#include "banyan/kernel/utf8.hpp"
#include "domain/countries.hpp"

namespace customers {
namespace {

constexpr std::size_t kLongestName = 100;
constexpr std::size_t kLongestReason = 200;
constexpr std::size_t kLongestPostalCode = 20;
constexpr std::size_t kShortestPassword = 8;
constexpr std::size_t kLongestPassword = 200;
constexpr std::size_t kLongestEmail = 254;   // RFC 5321 §4.5.3.1.3, without the brackets
constexpr std::size_t kLongestMailbox = 64;  // RFC 5321 §4.5.3.1.1

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// U+FFFE and U+FFFF are no characters, and no document in XML can have them: neither a carrier's
/// nor a payment provider's.
bool has_noncharacters(std::string_view utf8) {
  return utf8.find("\xEF\xBF\xBE") != std::string_view::npos ||
         utf8.find("\xEF\xBF\xBF") != std::string_view::npos;
}

/// Domain names with at least one dot, none of their labels empty.
bool is_domain(std::string_view text) {
  return text.find('.') != std::string_view::npos && text.front() != '.' && text.back() != '.' &&
         text.find("..") == std::string_view::npos;
}

}  // namespace

// Letters of all scripts too: RFC 6531.
bool is_email(std::string_view text) {
  const std::size_t at = text.find('@');
  return text.size() <= kLongestEmail && at != std::string_view::npos && at > 0 &&
         at <= kLongestMailbox && text.find('@', at + 1) == std::string_view::npos &&
         text.find(' ') == std::string_view::npos && banyan::is_line(text) &&
         is_domain(text.substr(at + 1));
}

void DetailsCheck::text(std::string where, std::string_view text, std::size_t least,
                        std::size_t most) {
  const std::size_t length = characters(text);
  if (length < least || length > most) {
    details_.push_back({std::move(where), "expected " + std::to_string(least) + " … " +
                                              std::to_string(most) + " characters, got " +
                                              std::to_string(length)});
  } else if (!banyan::is_line(text) || has_noncharacters(text)) {
    details_.push_back({std::move(where), "expected one line, without control characters"});
  } else if (least > 0 && std::ranges::all_of(text, [](char c) { return c == ' '; })) {
    details_.push_back({std::move(where), "expected more than blanks"});
  }
}

void DetailsCheck::name(std::string_view text) { this->text("/name", text, 1, kLongestName); }

void DetailsCheck::reason(std::string_view text) { this->text("/reason", text, 1, kLongestReason); }

void DetailsCheck::email(std::string_view text) {
  if (!is_email(text)) {
    details_.push_back({"/email", "expected an e-mail address such as ada@example.org"});
  }
}

void DetailsCheck::address(const Address& address) {
  text("/address/recipient", address.recipient, 1, kLongestName);
  text("/address/street", address.street, 1, kLongestName);
  text("/address/postal_code", address.postal_code, 0, kLongestPostalCode);
  text("/address/city", address.city, 1, kLongestName);
  if (!is_country(address.country)) {
    details_.push_back(
        {"/address/country", "expected a country's two letters (ISO 3166-1), such as DE"});
  }
}

void DetailsCheck::password(std::string_view text) {
  // Not text(): its problems would tell something of the password.
  const std::size_t length = characters(text);
  if (length < kShortestPassword || length > kLongestPassword) {
    details_.push_back({"/password", "expected " + std::to_string(kShortestPassword) + " … " +
                                         std::to_string(kLongestPassword) + " characters"});
  }
}

banyan::Result<void> DetailsCheck::result() const {
  if (details_.empty()) return {};
  return banyan::fail(banyan::ErrorCode::InvalidArgument, "customers.bad_details",
                      "some of this cannot be; correct what the details name", details_);
}

std::string email_key(std::string_view email) {
  std::string key(email);
  for (char& c : key) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return key;
}

}  // namespace customers

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace payments {

/// What a customer can pay with.
struct Method {
  enum class Kind : std::uint8_t {
    Card,     ///< the money is held at once
    Invoice,  ///< sold on the customer's account: there is an invoice, and it is paid later
  };
  Kind kind = Kind::Card;
  /// Of a card, the provider's token of it; "": the one that the provider knows the customer by.
  std::string card{};
  friend bool operator==(const Method&, const Method&) = default;
};

/// The words for them, as a list for people.
inline constexpr std::string_view kMethodWords =
    "\"card\", \"card:TOKEN\" with the payment provider's token of a card, and \"invoice\"";

/// Of a request: "card", "card:tok_visa", "invoice", or "account", as that was called first. A
/// token is of 1 … 59 visible ASCII characters. Nothing for everything else.
inline std::optional<Method> method_from(std::string_view word) {
  constexpr std::string_view kToken = "card:";
  constexpr std::size_t kLongest = 64;
  if (word == "card") return Method{};
  if (word == "invoice" || word == "account") return Method{Method::Kind::Invoice};
  const auto visible = [](char c) { return c > ' ' && c <= '~'; };
  if (!word.starts_with(kToken) || word.size() == kToken.size() || word.size() > kLongest ||
      !std::ranges::all_of(word, visible)) {
    return std::nullopt;
  }
  return Method{Method::Kind::Card, std::string(word.substr(kToken.size()))};
}

}  // namespace payments

// SPDX-License-Identifier: Apache-2.0
#include "banyan/json/text_of.hpp"

#include <algorithm>

namespace banyan::json {
namespace {

constexpr TextForm kCurrency{
    [](std::string_view text, void* value) {
      const bool good = text.size() == 3 &&
                        std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
      if (good) *static_cast<std::string*>(value) = text;
      return good;
    },
    [](const void* value) { return *static_cast<const std::string*>(value); },
    [] { return std::string("^[A-Z]{3}$"); }, "",
    [] { return std::string("a currency of three capital letters like \"EUR\""); }};

constexpr Shape kCurrencyShape{.kind = Kind::Text, .text = &kCurrency};

}  // namespace

const Shape& currency_shape() { return kCurrencyShape; }

}  // namespace banyan::json

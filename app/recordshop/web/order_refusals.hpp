// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "banyan/kernel/error.hpp"

namespace recordshop::web {

/// Why an order was not placed, and what the buyer can do about it.
std::string order_refusal(const banyan::Error& error);

inline constexpr std::string_view kNobodyKnows =
    "There was no answer, so it is not known whether your order was placed. Your basket is as it"
    " was: send the same order again in a moment. It is not placed twice.";

}  // namespace recordshop::web

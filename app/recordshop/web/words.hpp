// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/money.hpp"

/// Values as people read them.
namespace recordshop::web {

/// "€ 9.90", "CHF 9.90".
std::string price_text(const banyan::Money& money);

/// "3:05", "1:02:03".
std::string duration_text(std::int64_t milliseconds);

/// "29 November 2026, 13:20 UTC".
std::string time_text(banyan::Timestamp time);

/// "1 record", "3 records": regular plurals only.
std::string count_text(std::int64_t count, const std::string& of);

}  // namespace recordshop::web

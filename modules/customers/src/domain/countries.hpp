// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace customers {

/// Is it a country's code in ISO 3166-1 alpha-2 (as of 2026), in capital letters?
bool is_country(std::string_view code);

}  // namespace customers

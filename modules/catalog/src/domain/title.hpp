// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "banyan/kernel/result.hpp"

namespace catalog {

/// A title is one line of 1 … 200 characters that are not all blanks. "catalog.bad_title".
banyan::Result<void> check_title(std::string_view title);

}  // namespace catalog

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "manual/man_page.hpp"

namespace banyan::cli::manual {

/// banyan.toml(5): every key of the file, from the declarations that its reader reads by.
std::string configuration_page(const PageMargins& margins);

}  // namespace banyan::cli::manual

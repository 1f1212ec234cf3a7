// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "manual/command.hpp"

namespace banyan::cli::manual {

/// What stands in the margins of a page.
struct PageMargins {
  std::string date;     ///< "2026-11-29"
  std::string version;  ///< of the program
};

/// The page of one command for man(1), in the macros of man(7). `root` is the whole tree, for what
/// to see also.
std::string man_page(const Command& command, const Command& root, const PageMargins& margins);

}  // namespace banyan::cli::manual

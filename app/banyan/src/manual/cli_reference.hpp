// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "manual/command.hpp"

namespace banyan::cli::manual {

/// All commands as one document in Markdown: docs/reference/cli.md.
std::string cli_reference(const Command& root);

}  // namespace banyan::cli::manual

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

/// Pieces of a TOML file that are made of what others wrote: nothing of it gets out of its place.
namespace banyan::cli::init {

/// A basic string, with its quotes.
std::string toml_string(std::string_view text);

/// What follows "# ": one line, not longer than most screens are wide.
std::string toml_comment(std::string_view text);

}  // namespace banyan::cli::init

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

/// The few words of roff's man(7) that the pages use.
namespace banyan::cli::manual::roff {

/// Text that roff leaves as it is. A "-" is what one types, not a hyphen, so that it can be copied.
std::string literal(std::string_view text);

std::string bold(std::string_view text);
std::string italic(std::string_view text);

/// Text in which `backquotes` make bold.
std::string prose(std::string_view text);

/// Prose as a paragraph: one line, with a full stop.
std::string sentence(std::string_view text);

/// The head of a page, "BANYAN-SHIFT" of section 1, with what stands in its margins.
std::string title(std::string_view name, int section, std::string_view date,
                  std::string_view version);

/// A heading, in capitals as all pages have it.
std::string heading(std::string_view text);

}  // namespace banyan::cli::manual::roff

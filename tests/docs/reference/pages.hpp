// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>

/// The parts of docs/reference/ that are made of what the code declares.
namespace reference {

/// By name; each makes its Markdown, with an empty line at neither end.
std::map<std::string, std::function<std::string()>> blocks();

/// A page with what stands between `<!-- made of the code: NAME -->` and `<!-- end of NAME -->`
/// made anew. Throws std::runtime_error with the page's line when a block is unknown or has no end.
std::string with_blocks(const std::string& page);

}  // namespace reference

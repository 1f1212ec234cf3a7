// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace banyan::cli::check {

/// A request that somebody wants to know about.
struct Example {
  std::string method;
  std::string target;
};

/// Reads "GET /albums/1", or "/albums/1" for GET; else the sentence that says what is wrong.
std::expected<Example, std::string> example_from(std::string_view text);

}  // namespace banyan::cli::check

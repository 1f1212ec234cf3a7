// SPDX-License-Identifier: Apache-2.0
#include "domain/title.hpp"

#include <algorithm>
#include <string>

#include "banyan/kernel/utf8.hpp"

namespace catalog {
namespace {

constexpr std::ptrdiff_t kLongest = 200;

// In UTF-8 a byte that goes on with a character begins with the bits 10.
bool begins_a_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

std::string problem_of(std::string_view title) {
  const auto length = std::ranges::count_if(title, begins_a_character);
  if (length < 1 || length > kLongest) {
    return "expected 1 … " + std::to_string(kLongest) + " characters, got " +
           std::to_string(length);
  }
  if (!banyan::is_line(title)) {
    return "expected one line, without control characters";
  }
  if (std::ranges::all_of(title, [](char c) { return c == ' '; })) {
    return "expected more than blanks";
  }
  return {};
}

}  // namespace

banyan::Result<void> check_title(std::string_view title) {
  std::string problem = problem_of(title);
  if (problem.empty()) return {};
  return banyan::fail(banyan::ErrorCode::InvalidArgument, "catalog.bad_title",
                      "that is no title of a track", {{"/title", std::move(problem)}});
}

}  // namespace catalog

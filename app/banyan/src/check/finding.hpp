// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/routing/route.hpp"

namespace banyan::cli::check {

enum class Weight : std::uint8_t {
  Problem,  ///< a proxy would not start
  Warning,  ///< it would, and something is unsafe or without effect
  Note,     ///< as the file says, and not what everybody would expect
};
std::string_view to_string(Weight weight);

/// Something in a file that whoever runs it should know.
struct Finding {
  Weight weight;
  std::string rule;                  ///< stable, e.g. "check.unused_upstream"
  strangler::FileLocation location;  ///< line 0: the file as a whole
  std::string message;               ///< what, and what to do about it
};

/// One more, by a rule of this command's own: without its "check.".
void add(std::vector<Finding>& found, Weight weight, std::string_view rule,
         strangler::FileLocation location, std::string message);

}  // namespace banyan::cli::check

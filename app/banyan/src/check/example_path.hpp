// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "banyan/routing/route.hpp"

namespace banyan::cli::check {

/// A path that the route is for: parameters are filled with a word that is no other route's.
std::string example_path(const strangler::Route& route);

}  // namespace banyan::cli::check

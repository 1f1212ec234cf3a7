// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace banyan::strangler {

/// " Did you mean \"catalog\"?", else " Known: catalog, orders.", else "". See
/// kernel/nearest.hpp.
std::string suggestion(std::string_view word, const std::vector<std::string>& known);

}  // namespace banyan::strangler

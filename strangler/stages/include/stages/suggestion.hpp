// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banyan::strangler {

/// The known word that was probably meant: the nearest by edit distance (a swap of neighbours
/// counts as one edit), unless even that one is too far away.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known);

/// " Did you mean \"catalog\"?", else " Known: catalog, orders.", else "".
std::string suggestion(std::string_view word, const std::vector<std::string>& known);

}  // namespace banyan::strangler

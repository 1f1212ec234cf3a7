// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace banyan::strangler {

/// The names that ClientWords knows without being told, in lower case; what ends in "*" is the
/// beginning of names.
std::span<const std::string_view> client_words_in_use();

}  // namespace banyan::strangler

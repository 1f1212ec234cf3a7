// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "banyan/supervision/deployment.hpp"

namespace banyan::supervision {

/// The text with `${NAME}` and `${NAME:-otherwise}` filled in; `$${` is a plain `${`, and a `$` in
/// front of anything else is itself. Else what is wrong, and what to do.
std::expected<std::string, std::string> expand(std::string_view text, const Variables& variables);

}  // namespace banyan::supervision

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "banyan/manifest/manifest.hpp"
#include "banyan/mover/report.hpp"

namespace banyan::mover {

/// Who owns what, as an application has written it down beside its database.
Ownership ownership_of(const manifest::Manifest& manifest);

/// The words of a script (letters, digits and '_'), in lower case and in order; the last may be "".
/// Among them are the tables that it touches.
std::vector<std::string> words_of(std::string_view sql);

}  // namespace banyan::mover

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "domain/page_name.hpp"
#include "pages/wiki.hpp"

namespace pages {

/// Whether everybody may read the page, whoever they are: visitors, and each of the wiki's users.
/// The closest scope that has a rule for whoever asks decides, so a visitor may be let in where
/// some user is not; where that could be, the answer is no, and the wiki is to be asked.
bool everybody_may_read(const PageName& name, std::span<const AccessRule> rules);

}  // namespace pages

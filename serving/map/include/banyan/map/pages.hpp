// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "banyan/map/description.hpp"

namespace banyan::map {

/// The whole map as files, by their names: README.md (the context map with its table of relations),
/// context-map.svg, operations.md (the catalogue) and a canvas for each module, modules/NAME.md.
/// The same description gives the same bytes.
std::map<std::string, std::string> pages(const Description& description);

}  // namespace banyan::map

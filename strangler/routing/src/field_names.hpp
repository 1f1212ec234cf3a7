// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "banyan/routing/toml_section.hpp"

namespace banyan::strangler {

std::string lower_case(std::string text);

/// A list of names of header fields, in lower case; where there is none, `names` stays as it was.
void read_field_names(Section& section, std::string_view key, std::vector<std::string>& names);

}  // namespace banyan::strangler

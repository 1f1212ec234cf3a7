// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace banyan::cli {

/// Whether there is such a configuration; when not, prints how to get one.
bool configuration_is_there(const std::string& file, bool json);

}  // namespace banyan::cli

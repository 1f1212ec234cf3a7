// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "banyan/serving/preview.hpp"
#include "check/finding.hpp"

namespace banyan::cli::check {

/// Who is believed, and what is open to whom: keys, the operators' pages, proxies in front, and
/// upstreams whose certificates nobody looks at. `folder`: of the file, for names in it are
/// relative to that.
void look_at_trust(const serving::Preview& preview, const std::filesystem::path& folder,
                   std::vector<Finding>& found);

}  // namespace banyan::cli::check

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "banyan/routing/configuration.hpp"
#include "banyan/routing/toml_section.hpp"

namespace banyan::strangler {

/// What copies carry by name: `cookies`, `set` and `set_old` of `shadow`, the section of copies of
/// a rollout. When `secret_fields` of the plan have been read. `credentials`: what the section
/// says; nothing where it could not be read.
void read_copy_fields(Section& shadow, const std::string& rollout,
                      std::optional<CopyCredentials> credentials, ShadowPlan& plan);

}  // namespace banyan::strangler

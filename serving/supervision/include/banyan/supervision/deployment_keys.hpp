// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "banyan/routing/keys.hpp"

namespace banyan::supervision {

/// Every key of a deployment file, declared as those of banyan.toml are (routing/keys.hpp): the
/// reader, its messages and docs/reference/deployment.md go by it. None of them counts before the
/// next `banyan up`.
std::span<const strangler::KeySection> deployment_key_sections();

}  // namespace banyan::supervision

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "banyan/routing/keys.hpp"

namespace banyan::strangler {

// The sections of banyan.toml with their keys: what each source declares, in the order of the file.
std::span<const KeySection> sections_of_process();
std::span<const KeySection> sections_of_upstreams();
std::span<const KeySection> sections_of_rollouts();
std::span<const KeySection> sections_of_routes();

}  // namespace banyan::strangler

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/manifest/manifest.hpp"

namespace banyan::manifest {

/// What merge() does with the statements, and with what is said of those for which there is no
/// room.
void merge_statements(Manifest& manifest, const Manifest& more);

}  // namespace banyan::manifest

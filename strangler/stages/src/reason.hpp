// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/stages/control_store.hpp"

namespace banyan::strangler {

/// InvalidArgument "banyan.author_or_reason_missing", see faults_of().
Result<void> check(const Reason& reason);

}  // namespace banyan::strangler

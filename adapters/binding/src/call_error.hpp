// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "banyan/kernel/context.hpp"
#include "banyan/kernel/error.hpp"
#include "banyan/upstream/caller.hpp"

namespace banyan::binding {

/// What a call to `dependency` without an answer is to who made it: Unavailable, DeadlineExceeded,
/// or InvalidArgument for a request that cannot be sent.
Error call_error(const upstream::CallFailure& failure, const std::string& dependency,
                 const Context& context, const Clock& clock);

}  // namespace banyan::binding

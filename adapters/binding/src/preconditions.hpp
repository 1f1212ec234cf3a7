// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "banyan/http/message.hpp"
#include "banyan/kernel/error.hpp"
#include "banyan/kernel/operation.hpp"

namespace banyan::binding {

/// Operations have no versions (entity tags) to compare with, so a request that depends on one
/// cannot be carried out as it is meant (RFC 9110 §13.1.1, §13.1.2): InvalidArgument
/// "banyan.no_version". If-Unmodified-Since is ignored, as §13.1.4 has it where there is no date,
/// and so are the conditions of a read that are true whatever the version is.
std::optional<Error> refuse_precondition(const Operation& operation, const http::RequestHead& head);

}  // namespace banyan::binding

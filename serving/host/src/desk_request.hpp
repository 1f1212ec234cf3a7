// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "banyan/control/admin_api.hpp"
#include "banyan/kernel/read_model.hpp"

/// What the desks of operators have in common: how they read who asks for something and why, and
/// how they refuse.
namespace banyan::host {

/// The body of a request to change something. "banyan.unsupported_media_type",
/// "banyan.author_or_reason_missing" with each fault.
Result<Asked> read_asked(const strangler::AdminRequest& request);
/// The same in two, for a body that says more than that.
Result<void> is_json(const strangler::AdminRequest& request);
Result<void> says_who_and_why(const Asked& asked);

strangler::AdminAnswer refused(Error error, std::string_view allow = {});
strangler::AdminAnswer not_allowed(std::string_view allow);

}  // namespace banyan::host

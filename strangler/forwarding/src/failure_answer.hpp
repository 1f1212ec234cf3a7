// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "banyan/forwarding/outcome.hpp"
#include "banyan/http/message.hpp"
#include "banyan/http/upstream.hpp"

namespace banyan::strangler {

ForwardFailure failure_of(const http::UpstreamFailure& failure);

/// What the client is told. Names the group, never an address inside the house.
http::Refusal answer_to(const http::UpstreamFailure& failure, std::string_view group);

/// When the client was the slow one.
http::Refusal too_slow_answer();

/// When an exception ended it.
http::Refusal fault_answer();

/// When the breaker of the group is open. `unsent`: no attempt before has brought the request
/// anywhere.
http::Refusal open_answer(std::string_view group, bool unsent);

/// When no instance of the group may take another request. `unsent`: as above.
http::Refusal overload_answer(std::string_view group, bool unsent);

}  // namespace banyan::strangler

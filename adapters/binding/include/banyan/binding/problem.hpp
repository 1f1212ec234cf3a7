// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "banyan/http/message.hpp"
#include "banyan/kernel/error.hpp"

namespace banyan::binding {

/// The error as application/problem+json (RFC 9457), with our members `code`, `rule`, `details`
/// and, when given, `correlation_id`. Retry-After says the error's `retry_after`; where it has
/// none, a second for Unavailable, ResourceExhausted and a command that is still being carried out.
http::Response problem(const Error& error, std::string_view correlation_id = {});

/// The error in an answer that is none of success: unchanged when problem() made it, else as well
/// as the status tells ("banyan.foreign_answer").
Error error_from(const http::Response& response);

/// The status of the answer to an error; mostly http_status(code), but 405, 412, 413, 415 and 428
/// have rules of their own.
unsigned status_of(const Error& error);

}  // namespace banyan::binding

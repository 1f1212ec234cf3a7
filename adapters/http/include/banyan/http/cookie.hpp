// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "banyan/http/fields.hpp"

namespace banyan::http {

/// The value of a request's cookie (RFC 6265 §4.2.1), of the first one of exactly that name that
/// has a value; "" when none has. A view into the fields.
///
/// Everyone who sorts users by a cookie reads it here: two readings would be two users.
std::string_view cookie(const Fields& fields, std::string_view name);

}  // namespace banyan::http

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "banyan/http/fields.hpp"

namespace banyan::http {

/// The first of the cookies ("name=value") in what is left of a `Cookie` field, which is taken off
/// `rest`; without the blanks around it, and "" where none stands between two semicolons.
std::string_view take_cookie(std::string_view& rest);

/// The value of a request's cookie (RFC 6265 §4.2.1), of the first one of exactly that name that
/// has a value; "" when none has. A view into the fields.
///
/// Everyone who sorts users by a cookie reads it here: two readings would be two users.
std::string_view cookie(const Fields& fields, std::string_view name);
/// The same of the first one whose value `counts`.
std::string_view cookie(const Fields& fields, std::string_view name,
                        bool (*counts)(std::string_view value));

/// What a `Cookie` field says without the cookies of exactly that name, the others in their order;
/// "" when nothing is left, and nothing when there is none of that name.
std::optional<std::string> without_cookie(std::string_view value, std::string_view name);

}  // namespace banyan::http

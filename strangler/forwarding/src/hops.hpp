// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "banyan/http/fields.hpp"

namespace banyan::strangler {

/// RFC 9110 §7.6.2: OPTIONS and TRACE count the proxies that they pass.
bool counts_forwards(std::string_view method);

/// What Max-Forwards says; nothing if it is not there or no number.
std::optional<std::uint64_t> forwards_left(const http::Fields& fields);

/// RFC 9110 §7.6.3: whether Via says that the request has been here.
bool has_been_at(const http::Fields& fields, std::string_view name);

}  // namespace banyan::strangler

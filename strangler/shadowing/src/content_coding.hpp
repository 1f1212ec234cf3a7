// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/http/message.hpp"

namespace banyan::strangler {

/// Whether a body has a content coding (RFC 9110 §8.4.1).
bool is_coded(const http::ResponseHead& head);

/// The body without its content coding: gzip or deflate, once. Nothing for any other, for one that
/// is broken, and for what would be longer than `most`.
std::optional<std::string> decoded(const http::ResponseHead& head, std::string_view body,
                                   std::size_t most);

}  // namespace banyan::strangler

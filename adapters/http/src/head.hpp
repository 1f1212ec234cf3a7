// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "banyan/http/message.hpp"
#include "head_scanner.hpp"

namespace banyan::http {

/// Takes a complete head, its empty line included, that the scanner found well-formed.
std::optional<Refusal> read_head(std::string_view bytes, const HeadScanner& scanner,
                                 RequestHead& head);
std::optional<Refusal> read_head(std::string_view bytes, const HeadScanner& scanner,
                                 ResponseHead& head);

/// What both kinds of message say about their bodies. Neither field: nothing.
struct DeclaredBody {
  std::optional<std::uint64_t> length;
  bool chunked = false;
};
std::optional<Refusal> declared_body(const Fields& fields, int minor_version, DeclaredBody& body);

}  // namespace banyan::http
